"""Where the line stands, in one word and a reason: read off the state, never remembered by hope."""

from cloud_sync.link.facts import Lane, Rules, State
from cloud_sync.link.state import LinkPhase, LinkView

TRAFFIC = (Lane.EVENTS, Lane.CHANGES)
"""The lanes whose exchanges say whether the line is there."""


def view(state: State, now: int, rules: Rules) -> LinkView:
    """What people and machines may know about the line, true at `now`."""
    state = rephase(state, now, rules)
    tries = [
        lane.next_at
        for name, lane in state.lanes.items()
        if name is not Lane.WAKE and lane.next_at is not None and (lane.failures or state.asked)
    ]
    took = now - state.run_from
    rate = state.run_count * 1000 / took if state.phase is LinkPhase.CATCHING_UP and took > 0 else None
    return LinkView(
        state.phase,
        state.since,
        state.why,
        state.last_contact,
        min(tries, default=None),
        events_per_second=rate or None,
    )


def rephase(state: State, now: int, rules: Rules) -> State:
    """Say anew where the line stands; `since` moves only when the phase does."""
    phase, why = _phase(state, now, rules)
    if phase is state.phase and why == state.why:
        return state
    return state._replace(phase=phase, why=why, since=state.since if phase is state.phase else now)


def _phase(state: State, now: int, rules: Rules) -> tuple[LinkPhase, str]:
    enrol = state.lanes[Lane.ENROL]
    if state.enrolment.code:
        if state.asked:
            return (
                LinkPhase.PENDING,
                enrol.why or "Waiting until somebody at head office approves this store.",
            )
        if enrol.failures:
            return LinkPhase.OFFLINE, enrol.why
        return LinkPhase.UNENROLLED, "Asking head office about the code."
    if not state.enrolment.store:
        return (
            LinkPhase.UNENROLLED,
            state.refusal or "Type the one-time code that head office gave for this store.",
        )
    if state.revoked:
        return LinkPhase.UNENROLLED, state.refusal or state.revoked
    for name in TRAFFIC:
        if state.lanes[name].failures:
            return LinkPhase.OFFLINE, state.lanes[name].why
    if state.last_contact is None:
        return LinkPhase.OFFLINE, "Connecting to head office."
    if now - state.last_contact > rules.fresh:
        return LinkPhase.OFFLINE, "Head office has not answered for a while; Aisle keeps trying."
    return (LinkPhase.CATCHING_UP if state.behind else LinkPhase.ONLINE), ""
