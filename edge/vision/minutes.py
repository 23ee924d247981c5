"""Crossings added up by the minute: plain functions, no clock.

A minute that has been closed and then gets a late crossing (the clock was set back) is told once more with
what is new: a receiver adds minutes up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from edge.vision.facts import Crossing, Minute
from edge.vision.line import Direction

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Tally:
    """Open minutes: (camera, line, minute) → (entered, left)."""

    counts: Mapping[tuple[str, str, int], tuple[int, int]] = field(default_factory=dict)


def add(tally: Tally, crossing: Crossing) -> Tally:
    """The tally with one more crossing."""
    key = (crossing.camera, crossing.line, crossing.at - crossing.at % MINUTE_MS)
    entered, left = tally.counts.get(key, (0, 0))
    now = (entered + 1, left) if crossing.direction is Direction.IN else (entered, left + 1)
    return Tally({**tally.counts, key: now})


def close(tally: Tally, now: int | None) -> tuple[Tally, list[Minute]]:
    """Take out the minutes that are over at `now` (UTC ms), or all of them for None; oldest first."""
    over = {key for key in tally.counts if now is None or key[2] + MINUTE_MS <= now}
    minutes = [Minute(*key, *tally.counts[key]) for key in sorted(over, key=lambda key: key[2])]
    return Tally({key: value for key, value in tally.counts.items() if key not in over}), minutes
