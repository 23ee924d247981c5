"""The payment machine, by itself: whatever comes in whatever order."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.base import PaymentOutcome
from drivers.payment.machine import (
    Charged,
    Clear,
    Command,
    Decided,
    Effect,
    Event,
    Foreign,
    GivenBack,
    Looked,
    Lost,
    NotGivenBack,
    Partial,
    PaymentState,
    Phase,
    Policy,
    Proof,
    Refused,
    step,
)
from drivers.payment.storage import from_text, to_text

NEW = PaymentState("p1", "term-1", 1250, "EUR")
POLICY = Policy(settle=5_000, first_pause=500, longest_pause=15_000, tries=4)
PROOF = Proof("0042", "VISA •••• 1234", ("Thank you",))
EVENTS: list[Event] = [
    *Command,
    Looked("0041/1"),
    Charged(PROOF),
    Partial(PROOF),
    Refused("declined"),
    Lost("silence"),
    Clear(),
    Foreign("another"),
    GivenBack(),
    NotGivenBack("no"),
    Decided(True, "Ana"),
    Decided(False, "Ana"),
]


def run(state: PaymentState, *events: Event, every: int = 10_000) -> tuple[PaymentState, Effect | None]:
    effect: Effect | None = None
    for turn, event in enumerate(events):
        state, effect = step(state, event, turn * every, POLICY)
    return state, effect


@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 20_000)), max_size=40))
def test_no_order_of_events_charges_twice_or_forgets(story: list[tuple[Event, int]]) -> None:
    state, now, asked, settled = NEW, 0, 0, False
    for event, later in story:
        now += later
        before = state
        state, effect = step(state, event, now, POLICY)
        asked += effect is Effect.AUTHORISE
        assert asked <= 1
        if effect is Effect.AUTHORISE:
            assert before.phase is Phase.NEW
            assert state.phase is Phase.ASKING  # so that it is saved before the first byte
        if before.phase in (Phase.DECLINED, Phase.REVERSED):
            assert state == before
        if isinstance(event, Decided) and not before.needs_person:
            assert state == before
        if before.phase is Phase.APPROVED:
            assert state.phase in (Phase.APPROVED, Phase.REVERSING)
        if before.phase in (Phase.ASKING, Phase.UNKNOWN) and state.phase is Phase.DECLINED:
            assert isinstance(event, Refused | Clear | GivenBack | Decided)
        if state.phase is Phase.APPROVED:
            assert before.phase is Phase.APPROVED or isinstance(event, Charged | Decided)
        if (
            effect is None
            and not state.final
            and state.phase is not Phase.NEW
            and not isinstance(event, Command | Decided)
        ):
            assert state.needs_person  # nothing stops silently
        settled = settled or state.final
        assert from_text(to_text(state)) == state


def test_a_lost_answer_is_unknown_and_asked_for_never_sent_again() -> None:
    state, effect = run(NEW, Command.START, Looked("1/1"), Lost("silence"))
    assert (state.outcome, effect) == (PaymentOutcome.UNKNOWN, Effect.ENQUIRE)
    assert run(state, Charged(PROOF))[0].outcome is PaymentOutcome.APPROVED
    assert run(state, Refused("no"))[0].outcome is PaymentOutcome.DECLINED


def test_not_known_is_believed_only_the_second_time_and_later() -> None:
    lost, _ = run(NEW, Command.START, Looked("1/1"), Lost("silence"))
    once, effect = step(lost, Clear(), 0, POLICY)
    assert (once.phase, effect, once.due) == (Phase.UNKNOWN, Effect.WAIT, 5_000)
    assert step(once, Clear(), 4_999, POLICY)[0].phase is Phase.UNKNOWN
    assert step(once, Clear(), 5_000, POLICY)[0].phase is Phase.DECLINED
    between, _ = step(once, Lost("busy"), 3_000, POLICY)
    assert step(between, Clear(), 6_000, POLICY)[0].phase is Phase.UNKNOWN


def test_a_restart_asks_what_became_of_what_was_sent() -> None:
    asking, _ = run(NEW, Command.START, Looked("1/1"))
    assert run(asking, Command.RESTART)[1] is Effect.ENQUIRE
    state, effect = run(NEW, Command.RESTART)
    assert (state.outcome, effect) == (PaymentOutcome.DECLINED, None)


def test_asking_ends_with_a_person_and_goes_on_when_the_person_asks() -> None:
    state, _ = run(NEW, Command.START, Looked("1/1"), Lost("silence"))
    tries = 0
    effect: Effect | None = Effect.ENQUIRE
    while effect is not None:
        state, effect = step(state, Lost("silence"), 0, POLICY)
        tries += 1
    assert tries == POLICY.tries + 1
    assert state.needs_person
    assert state.outcome is PaymentOutcome.UNKNOWN
    again, effect = run(state, Command.RESTART)
    assert (again.needs_person, effect) == (False, Effect.ENQUIRE)


def test_a_wrong_amount_is_given_back() -> None:
    state, effect = run(NEW, Command.START, Looked("1/1"), Partial(PROOF))
    assert effect is Effect.REVERSE
    assert state.outcome is PaymentOutcome.UNKNOWN
    done, _ = run(state, GivenBack())
    assert (done.outcome, done.told().given_back) == (PaymentOutcome.DECLINED, True)


def test_giving_back_is_asked_after_not_repeated_blindly() -> None:
    state, effect = run(NEW, Command.START, Looked("1/1"), Charged(PROOF), Command.GIVE_BACK)
    assert effect is Effect.REVERSE
    state, effect = run(state, Lost("silence"))
    assert effect is Effect.WAIT
    state, effect = run(state, Command.DUE)
    assert effect is Effect.ENQUIRE
    assert run(state, GivenBack())[0].phase is Phase.REVERSED
    assert run(state, Charged(PROOF))[1] is Effect.REVERSE


def test_a_cancelled_unknown_is_given_back_once_it_is_known() -> None:
    state, _ = run(NEW, Command.START, Looked("1/1"), Lost("silence"), Command.GIVE_BACK)
    state, effect = run(state, Charged(PROOF))
    assert effect is Effect.REVERSE
    assert run(state, GivenBack())[0].phase is Phase.REVERSED


def test_somebody_elses_transaction_is_no_answer() -> None:
    state, effect = run(NEW, Command.START, Looked("1/1"), Lost("silence"), Foreign("another amount"))
    assert (state.outcome, state.needs_person, effect) == (PaymentOutcome.UNKNOWN, True, None)


def test_a_person_decides_only_where_one_is_needed() -> None:
    lost, _ = run(NEW, Command.START, Looked("1/1"), Lost("silence"))
    assert run(lost, Decided(True, "Ana"))[0] == lost
    stuck, _ = run(lost, Foreign("another amount"))
    for taken, outcome in ((True, PaymentOutcome.APPROVED), (False, PaymentOutcome.DECLINED)):
        done, effect = run(stuck, Decided(taken, "Ana"))
        assert (done.outcome, done.needs_person, effect) == (outcome, False, None)
        assert "Ana" in done.why
