"""When a port is opened, when its device is here or gone, and that both are told once."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.serial.link import GONE_AFTER, LONGEST_WAIT_MS, REOPEN_AFTER, Event, Link, Order, Phase, step


def _after(link: Link, *events: Event) -> tuple[Link, list[Order]]:
    orders: list[Order] = []
    for event in events:
        link, more = step(link, event)
        orders += more
    return link, orders


def test_a_scale_is_here_once_it_answers() -> None:
    link, orders = _after(Link(listens=False), Event.OPENED)
    assert (link.phase, orders) == (Phase.OPEN, [])
    link, orders = _after(link, Event.ANSWERED, Event.ANSWERED)
    assert (link.phase, orders) == (Phase.HERE, [Order.TELL_HERE])


def test_a_scanner_is_here_when_its_port_is() -> None:
    link, orders = _after(Link(listens=True), Event.OPENED)
    assert (link.phase, orders) == (Phase.HERE, [Order.TELL_HERE])


def test_one_silence_is_forgiven_more_are_told_once_and_then_the_port_is_opened_anew() -> None:
    link, _ = _after(Link(listens=False), Event.OPENED, Event.ANSWERED, Event.SILENT)
    assert link.phase is Phase.HERE
    link, orders = _after(link, Event.SILENT)
    assert orders == [Order.TELL_GONE]
    link, orders = _after(link, *[Event.SILENT] * (REOPEN_AFTER - GONE_AFTER))
    assert orders == [Order.CLOSE]
    assert link.phase is Phase.WAITING
    link, orders = _after(link, Event.WAITED, Event.OPENED, Event.ANSWERED)
    assert orders == [Order.OPEN, Order.TELL_HERE]


def test_waits_grow_up_to_a_limit_and_start_again_after_an_answer() -> None:
    link, waits = Link(listens=False), []
    for _ in range(8):
        link, _ = step(link, Event.BROKE)
        waits.append(link.wait_ms)
        link, _ = step(link, Event.WAITED)
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT_MS
    link, _ = _after(link, Event.OPENED, Event.ANSWERED, Event.BROKE)
    assert link.wait_ms == waits[0]


def test_a_scanner_whose_port_breaks_at_once_is_not_tried_without_end() -> None:
    link = Link(listens=True)
    for _ in range(8):
        link, _ = _after(link, Event.OPENED, Event.BROKE)
        wait = link.wait_ms
        link, _ = step(link, Event.WAITED)
    assert wait == LONGEST_WAIT_MS


def test_a_device_that_floods_is_left_alone_for_a_while() -> None:
    link, orders = _after(Link(listens=False), Event.OPENED, Event.ANSWERED, Event.FLOODED)
    assert link.wait_ms == LONGEST_WAIT_MS
    assert orders[-2:] == [Order.CLOSE, Order.TELL_GONE]


@given(st.booleans(), st.lists(st.sampled_from(list(Event)), max_size=40))
def test_any_order_of_events_keeps_the_rules(listens: bool, events: list[Event]) -> None:
    link, here, is_open = Link(listens=listens), None, False
    for event in events:
        before = link
        if event is Event.OPENED and link.phase is Phase.OPENING:
            is_open = True
        link, orders = step(link, event)
        for order in orders:
            if order is Order.CLOSE:
                is_open = False
            elif order is Order.TELL_HERE:
                assert here is not True, "told twice"
                here = True
            elif order is Order.TELL_GONE:
                assert here is not False, "told twice"
                here = False
        assert is_open == (link.phase in (Phase.OPEN, Phase.HERE))
        assert (link.phase is Phase.HERE) <= (here is True)
        assert (link.wait_ms > 0) == (link.phase is Phase.WAITING)
        assert link.wait_ms <= LONGEST_WAIT_MS
        if before.phase is Phase.STOPPED:
            assert link == before
            assert not orders
