from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cloud_sync.link.facts import (
    Answered,
    AskEnrol,
    CodeTyped,
    Confirm,
    Confirmed,
    Effect,
    EnrolApproved,
    EnrolPending,
    Event,
    Failed,
    Keep,
    Kept,
    Lane,
    Nudged,
    OpenWake,
    PullChanges,
    Pulled,
    QueueEmpty,
    RenewToken,
    Rules,
    SendBatch,
    Sent,
    State,
    Tick,
    Trouble,
    WakeOpened,
    Woken,
)
from cloud_sync.link.machine import backoff, begin, due, step
from cloud_sync.link.phase import view
from cloud_sync.link.side import Enrolment
from cloud_sync.link.state import LinkPhase

RULES = Rules()
MINE = Enrolment("0204")


class Walk:
    """A state, a clock, and the effects that are on their way."""

    def __init__(self, enrolment: Enrolment = MINE, rules: Rules = RULES) -> None:
        self.rules, self.now = rules, 1_000_000
        self.state: State = begin(enrolment, self.now, rules)
        self.effects: list[Effect] = []
        self.hear(Tick())

    def hear(self, event: Event) -> tuple[Effect, ...]:
        self.state, effects = step(self.state, event, self.now, self.rules)
        self.effects += effects
        return effects

    def settle(self, *events: Event) -> None:
        """Let what is on its way end like this."""
        self.effects.clear()
        for event in events:
            self.hear(event)

    def wait(self) -> tuple[Effect, ...]:
        """Let the time pass until the machine wants to act."""
        at = due(self.state, self.rules)
        assert at is not None
        self.now = max(self.now, at)
        return self.hear(Tick())

    def phase(self) -> LinkPhase:
        return view(self.state, self.now, self.rules).phase


def online() -> Walk:
    walk = Walk()
    walk.settle(QueueEmpty(), Pulled(False), WakeOpened(), Pulled(False), QueueEmpty())
    assert walk.phase() is LinkPhase.ONLINE
    return walk


def fail(lane: Lane, trouble: Trouble = Trouble.LINE, jitter: float = 1.0, at_least: int = 0) -> Failed:
    return Failed(lane, trouble, f"{lane} failed", jitter, at_least)


def test_waits_grow_to_a_minute_and_start_anew_after_a_success() -> None:
    walk, waits = Walk(), []
    for _ in range(9):
        walk.hear(fail(Lane.CHANGES))
        at = walk.state.lanes[Lane.CHANGES].next_at
        assert at is not None
        waits.append(at - walk.now)
        walk.now = at
        assert PullChanges() in walk.hear(Tick())
    assert waits == [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]
    walk.hear(Pulled(True))
    walk.hear(fail(Lane.CHANGES))
    assert walk.state.lanes[Lane.CHANGES].next_at == walk.now + 2_000


@given(failures=st.integers(1, 10_000), jitter=st.floats(allow_nan=False))
def test_every_wait_is_between_the_first_and_the_longest(failures: int, jitter: float) -> None:
    assert RULES.first_wait <= backoff(failures, jitter, RULES) <= RULES.longest_wait


def test_online_is_said_only_while_an_exchange_is_recent() -> None:
    walk = online()
    contact = walk.state.last_contact
    walk.effects.clear()
    walk.now += RULES.poll
    assert PullChanges() in walk.hear(Tick())
    walk.now += RULES.patience + 1  # the answer does not come, and nothing has failed yet
    assert walk.phase() is LinkPhase.OFFLINE
    walk.hear(Tick())
    shown = view(walk.state, walk.now, RULES)
    assert (shown.since, shown.last_contact) == (walk.now, contact)


def test_an_empty_queue_alone_does_not_make_the_line_good() -> None:
    walk = Walk()
    walk.hear(QueueEmpty())
    assert walk.phase() is LinkPhase.OFFLINE


