"""How much of the time a device was ready, reckoned from its recorded changes of state. Pure.

A device that sleeps between its duties is available; time in which the gateway itself was off, or in which nothing was
known of the device yet, counts neither way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

UP = frozenset({"ready", "asleep"})
DOWN = frozenset({"lost", "fault"})


@dataclass(frozen=True, slots=True)
class Change:
    """At `at` (UTC epoch milliseconds) the device came into a state."""

    at: int
    state: str


@dataclass(frozen=True, slots=True)
class Availability:
    """Milliseconds in which the device was ready and in which it was not, and how often it broke down."""

    up_ms: int
    down_ms: int
    breakdowns: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; None when nothing is known."""
        known = self.up_ms + self.down_ms
        return self.up_ms / known if known else None

    @property
    def between_ms(self) -> int | None:
        """Mean time between breakdowns; None when there was none."""
        return self.up_ms // self.breakdowns if self.breakdowns else None


def availability(
    changes: Iterable[Change], start: int, end: int, unknown: Sequence[tuple[int, int]] = ()
) -> Availability:
    """Between two instants. `changes` from the last one before `start` on; `unknown`: stretches that do not count."""
    ordered = sorted(changes, key=lambda change: change.at)
    up = down = breakdowns = 0
    for change, following in pairwise([*ordered, Change(max(end, ordered[-1].at if ordered else end), "")]):
        first, last = max(change.at, start), min(following.at, end)
        if last > first:
            counted = last - first - _overlap(first, last, unknown)
            up += counted if change.state in UP else 0
            down += counted if change.state in DOWN else 0
    state = ""
    for change in ordered:
        if change.state in DOWN and state in UP and start <= change.at < end:
            breakdowns += 1
        state = change.state
    return Availability(up, down, breakdowns)


def _overlap(first: int, last: int, stretches: Sequence[tuple[int, int]]) -> int:
    """Milliseconds of a stretch that lie in any of the others, which do not overlap each other."""
    return sum(max(0, min(last, stop) - max(first, begin)) for begin, stop in stretches)
