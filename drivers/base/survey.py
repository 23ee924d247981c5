"""What a device measures, and what hangs on its ports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that a device says of itself: "ups.charge", 87, "%". Numbers are whole; the unit carries the scale.

    `bits`: for a counter, how wide it is (32 or 64): it only ever grows, and wraps at 2^bits. 0: no counter.
    """

    name: str
    value: int | str
    unit: str = ""
    bits: int = 0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What a switch says hangs on one of its ports: a hardware address it forwards to, or a name it was told."""

    port: int
    """The interface's number (ifIndex)."""
    mac: str = ""
    """Small letters, with colons; "" when only a name is known."""
    name: str = ""
    port_there: str = ""
    """The neighbour's own name for its end of the cable."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that a device said in one go. `neighbours` is None when it was not asked for them this time."""

    device: str
    at: int
    """UTC epoch milliseconds."""
    steady: int
    """Milliseconds of a clock that never jumps: what rates are reckoned by."""
    measures: tuple[Measure, ...]
    neighbours: tuple[Neighbour, ...] | None = None