def test_a_wake_up_cuts_the_wait_short_but_cannot_make_it_spin() -> None:
    walk = online()
    assert walk.hear(Woken()) == (SendBatch(1000), PullChanges())
    walk.settle(QueueEmpty(), fail(Lane.CHANGES), Woken())
    assert walk.effects == [SendBatch(1000)]
    assert walk.state.lanes[Lane.CHANGES].next_at == walk.now + RULES.first_wait


def test_a_wake_up_during_a_pull_is_not_forgotten() -> None:
    walk = online()
    walk.hear(Woken())
    walk.hear(Woken())
    assert walk.hear(Pulled(False)) == (PullChanges(),)


def test_a_nudge_does_not_shorten_the_wait_for_a_line_that_is_down() -> None:
    walk = Walk()
    walk.hear(fail(Lane.EVENTS))
    assert walk.hear(Nudged()) == ()
    assert walk.state.lanes[Lane.EVENTS].next_at == walk.now + 2_000


def test_recovery_in_one_direction_wakes_the_other() -> None:
    walk = Walk()
    for _ in range(8):
        walk.settle(fail(Lane.EVENTS), fail(Lane.CHANGES), fail(Lane.WAKE))
        walk.now += 60_000
        walk.hear(Tick())
    walk.settle(fail(Lane.EVENTS), fail(Lane.WAKE), Pulled(False))
    assert {walk.state.lanes[lane].next_at for lane in (Lane.EVENTS, Lane.WAKE)} == {walk.now + RULES.first_wait}


def test_a_first_denial_renews_the_token_and_a_second_says_that_the_key_is_revoked() -> None:
    walk = online()
    walk.hear(Woken())
    assert walk.hear(fail(Lane.CHANGES, Trouble.DENIED)) == (RenewToken(), PullChanges())
    assert walk.phase() is LinkPhase.ONLINE
    walk.hear(fail(Lane.CHANGES, Trouble.DENIED))
    assert walk.phase() is LinkPhase.UNENROLLED
    assert view(walk.state, walk.now, RULES).why == "changes failed"
    walk.hear(QueueEmpty())
    walk.now += RULES.longest_wait
    assert PullChanges() in walk.hear(Tick())
    walk.hear(Pulled(False))
    assert walk.phase() is LinkPhase.ONLINE


def test_losing_the_wake_up_channel_makes_it_look_at_the_line_at_once() -> None:
    walk = online()
    assert walk.hear(fail(Lane.WAKE)) == (PullChanges(),)


@pytest.mark.parametrize(("epoch", "seq"), [(8, 9), (7, 4), (6, 100)])
def test_an_answer_about_something_else_confirms_nothing(epoch: int, seq: int) -> None:
    walk = online()
    walk.hear(Nudged())
    assert walk.hear(Answered(Sent(7, 5, 9, 5, 0), epoch, seq)) == ()
    assert walk.phase() is LinkPhase.OFFLINE
    assert walk.hear(Tick()) == ()


def test_enrolment_from_the_code_to_the_first_exchange() -> None:
    walk = Walk(Enrolment())
    assert walk.phase() is LinkPhase.UNENROLLED
    assert due(walk.state, RULES) is None
    assert walk.hear(CodeTyped("ABCD-1234")) == (AskEnrol("ABCD-1234"),)
    assert walk.hear(CodeTyped("OTHER-9999")) == ()
    waiting = Enrolment("", "ABCD-1234")
    assert walk.hear(EnrolPending()) == (Keep(waiting),)
    walk.hear(Kept(waiting))
    assert walk.phase() is LinkPhase.PENDING
    assert walk.wait() == (AskEnrol("ABCD-1234"),)
    assert walk.hear(EnrolPending()) == ()
    assert walk.wait() == (AskEnrol("ABCD-1234"),)
    walk.hear(fail(Lane.ENROL))
    assert walk.phase() is LinkPhase.PENDING
    assert walk.wait() == (AskEnrol("ABCD-1234"),)
    approved = Enrolment("0204", "", {"k": "ab"})
    assert walk.hear(EnrolApproved(approved)) == (Keep(approved),)
    assert set(walk.hear(Kept(approved))) == {SendBatch(1000), PullChanges(), OpenWake()}


