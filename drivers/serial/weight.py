"""What every scale family's answer comes down to. Weights are integer grams, made without floats."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from drivers.base import Balance
from drivers.serial.talk import Talk, pause

_GRAMS = {"kg": Decimal(1000), "g": Decimal(1), "lb": Decimal("453.59237")}
AGREE_MS = 200
"""How far apart two answers are that must agree, where a scale's frame cannot say "in motion"."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One answer of a scale. `grams` is None unless the pan is at rest; 0 is an empty pan at rest."""

    balance: Balance
    grams: int | None
    net: bool
    unit: str
    raw: bytes
    minor: int | None = None
    total_minor: int | None = None


def to_grams(figure: str, unit: str) -> int:
    """Whole grams, half up, of a figure like "01.234" (digits, at most one point) in "kg", "lb" or "g"."""
    return int((Decimal(figure) * _GRAMS[unit]).to_integral_value(ROUND_HALF_UP))


def at_rest(figure: str, unit: str, raw: bytes, *, net: bool = False) -> Weighed:
    """A weight that the scale itself calls stable."""
    grams = to_grams(figure, unit)
    return Weighed(Balance.STABLE if grams > 0 else Balance.EMPTY, grams, net, unit, raw)


def no_weight(balance: Balance, unit: str, raw: bytes, *, net: bool = False) -> Weighed:
    """An answer that may price nothing."""
    return Weighed(balance, None, net, unit, raw)


def agreed(ask: Callable[[], Talk[Weighed]]) -> Talk[Weighed]:
    """For frames that do not tell rest from motion: only two equal answers in a row are a weight."""
    before = yield from ask()
    if before.balance is not Balance.STABLE:
        return before
    yield from pause(AGREE_MS)
    after = yield from ask()
    if after.balance is Balance.STABLE and after.grams != before.grams:
        return no_weight(Balance.MOVING, after.unit, after.raw, net=after.net)
    return after
