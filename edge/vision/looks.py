"""Which frames to look at, so that a camera costs no more than it may: a function of (state, frame time)."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Looks:
    """Milliseconds of the stream."""

    period_ms: float
    due: float | None = None
    """When the next look is due. None: at the first frame."""
    dropped: int = 0
    """Looks that were due and never came."""


def look(state: Looks, at: int) -> tuple[Looks, bool]:
    """Whether to look at the frame of time `at`. A stream whose time goes back begins anew."""
    if state.due is None or at < state.due - 2 * state.period_ms:
        return replace(state, due=at + state.period_ms), True
    if at < state.due:
        return state, False
    late = int((at - state.due) // state.period_ms)
    return replace(state, due=state.due + (late + 1) * state.period_ms, dropped=state.dropped + late), True
