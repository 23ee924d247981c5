"""Which frames to look at, so that a camera costs no more than it may: a function of (state, frame time)."""

from dataclasses import dataclass, replace

EARLY = 0.2
"""A frame that is early by no more than this part of a period is on time: where a camera gives just as many frames as
are looked at, they come now a little early and now a little late, and every one of them is wanted."""


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
    if at < state.due - EARLY * state.period_ms:
        return state, False
    late = max(int((at - state.due) // state.period_ms), 0)
    return replace(state, due=state.due + (late + 1) * state.period_ms, dropped=state.dropped + late), True
