"""The low of a window equals a brute-force look at every moment of it, whatever the history was like."""

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.law.lows import DAY, FOREVER, Paid, Span, last_offered, last_paid, lowest_offered, lowest_paid
from edge.prices.history import note_paid, read_records
from tests.desk import A, Desk

HORIZON = 60


def lasting_span(version: int, minor: int, began: int, lasting: int | None) -> Span:
    return Span(version, minor, began, None if lasting is None else began + lasting)


spans = st.lists(
    st.builds(
        lasting_span, st.integers(1, 9), st.integers(50, 60), st.integers(0, HORIZON), st.none() | st.integers(0, 25)
    ),
    max_size=8,
)


@given(spans, st.integers(0, HORIZON), st.integers(1, 30))
@settings(max_examples=200)
def test_the_low_is_that_of_a_look_at_every_moment(history: list[Span], since: int, lasting: int) -> None:
    """Versions overlap (labels lag behind tills), promotions lie inside regular prices, and there are gaps."""
    until = since + lasting
    seen = [
        span.minor
        for moment in range(since, until)
        for span in history
        if span.began <= moment and (span.ended is None or moment < max(span.ended, span.began + 1))
    ]
    assert lowest_offered(history, since, until) == min(seen, default=None)


@given(spans, st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_a_clock_that_stepped_back_hides_no_price(history: list[Span], source: random.Random) -> None:
    """A span whose end was written by a clock behind that of its beginning still counts all over its time."""
    turned = [
        span if span.ended is None or source.random() < 0.5 else Span(span.version, span.minor, span.ended, span.began)
        for span in history
    ]
    for since in range(0, HORIZON, 7):
        assert lowest_offered(turned, since, since + 30) == lowest_offered(history, since, since + 30)


def test_what_is_on_record_has_happened_even_when_a_clock_says_later() -> None:
    ahead = (Span(1, 80, 90 * DAY, 91 * DAY), Span(2, 100, 50 * DAY))
    assert lowest_offered(ahead, 30 * DAY) == 80


@given(
    st.lists(st.builds(Paid, st.integers(1, 4), st.integers(50, 60), st.integers(0, 30)), max_size=12),
    st.integers(0, 30),
)
def test_the_lowest_paid(sales: list[Paid], since: int) -> None:
    assert lowest_paid(sales, since) == min((sale.minor for sale in sales if sale.at >= since), default=None)
    newest = max((sale.at for sale in sales), default=0)
    assert last_paid(sales) == min((sale.minor for sale in sales if sale.at == newest), default=None)


def test_the_last_price_is_that_which_ended_last() -> None:
    assert last_offered([]) is None
    assert last_offered([Span(1, 70, 0, 5), Span(2, 90, 5, 9)]) == 90
    assert last_offered([Span(1, 70, 0), Span(2, 90, 5, 9)]) == 70
    assert Span(1, 70, 3).last == FOREVER


@dataclass
class Shop:
    """A shop with a till and a label of one item, and the truth about it minute by minute of a made-up clock."""

    desk: Desk = field(default_factory=Desk)
    offered: list[tuple[int, int]] = field(default_factory=list)
    paid: list[tuple[int, int]] = field(default_factory=list)
    held: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Device → the version and price that it presents."""

    def look(self) -> None:
        """Note every price that some device presents at this moment."""
        self.offered += [(self.desk.now, minor) for _, minor in self.held.values()]


@pytest.mark.parametrize("seed", range(12))
def test_the_store_of_record_keeps_the_history_that_happened(seed: int) -> None:
    """Random cuts, raises, lost confirmations, sales and a clock that jumps; then both lows are compared."""
    source, shop = random.Random(seed), Shop()
    desk = shop.desk
    desk.now = 100 * DAY
    desk.device("till-1", "till")
    desk.device("label-1", "label")
    desk.bind("label-1", A)
    price = {0: 0}
    for step in range(120):
        desk.now += source.choice((60_000, 3_600_000, DAY // 2, DAY))
        if step % 40 == 39:
            desk.now += source.choice((-1, 1)) * 3_600_000
        shop.look()
        if source.random() < 0.4:
            minor = source.randrange(80, 130)
            desk.push({A: minor})
            price[desk.sequence] = minor
        for device in source.sample(("till-1", "label-1"), 2):
            waiting = desk.allowed(device)
            if waiting and source.random() < 0.7:
                version = max(version for _, version, _ in waiting)
                if device == "till-1":
                    desk.applied(device, (A, version))
                else:
                    desk.shown(device, A, version)
                shop.held[device] = (version, price[version])
        shop.look()
        if "till-1" in shop.held and source.random() < 0.5:
            version, minor = shop.held["till-1"]
            desk.do(lambda tx, line=(A, version, minor): note_paid(tx, [line]))  # type: ignore[misc]
            shop.paid.append((desk.now, minor))
    record = desk.do(lambda tx: read_records(tx, [A]))[A]
    for days in (7, 30, 400):
        since = desk.now - days * DAY
        seen = [minor for at, minor in shop.offered if at >= since]
        assert lowest_offered(record.spans, since) == min(seen, default=None)
        sold = [minor for at, minor in shop.paid if at >= since]
        assert lowest_paid(record.paid, since) == min(sold, default=None)
    desk.close()
