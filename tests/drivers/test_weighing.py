"""A weighing prices one line: at rest, fresh, once."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from drivers.base import Balance, Reading
from drivers.weighing import LONGEST_AGE_MS, No, Pan, Weighing, heard, lost, offer, spend


def _reading(balance: Balance, steady: int, grams: int | None = None, total: int | None = None) -> Reading:
    return Reading("scale", balance, grams, False, "kg", b"", 0, steady, total_minor=total)


def _placed(grams: int = 500, now: int = 1000) -> Pan:
    pan = heard(Pan(), _reading(Balance.EMPTY, now - 20, 0))
    pan = heard(pan, _reading(Balance.MOVING, now - 10))
    return heard(pan, _reading(Balance.STABLE, now, grams))


def _offered(pan: Pan, now: int) -> Weighing:
    weighing = offer(pan, now)
    assert isinstance(weighing, Weighing)
    return weighing


def test_a_weighing_is_used_once() -> None:
    pan = _placed()
    weighing = _offered(pan, 1000)
    assert weighing.grams == 500
    pan, why = spend(pan, weighing, 1100)
    assert why is None
    assert spend(pan, weighing, 1200) == (pan, No.USED)
    pan = heard(pan, _reading(Balance.STABLE, 1300, 500))
    assert offer(pan, 1300) is No.USED, "the goods still lie there"


def test_goods_that_were_sold_stay_sold_through_a_lost_link_and_a_creeping_scale() -> None:
    pan = _placed()
    pan, _ = spend(pan, _offered(pan, 1000), 1000)
    pan = heard(lost(pan), _reading(Balance.STABLE, 1500, 500))
    assert offer(pan, 1500) is No.USED
    pan = heard(pan, _reading(Balance.NOT_READY, 1600))
    pan = heard(pan, _reading(Balance.STABLE, 1700, 505))
    assert offer(pan, 1700) is No.USED
    pan = heard(pan, _reading(Balance.MOVING, 1800))
    pan = heard(pan, _reading(Balance.STABLE, 1900, 300))
    assert _offered(pan, 1900).grams == 300


def test_an_old_weighing_prices_nothing() -> None:
    pan = _placed(now=1000)
    weighing = _offered(pan, 1000)
    assert offer(pan, 1000 + LONGEST_AGE_MS + 1) is No.STALE
    assert offer(pan, 999) is No.STALE, "from the future"
    fresh = heard(pan, _reading(Balance.STABLE, 2500, 500))
    assert spend(fresh, weighing, 2600) == (fresh, No.STALE)


def test_a_weighing_from_before_the_goods_changed_prices_nothing() -> None:
    pan = _placed()
    weighing = _offered(pan, 1000)
    moving = heard(pan, _reading(Balance.MOVING, 1100))
    assert spend(moving, weighing, 1100) == (moving, No.NOT_AT_REST)
    other = heard(moving, _reading(Balance.STABLE, 1200, 900))
    assert spend(other, weighing, 1200) == (other, No.OTHER)
    swapped = heard(pan, _reading(Balance.STABLE, 1200, 900))
    assert spend(swapped, weighing, 1200) == (swapped, No.OTHER)


def test_what_lay_there_at_the_beginning_is_not_sold() -> None:
    pan = heard(Pan(), _reading(Balance.STABLE, 1000, 500))
    assert offer(pan, 1000) is No.USED
    assert offer(Pan(), 1000) is No.NO_READING


def test_a_certified_scale_gives_each_weighing_out_itself() -> None:
    pan = heard(Pan(), _reading(Balance.STABLE, 1000, 500, total=150))
    pan, why = spend(pan, _offered(pan, 1000), 1000)
    assert why is None
    pan = heard(pan, _reading(Balance.UNMOVED, 1100))
    assert offer(pan, 1100) is No.USED
    pan = heard(pan, _reading(Balance.STABLE, 3000, 500, total=150))
    assert _offered(pan, 3000).grams == 500


@given(
    st.lists(
        st.tuples(st.sampled_from(["spend", "spend old", "lost", *Balance]), st.integers(0, 3), st.integers(0, 1500)),
        max_size=40,
    )
)
def test_no_order_of_events_sells_a_placement_twice(events: list[tuple[str, int, int]]) -> None:
    pan, now, moved, last = Pan(), 0, False, None
    old: Weighing | None = None
    for what, grams, later in events:
        now += later
        if what == "lost":
            pan = lost(pan)
        elif isinstance(what, Balance):
            weight = grams * 100 if what is Balance.STABLE else 0 if what is Balance.EMPTY else None
            last = _reading(what, now, weight)
            pan = heard(pan, last)
            moved |= what in (Balance.MOVING, Balance.EMPTY, Balance.OVER, Balance.UNDER)
        else:
            offered = offer(pan, now)
            token = old if what == "spend old" else offered if isinstance(offered, Weighing) else None
            if isinstance(offered, Weighing):
                old = offered
            if token is None:
                continue
            pan, why = spend(pan, token, now)
            if why is None:
                assert moved, "sold twice without any motion in between"
                assert last is not None
                assert last.stable or last.balance is Balance.UNMOVED
                assert token.grams == (pan.reading or last).grams != 0
                assert 0 <= now - token.reading.steady <= LONGEST_AGE_MS
                moved = False
                assert spend(pan, replace(token), now)[1] is No.USED
