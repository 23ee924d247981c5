"""The virtual world: one clock, one queue of things to come, and a record of all that happened."""

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

OPENING = 1_790_000_000_000
"""UTC epoch milliseconds of the moment that all times of a storm count from."""

Entry = tuple[int, str, str]
"""When, in milliseconds since the opening; who; what."""


class Violation(Exception):
    """An invariant did not hold. `rule` is its short name, such as "I1"."""

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(f"{rule}: {why}")
        self.rule = rule
        self.why = why


@dataclass(slots=True)
class World:
    """Time passes only from one event to the next. Nothing in it is random but what `dice` gives."""

    seed: int
    now: int = 0
    """Milliseconds since the opening."""
    trace: list[Entry] = field(default_factory=list)
    reached: Counter[str] = field(default_factory=Counter)
    """How often each fault struck and each state was reached."""
    _coming: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = field(default_factory=list)
    _count: int = 0

    def dice(self, name: str) -> random.Random:
        """A source of its own for each purpose, so that one more draw here changes nothing there."""
        return random.Random(f"{self.seed}/{name}")  # noqa: S311  a simulation, no secret

    def at(self, when: int, act: Callable[..., None], *args: Any) -> None:
        """Let something happen at a moment; what is set for the same moment happens in the order of setting."""
        self._count += 1
        heapq.heappush(self._coming, (max(when, self.now), self._count, act, args))

    def after(self, delay: int, act: Callable[..., None], *args: Any) -> None:
        """Let something happen in so many milliseconds."""
        self.at(self.now + delay, act, *args)

    def say(self, who: str, what: str) -> None:
        """Write something into the record."""
        self.trace.append((self.now, who, what))

    def reach(self, what: str) -> None:
        """Count that a fault struck or a state was reached."""
        self.reached[what] += 1

    def run(self, until: int) -> None:
        """Let time pass up to a moment."""
        coming = self._coming
        while coming and coming[0][0] <= until:
            when, _, act, args = heapq.heappop(coming)
            self.now = when
            act(*args)
        self.now = until
