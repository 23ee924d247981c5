"""Minimum and safety levels: one request per crossing (pure)."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How an item stands against its levels."""

    ENOUGH = "enough"
    SAFETY = "safety"
    MINIMUM = "minimum"


@dataclass(frozen=True, slots=True)
class Levels:
    """At `safety` or less more is asked for, at `minimum` or less urgently. minimum ≤ safety."""

    minimum: int
    safety: int


_RANK = {Level.ENOUGH: 0, Level.SAFETY: 1, Level.MINIMUM: 2}


def step(now: Level, free: int, levels: Levels | None) -> Level:
    """The level after the free stock changed. It gets better only a fifth (and at least one) above the mark.

    So stock that goes to and fro at the mark is one crossing. Without levels there is always enough.
    """
    if levels is None:
        return Level.ENOUGH
    if free <= levels.minimum:
        return Level.MINIMUM
    if now is Level.MINIMUM and free <= _clear(levels.minimum):
        return Level.MINIMUM
    if free <= levels.safety:
        return Level.SAFETY
    if now is not Level.ENOUGH and free <= _clear(levels.safety):
        return Level.SAFETY
    return Level.ENOUGH


def asks(before: Level, after: Level) -> bool:
    """Whether this is a crossing that head office has to hear of."""
    return _RANK[after] > _RANK[before]


def _clear(mark: int) -> int:
    """Up to where stock still counts as at the mark, once it was there."""
    return mark + max(1, mark // 5)
