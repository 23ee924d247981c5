"""Whether the shop runs on battery: what a power supply says, and what all of them come to. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from drivers.base import Measure

LOW_MINUTES = 5


class Power(StrEnum):
    """Where the power comes from."""

    MAINS = "mains"
    BATTERY = "battery"
    LOW = "low"
    """On battery, and not for long any more."""


@dataclass(frozen=True, slots=True)
class Supply:
    """What one power supply said. `minutes` and `charge` (per cent) are None when it did not say."""

    power: Power
    minutes: int | None = None
    charge: int | None = None


def read_supply(measures: Iterable[Measure]) -> Supply | None:
    """What a survey says of the power; None when the device is no power supply, or does not know.

    A supply that does not say where its power comes from changes nothing: neither alarm nor all-clear.
    """
    said = {one.name: one.value for one in measures if one.name.startswith("ups.")}
    source, battery = said.get("ups.source"), said.get("ups.battery")
    minutes, charge = _whole(said.get("ups.minutes")), _whole(said.get("ups.charge"))
    if source in ("mains", "bypass", "booster", "reducer"):
        return Supply(Power.MAINS, minutes, charge)
    if source != "battery":
        return None
    low = battery in ("low", "depleted") or (minutes is not None and minutes <= LOW_MINUTES)
    return Supply(Power.LOW if low else Power.BATTERY, minutes, charge)


def worst(supplies: Mapping[str, Power]) -> Power:
    """What the shop as a whole runs on: one supply on battery is enough."""
    order = list(Power)
    return max(supplies.values(), key=order.index, default=Power.MAINS)


def _whole(value: int | str | None) -> int | None:
    return value if isinstance(value, int) else None