def test_a_restart_while_waiting_for_approval_goes_on_asking() -> None:
    walk = Walk(Enrolment("", "ABCD-1234"))
    assert walk.effects == [AskEnrol("ABCD-1234")]
    assert walk.phase() is LinkPhase.PENDING


def test_a_refused_code_is_dropped_with_its_reason() -> None:
    walk = Walk(Enrolment())
    walk.hear(CodeTyped("ABCD-1234"))
    assert walk.hear(fail(Lane.ENROL, Trouble.UNWANTED)) == (Keep(Enrolment()),)
    walk.hear(Kept(Enrolment()))
    assert (walk.phase(), walk.state.why) == (LinkPhase.UNENROLLED, "enrol failed")
    assert due(walk.state, RULES) is None


def test_a_code_for_another_store_is_refused() -> None:
    walk = Walk(Enrolment(), replace(RULES, store="0205"))
    walk.hear(CodeTyped("ABCD-1234"))
    assert walk.hear(EnrolApproved(Enrolment("0204"))) == (Keep(Enrolment()),)
    walk.hear(Kept(Enrolment()))
    assert "belongs to store 0204" in walk.state.why


def test_a_clock_set_back_costs_a_minute_at_most() -> None:
    walk = online()
    walk.hear(Woken())
    walk.settle(QueueEmpty(), fail(Lane.CHANGES), fail(Lane.WAKE))
    walk.now -= 86_400_000
    walk.hear(Tick())
    at = due(walk.state, RULES)
    assert at is not None
    assert at <= walk.now + RULES.longest_wait


