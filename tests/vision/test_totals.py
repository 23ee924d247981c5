"""Running totals: they only grow, are told whole, and nothing of them is lost or told twice for good."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.facts import HeatTotal, ZoneTotal
from edge.vision.paths import Trodden
from edge.vision.stays import Gain
from edge.vision.totals import MOST_CELLS, RunningTotals
from tests.vision.seen import FRUIT, TILL

START = 1_700_000_100_000
ZONES = (TILL, FRUIT)
gains = st.builds(Gain, st.integers(0, 1), st.integers(0, 2), st.integers(0, 5_000), st.integers(0, 1),
                  st.integers(0, 90_000))  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(gains, st.integers(0, 40_000), st.booleans()), max_size=40))
def test_the_last_word_on_each_minute_adds_up_to_all_that_happened(steps: list[tuple[Gain, int, bool]]) -> None:
    totals, now, last = RunningTotals(), START, dict[tuple[str, int], ZoneTotal]()

    def hear() -> None:
        for one in totals.take(now)[0]:
            before = last.get((one.zone, one.minute))
            assert before is None or (one.visits >= before.visits and one.dwell_ms >= before.dwell_ms)
            last[one.zone, one.minute] = one

    for gain, later, tell in steps:
        now += later
        totals.gained(ZONES, [gain], now)
        if tell:
            hear()
    hear()
    assert totals.take(now) == ((), ())
    for number, zone in enumerate(ZONES):
        mine = [gain for gain, _, _ in steps if gain.zone == number]
        told = [one for one in last.values() if one.zone == zone.name]
        assert sum(one.visits for one in told) == sum(gain.visits for gain in mine)
        assert sum(one.dwell_ms for one in told) == sum(gain.dwell_ms for gain in mine)
        assert sum(one.waited_ms for one in told) == sum(gain.waited_ms for gain in mine)


def test_a_whole_floor_is_told_in_several_words() -> None:
    totals = RunningTotals()
    totals.trodden([Trodden((x, y), 0.5, 1) for x in range(40) for y in range(20)], START)
    words: list[HeatTotal] = []
    while cells := totals.take(START)[1]:
        assert len(cells) <= MOST_CELLS
        words += cells
    assert len(words) == len({(one.x, one.y) for one in words}) == 800
    assert {(one.visits, one.dwell_ms) for one in words} == {(1, 500)}
