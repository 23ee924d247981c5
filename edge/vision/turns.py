"""Whose turn it is in a worker that looks at many cameras: plain functions. The longest overdue; nothing is queued."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

TOO_OLD_S = 1.0
"""A picture older than this is never counted."""


@dataclass(frozen=True, slots=True)
class Turn:
    """When a camera is due. Seconds of a clock that never jumps."""

    due: float
    left_out: float = 0.0
    """Periods that went by without a look, and pictures that were too old for one."""

    @property
    def dropped(self) -> int:
        """Looks that were due and never came."""
        return int(self.left_out)


def next_one(due: Iterable[tuple[str, float]], now: float) -> str | None:
    """Of (camera, due) with a picture to look at, the one that has been due for the longest; None: nobody is."""
    overdue = [(since, name) for name, since in due if since <= now]
    return min(overdue)[1] if overdue else None


def looked(turn: Turn, now: float, period_s: float) -> Turn:
    """A look begins at `now`. The next is due a period after this one was, or now if that is over: then the worker is
    busy, and whoever waited longest goes first.
    """
    due = max(turn.due + period_s, now)
    return Turn(due, turn.left_out + (due - turn.due) / period_s - 1)


def hurried(turn: Turn, now: float, sooner_s: float) -> Turn:
    """Something moves: due so much sooner, though not before now."""
    return replace(turn, due=min(turn.due, max(turn.due - sooner_s, now)))


def passed_over(turn: Turn) -> Turn:
    """The newest picture was too old to look at."""
    return replace(turn, left_out=turn.left_out + 1)