class AnyDay(RuleBasedStateMachine):
    """Any order of answers, losses, nudges, wake-ups, codes and clock jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 10_000_000
        self.flying: list[Effect] = []
        self.next_seq = 1
        self.hq: dict[int, int] = {}
        self.contacts = 0

    @initialize(
        enrolment=st.sampled_from([MINE, Enrolment(), Enrolment("", "CODE-1234"), Enrolment("0204", "CODE-1234")])
    )
    def start(self, enrolment: Enrolment) -> None:
        self.state = begin(enrolment, self.now, RULES)
        self._hear(Tick())

    def _hear(self, event: Event) -> None:
        self.state, effects = step(self.state, event, self.now, RULES)
        for effect in effects:
            if isinstance(effect, Confirm):  # never what head office did not commit
                assert effect.seq <= self.hq.get(effect.epoch, 0)
            if not isinstance(effect, RenewToken):
                self.flying.append(effect)

    def _land(self, kind: type[Effect] | tuple[type[Effect], ...]) -> Effect | None:
        for effect in self.flying:
            if isinstance(effect, kind):
                self.flying.remove(effect)
                return effect
        return None

    @rule(
        share=st.integers(1, 20), epoch=st.sampled_from([7, 7, 7, 8]), short=st.integers(0, 21), jitter=st.floats(0, 1),
        age=st.integers(0, 100_000),
    )  # fmt: skip
    def hq_answers_a_batch(self, share: int, epoch: int, short: int, jitter: float, age: int) -> None:
        if (effect := self._land(SendBatch)) is None:
            return
        assert isinstance(effect, SendBatch)
        assert 1 <= effect.limit <= RULES.batch
        count = min(share, effect.limit)
        sent = Sent(7, self.next_seq, self.next_seq + count - 1, count, self.now - age)
        committed = max(0, sent.last - short)
        self.hq[epoch] = max(self.hq.get(epoch, 0), committed)
        self._hear(Answered(sent, epoch, committed, jitter))

    @rule(gone=st.integers(0, 3))
    def queue_confirms(self, gone: int) -> None:
        if (effect := self._land(Confirm)) is not None:
            assert isinstance(effect, Confirm)
            self.next_seq = max(self.next_seq, effect.seq + 1)
            self._hear(Confirmed(gone))

    @rule(more=st.booleans())
    def changes_arrive(self, more: bool) -> None:
        if self._land(PullChanges) is not None:
            self._hear(Pulled(more))

    @rule()
    def queue_is_empty(self) -> None:
        if self._land(SendBatch) is not None:
            self._hear(QueueEmpty())

    @rule(approve=st.booleans())
    def enrolment_goes_on(self, approve: bool) -> None:
        match self._land((AskEnrol, Keep)):
            case AskEnrol():
                self._hear(EnrolApproved(MINE) if approve else EnrolPending())
            case Keep(enrolment):
                self._hear(Kept(enrolment))

    @rule(
        lane=st.sampled_from(Lane),
        trouble=st.sampled_from(Trouble),
        jitter=st.floats(0, 1),
        at_least=st.integers(0, 10**9),
    )
    def something_fails(self, lane: Lane, trouble: Trouble, jitter: float, at_least: int) -> None:
        kinds: dict[Lane, tuple[type[Effect], ...]] = {
            Lane.ENROL: (AskEnrol, Keep), Lane.EVENTS: (SendBatch, Confirm), Lane.CHANGES: (PullChanges,),
            Lane.WAKE: (OpenWake,),
        }  # fmt: skip
        if lane is Lane.ENROL and any(isinstance(effect, Keep) for effect in self.flying):
            trouble = Trouble.HERE  # only the disk can fail there
        if self._land(kinds[lane]) is not None:
            self._hear(Failed(lane, trouble, "why", jitter, at_least))

    @precondition(lambda self: any(isinstance(effect, OpenWake) for effect in self.flying))
    @rule(event=st.sampled_from([WakeOpened(), Woken()]))
    def channel_speaks(self, event: Event) -> None:
        self._hear(event)

    @rule(event=st.sampled_from([Nudged(), Tick(), CodeTyped("CODE-9999")]))
    def somebody_acts(self, event: Event) -> None:
        self._hear(event)

    @rule(by=st.sampled_from([1, 500, 30_000, 3_600_000, -3_600_000]))
    def time_passes(self, by: int) -> None:
        self.now += by
        self._hear(Tick())

    @invariant()
    def each_lane_has_one_thing_in_flight_at_most(self) -> None:
        for kinds in ((AskEnrol, Keep), (SendBatch, Confirm), (PullChanges,), (OpenWake,)):
            assert sum(isinstance(effect, kinds) for effect in self.flying) <= 1

    @invariant()
    def there_is_always_a_next_try_and_it_is_near(self) -> None:
        for name, lane in self.state.lanes.items():
            wanted = bool(self.state.enrolment.code) if name is Lane.ENROL else bool(self.state.enrolment.store)
            if wanted and not lane.busy:
                assert lane.next_at is not None
                assert self.now < lane.next_at <= self.now + RULES.longest_wait
            if lane.busy:
                assert any(self._lane(effect) is name for effect in self.flying)

    @invariant()
    def online_is_never_claimed_without_a_recent_exchange(self) -> None:
        shown = view(self.state, self.now, RULES)
        if shown.phase in (LinkPhase.ONLINE, LinkPhase.CATCHING_UP):
            assert shown.last_contact is not None
            assert self.now - shown.last_contact <= RULES.fresh
            assert self.state.enrolment.store
        else:
            assert shown.why

    @staticmethod
    def _lane(effect: Effect) -> Lane:
        match effect:
            case AskEnrol() | Keep():
                return Lane.ENROL
            case SendBatch() | Confirm():
                return Lane.EVENTS
            case PullChanges():
                return Lane.CHANGES
            case _:
                return Lane.WAKE


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
