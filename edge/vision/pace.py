"""How often one camera is looked at: a plain function. Full rate while anything moves, less the longer it is still."""

from dataclasses import dataclass, replace

HALF_AFTER_S = 4.0
"""Still for so long: half the rate (2.5 for 5 a second)."""
FIFTH_AFTER_S = 12.0
"""Still for so long and nobody there: a fifth (1 for 5 a second)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Of one camera. Seconds of a clock that never jumps."""

    full_s: float
    """From look to look at the full rate."""
    moved: float
    """When something last moved."""
    period_s: float
    """From look to look now."""


def at_full(fps: float, now: float) -> Pace:
    """How every camera begins."""
    return Pace(1 / fps, now, 1 / fps)


def moved(pace: Pace, now: float) -> Pace:
    """Something moves: the full rate, at once."""
    return replace(pace, moved=now, period_s=pace.full_s)


def looked(pace: Pace, now: float, people: int) -> Pace:
    """After a look that found so many people."""
    still_s = now - pace.moved
    if still_s < HALF_AFTER_S:
        return replace(pace, period_s=pace.full_s)
    return replace(pace, period_s=pace.full_s * (5 if still_s >= FIFTH_AFTER_S and not people else 2))
