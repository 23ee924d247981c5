"""Which events to send now: in order, at most 50 ahead of a receipt, all again after five quiet seconds. Pure."""

from dataclasses import dataclass, replace

AHEAD = 50
AGAIN_MS = 5_000


@dataclass(frozen=True, slots=True)
class Sending:
    """`receipted` and `sent` are numbers of events; `waiting` is since when a receipt is awaited."""

    receipted: int
    sent: int
    waiting: int = 0


def reconnected(state: Sending, now: int) -> Sending:
    """What was on its way may be lost."""
    return Sending(state.receipted, state.receipted, now)


def receipted(state: Sending, seq: int, last: int, now: int) -> Sending:
    """A receipt. One for a number that was never given out, or an old one, is nothing."""
    if seq <= state.receipted or seq > last:
        return state
    return Sending(seq, max(seq, state.sent), now)


def take(state: Sending, last: int, now: int) -> tuple[Sending, range]:
    """The numbers to send now. `last`: the last event that was written."""
    if state.sent > state.receipted and now - state.waiting >= AGAIN_MS:
        state = reconnected(state, now)
    upto = min(last, state.receipted + AHEAD)
    if upto <= state.sent:
        return state, range(0)
    due = range(state.sent + 1, upto + 1)
    waiting = now if state.sent == state.receipted else state.waiting
    return replace(state, sent=upto, waiting=waiting), due
