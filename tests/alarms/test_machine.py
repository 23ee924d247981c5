"""The life of an alarm, whatever happens to it in whatever order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.alarms.machine import (
    Acknowledged,
    Alarm,
    Announced,
    Calm,
    Closed,
    Event,
    Gone,
    Moment,
    Opened,
    Seen,
    Taken,
    step,
)
from edge.alarms.rules import Below, Measure, Rule

RULE = Rule("disk", Measure.DISK, Below(5, 8), after_ms=100, calm_ms=50)
CRITICAL = Rule("disk", Measure.DISK, Below(5, 8), after_ms=100, calm_ms=50, critical=True)
EVENTS = st.one_of(
    st.integers(0, 12).map(Seen), st.just(Calm()), st.just(Gone()), st.just(Acknowledged("ana")), st.just(Seen("odd"))
)
STEPS = st.lists(st.tuples(EVENTS, st.integers(0, 120), st.booleans()), max_size=60)


@given(STEPS, st.sampled_from([RULE, CRITICAL]))
@settings(max_examples=200, deadline=None)
def test_a_ticket_opens_once_and_closes_once(events: list[tuple[Event, int, bool]], rule: Rule) -> None:
    alarm: Alarm | None = None
    now, has_ticket, announced, taken = 0, False, False, False
    for event, passed, awake in events:
        now += passed
        alarm, effects = step(alarm, event, Moment(now, awake), rule)
        for effect in effects:
            match effect:
                case Opened():
                    assert not has_ticket
                    has_ticket, announced, taken = True, False, False
                case Announced():
                    assert has_ticket
                    assert not announced
                    assert rule.critical or awake or isinstance(event, Acknowledged)
                    announced = True
                case Taken(by):
                    assert has_ticket
                    assert announced
                    assert not taken
                    assert by == "ana"
                    taken = True
                case Closed():
                    assert has_ticket
                    has_ticket = False
        assert has_ticket == (alarm is not None and alarm.has_ticket)
        if alarm is not None and has_ticket:
            assert (alarm.announced, alarm.acknowledged) == (announced, taken)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60)), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_it_opens_when_it_has_lasted_and_not_before(looks: list[tuple[int, int]]) -> None:
    alarm, now, began = None, 0, None
    for value, passed in looks:
        now += passed
        alarm, effects = step(alarm, Seen(value), Moment(now, True), RULE)
        began = now if began is None else began
        assert (alarm is not None and alarm.has_ticket) == (now - began >= RULE.after_ms)
        assert (Opened() in effects) == (Announced() in effects)


def test_a_figure_that_hovers_at_its_limit_neither_opens_nor_closes_again_and_again() -> None:
    alarm, _ = step(None, Seen(4), Moment(0, True), RULE)
    alarm, effects = step(alarm, Seen(4), Moment(100, True), RULE)
    assert Opened() in effects
    for now, value in enumerate((5, 7, 4, 7, 5), start=101):
        alarm, effects = step(alarm, Seen(value), Moment(now * 1_000, True), RULE)
        assert effects == ()
    alarm, _ = step(alarm, Seen(8), Moment(200_000, True), RULE)
    _, effects = step(alarm, Seen(8), Moment(200_050, True), RULE)
    assert effects == (Closed(),)
