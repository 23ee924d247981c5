"""Who is asked when. Pure: times are milliseconds of a clock that never jumps.

Every device has its own beat, spread over the period, so that fifty are not asked in one breath; one that answers
slowly or not at all holds one of the places, never the others' beats.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

MISSES_TO_DOWN = 2
"""Surveys without an answer, in a row, after which a device counts as down."""


class Verdict(StrEnum):
    """What the end of a survey says."""

    UP = "up"
    """It answered after it had been down, or for the first time."""
    STILL_UP = "still up"
    MISSED = "missed"
    """No answer, once: no verdict yet."""
    DOWN = "down"
    STILL_DOWN = "still down"


@dataclass(frozen=True, slots=True)
class Turn:
    """How one device stands. `asked`: when the last survey began. `misses`: in a row."""

    due: int
    asked: int | None = None
    busy: bool = False
    misses: int = 0
    up: bool | None = None


@dataclass(slots=True)
class Schedule:
    """The turns of all devices."""

    every_ms: int
    at_once: int
    hint_gap_ms: int
    turns: dict[str, Turn] = field(default_factory=dict)

    def join(self, devices: Iterable[str], now: int) -> None:
        """Take devices in, their first surveys spread over one period, or over ten seconds where that is shorter."""
        names = sorted(devices)
        span = min(self.every_ms, 10_000)
        for number, name in enumerate(names):
            self.turns[name] = Turn(now + number * span // len(names))

    def next(self, now: int) -> list[str]:
        """Who is asked now: those whose turn came first, as far as there are places."""
        free = self.at_once - sum(turn.busy for turn in self.turns.values())
        due = sorted((turn.due, name) for name, turn in self.turns.items() if turn.due <= now and not turn.busy)
        chosen = [name for _, name in due[: max(free, 0)]]
        for name in chosen:
            turn = self.turns[name]
            late = max(0, now - turn.due)
            # The beat is kept: late once is not late ever after. Whole beats that were missed are left out.
            after = turn.due + self.every_ms * (1 + late // self.every_ms)
            self.turns[name] = replace(turn, due=after, asked=now, busy=True)
        return chosen

    def wait(self, now: int) -> int:
        """Milliseconds until somebody is due; what is busy comes back by itself."""
        due = [turn.due for turn in self.turns.values() if not turn.busy]
        return max(0, min(due) - now) if due else self.every_ms

    def hint(self, device: str, now: int) -> None:
        """A device says that something changed: ask it soon, but not more often than the gap allows."""
        turn = self.turns.get(device)
        if turn is not None:
            soonest = now if turn.asked is None else max(now, turn.asked + self.hint_gap_ms)
            self.turns[device] = replace(turn, due=min(turn.due, soonest))

    def ended(self, device: str, *, answered: bool) -> Verdict:
        """A survey is over."""
        turn = self.turns[device]
        if answered:
            self.turns[device] = replace(turn, busy=False, misses=0, up=True)
            return Verdict.STILL_UP if turn.up else Verdict.UP
        misses = turn.misses + 1
        down = turn.up is False or misses >= MISSES_TO_DOWN
        self.turns[device] = replace(turn, busy=False, misses=misses, up=False if down else turn.up)
        if not down:
            return Verdict.MISSED
        return Verdict.STILL_DOWN if turn.up is False else Verdict.DOWN
