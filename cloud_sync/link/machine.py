"""The link to head office, decided purely: (state, event, now) → (state, effects).

Four lanes run side by side: enrolling, events up, changes down, the wake-up channel. A handler only says when
its lane may act next; `step` then starts every lane whose time has come. So each lane has one thing in flight
at most, and every lane that has a reason to act has a time set.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

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
    LaneState,
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
from cloud_sync.link.phase import TRAFFIC, rephase
from cloud_sync.link.side import Enrolment
from cloud_sync.link.state import LinkPhase

Step = tuple[State, tuple[Effect, ...]]


def begin(enrolment: Enrolment, now: int, rules: Rules) -> State:
    """The state at the start; step it with a Tick to get going."""
    lanes = {lane: LaneState() for lane in Lane}
    state = State(enrolment, LinkPhase.UNENROLLED, now, lanes, limit=rules.batch, asked=bool(enrolment.code))
    state = _set(state, Lane.ENROL, next_at=now if enrolment.code else None)
    if enrolment.store:
        state = _start_traffic(state, now)
    return rephase(state, now, rules)


def step(state: State, event: Event, now: int, rules: Rules) -> Step:
    """Hear an event, decide, and start what is due."""
    state = _after_clock_jump(state, now, rules)
    state, effects = _hear(state, event, now, rules)
    state, started = _start_due(state, now)
    return rephase(state, now, rules), effects + started


def due(state: State, rules: Rules) -> int | None:
    """When a Tick is wanted at the latest, if nothing else happens."""
    times = [lane.next_at for lane in state.lanes.values() if not lane.busy and lane.next_at is not None]
    if state.last_contact is not None and state.phase in (LinkPhase.ONLINE, LinkPhase.CATCHING_UP):
        times.append(state.last_contact + rules.fresh + 1)
    return min(times, default=None)


def _hear(state: State, event: Event, now: int, rules: Rules) -> Step:
    match event:
        case Tick():
            return state, ()
        case Nudged():
            failing = state.lanes[Lane.EVENTS].failures > 0  # more in the queue says nothing about the line
            return (state if failing else _hurry(state, [Lane.EVENTS], now, rules)), ()
        case Woken():
            return _hurry(state, TRAFFIC, now, rules), ()
        case WakeOpened():
            state = _set(state._replace(wake_open=True), Lane.WAKE, tried_at=now)
            return _hurry(state, TRAFFIC, now, rules), ()
        case CodeTyped() if state.lanes[Lane.ENROL].busy:
            return state, ()  # one question at a time; the shell says so
        case CodeTyped(code):
            state = state._replace(enrolment=replace(state.enrolment, code=code), asked=False, refusal="")
            lane = state.lanes[Lane.ENROL]._replace(failures=0, why="")
            return _hurry(_with(state, Lane.ENROL, lane), [Lane.ENROL], now, rules), ()
        case EnrolPending():
            state = _done(state, Lane.ENROL, now, now + rules.enrol_poll)._replace(last_contact=now)
            if state.asked:
                return state, ()
            return _set(state._replace(asked=True), Lane.ENROL, busy=True), (Keep(state.enrolment),)
        case EnrolApproved(enrolment):
            return _hear_approval(state._replace(last_contact=now), enrolment, rules)
        case Kept(enrolment):
            return _hear_kept(state, enrolment, now, rules)
        case QueueEmpty():
            return _done(state, Lane.EVENTS, now, now + rules.poll)._replace(behind=False), ()
        case Answered(sent, epoch, seq, jitter):
            return _hear_answer(state, sent, (epoch, seq), jitter, now, rules)
        case Confirmed(gone, jitter):
            return _hear_confirmed(state, gone, jitter, now, rules)
        case Pulled(more):
            state = _exchanged(state, Lane.CHANGES, now, rules)
            return _done(state, Lane.CHANGES, now, now if more else now + rules.poll), ()
        case Failed():
            return _hear_failure(state, event, now, rules)


def _hear_approval(state: State, enrolment: Enrolment, rules: Rules) -> Step:
    """Approved: keep it. The lane stays busy until it is on disk, so that a crash only asks again."""
    if rules.store and enrolment.store != rules.store:
        why = (
            f"The code belongs to store {enrolment.store}, but this gateway is set up as {rules.store}. "
            f"Ask head office for a code for {rules.store}, or correct the configuration."
        )
        return _refuse_code(state, why)
    return state, (Keep(enrolment),)


def _refuse_code(state: State, why: str) -> Step:
    state = _set(state._replace(refusal=why, asked=False), Lane.ENROL, busy=True)
    return state, (Keep(replace(state.enrolment, code="")),)


def _hear_kept(state: State, enrolment: Enrolment, now: int, rules: Rules) -> Step:
    approved = not enrolment.code and not state.refusal
    state = state._replace(enrolment=enrolment, asked=bool(enrolment.code))
    state = _done(state, Lane.ENROL, now, now + rules.enrol_poll if enrolment.code else None)
    return (_start_traffic(state._replace(revoked=""), now) if approved else state), ()


def _hear_answer(state: State, sent: Sent, committed: tuple[int, int], jitter: float, now: int, rules: Rules) -> Step:
    epoch, seq = committed
    if epoch != sent.epoch or seq < sent.first:
        why = (
            f"Head office answered about event {seq} of epoch {epoch}, but was sent {sent.first} to {sent.last} "
            f"of epoch {sent.epoch}. Nothing was deleted here; ask head office to check this store's cursor."
        )
        return _hear_failure(state, Failed(Lane.EVENTS, Trouble.LINE, why, jitter), now, rules)
    return _exchanged(state, Lane.EVENTS, now, rules)._replace(sent=sent), (Confirm(epoch, seq),)


def _hear_confirmed(state: State, gone: int, jitter: float, now: int, rules: Rules) -> Step:
    sent = state.sent
    state = state._replace(sent=None)
    if gone == 0 or sent is None:
        why = (
            "Head office has events under this store's name that this gateway never sent: was the gateway "
            "restored from a copy, or do two run with the same key? Nothing was deleted here."
        )
        return _hear_failure(state, Failed(Lane.EVENTS, Trouble.LINE, why, jitter), now, rules)
    behind = sent.oldest_at < now - rules.backlog_age
    if behind and not state.behind:
        state = state._replace(run_from=now, run_count=0)
    elif behind:
        state = state._replace(run_count=state.run_count + gone)
    state = state._replace(behind=behind, limit=min(rules.batch, state.limit * 2))
    return _done(state, Lane.EVENTS, now, now), ()


def _hear_failure(state: State, event: Failed, now: int, rules: Rules) -> Step:
    lane = state.lanes[event.lane]
    effects: tuple[Effect, ...] = ()
    failures = lane.failures + 1
    wait = max(backoff(failures, event.jitter, rules), min(event.at_least, rules.longest_wait))
    changes: dict[str, Any] = {}
    match event.lane, event.trouble:
        case Lane.ENROL, Trouble.UNWANTED:
            return _refuse_code(state, event.why)
        case ((Lane.EVENTS | Lane.CHANGES), Trouble.DENIED) if not lane.denied:
            effects, wait, changes = (RenewToken(),), 0, {"denied": True}
            failures = lane.failures
        case ((Lane.EVENTS | Lane.CHANGES), Trouble.DENIED):
            state = state._replace(revoked=event.why)
            wait = rules.longest_wait - int(rules.longest_wait * event.jitter / 2)
        case Lane.EVENTS, Trouble.UNWANTED if state.limit > 1:
            state = state._replace(limit=state.limit // 2)  # what is before the troublesome event still goes through
            failures, wait = max(1, lane.failures), rules.first_wait
        case Lane.WAKE, _:
            effects = (RenewToken(),) if event.trouble is Trouble.DENIED else ()
            if state.wake_open:
                if now - lane.tried_at >= rules.longest_wait:
                    failures, wait = 1, backoff(1, event.jitter, rules)
                state = _hurry(state._replace(wake_open=False), [Lane.CHANGES], now, rules)  # is the line still there?
    if event.lane in TRAFFIC:
        state = state._replace(sent=None, behind=False)
    changes |= {"busy": False, "again": False, "failures": failures, "why": event.why, "next_at": now + wait}
    return _set(state, event.lane, **changes), effects


def backoff(failures: int, jitter: float, rules: Rules) -> int:
    """Milliseconds to wait after so many failures in a row: doubles, spread by `jitter` (0 … 1)."""
    longest = min(rules.longest_wait, rules.first_wait << min(failures, 20))
    return rules.first_wait + int(max(0, longest - rules.first_wait) * min(1.0, max(0.0, jitter)))


def _exchanged(state: State, name: Lane, now: int, rules: Rules) -> State:
    """A true exchange: the key is good and the line is there."""
    recovered = state.lanes[name].failures > 0
    state = state._replace(last_contact=now, revoked="")
    state = _set(state, name, failures=0, why="", denied=False)
    return (
        _hurry(state, [lane for lane in (*TRAFFIC, Lane.WAKE) if lane is not name], now, rules) if recovered else state
    )


def _hurry(state: State, names: Iterable[Lane], now: int, rules: Rules) -> State:
    """Cut waits short; a lane that failed keeps the shortest wait, so that no wake-up can make it spin."""
    for name in names:
        lane = state.lanes[name]
        if lane.busy:
            state = _set(state, name, again=name is not Lane.WAKE)
        elif lane.next_at is not None or name is Lane.ENROL:
            soonest = max(now, lane.tried_at + rules.first_wait) if lane.failures else now
            state = _set(state, name, next_at=soonest if lane.next_at is None else min(lane.next_at, soonest))
    return state


def _done(state: State, name: Lane, now: int, next_at: int | None) -> State:
    """A lane ended well."""
    again = state.lanes[name].again
    return _set(
        state,
        name,
        busy=False,
        again=False,
        failures=0,
        why="",
        denied=False,
        next_at=now if again else next_at,
    )


def _start_traffic(state: State, now: int) -> State:
    for name in (*TRAFFIC, Lane.WAKE):
        lane = state.lanes[name]
        fresh = lane._replace(again=True) if lane.busy else LaneState(next_at=now)
        state = _with(state, name, fresh)
    return state


def _start_due(state: State, now: int) -> Step:
    effects: list[Effect] = []
    for name, lane in state.lanes.items():
        if lane.busy or lane.next_at is None or lane.next_at > now:
            continue
        state = _set(state, name, busy=True, again=False, next_at=None, tried_at=now)
        match name:
            case Lane.ENROL:
                effects.append(AskEnrol(state.enrolment.code))
            case Lane.EVENTS:
                effects.append(SendBatch(state.limit))
            case Lane.CHANGES:
                effects.append(PullChanges())
            case Lane.WAKE:
                effects.append(OpenWake())
    return state, tuple(effects)


def _after_clock_jump(state: State, now: int, rules: Rules) -> State:
    """A clock that was set back must not turn a wait of seconds into one of hours."""
    furthest = now + max(rules.longest_wait, rules.poll)
    for name, lane in state.lanes.items():
        if (lane.next_at or 0) > furthest or lane.tried_at > now:
            state = _set(
                state,
                name,
                next_at=lane.next_at and min(lane.next_at, furthest),
                tried_at=min(lane.tried_at, now),
            )
    contact = state.last_contact
    return state._replace(last_contact=now) if contact is not None and contact > now else state


def _set(state: State, name: Lane, **changes: Any) -> State:
    return _with(state, name, state.lanes[name]._replace(**changes))


def _with(state: State, name: Lane, lane: LaneState) -> State:
    return state._replace(lanes={**state.lanes, name: lane})
