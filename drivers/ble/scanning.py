"""When to open the radio, listen, rest and try again: a plain function of (state, event).

The first opening belongs to `start`, which fails loudly; after that a loss is told once, and so is its end.
"""

from dataclasses import dataclass

FIRST_REST = 0.5
LONGEST_REST = 60.0
"""Seconds between attempts: doubling from the first to the longest."""


@dataclass(frozen=True, slots=True)
class Scanning:
    """How it goes. `failures` counts losses and failed openings in a row; `told`: the log knows of them."""

    failures: int = 0
    told: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """The radio is open and scans."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The radio could not be opened."""

    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The open radio is gone."""

    why: str


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing was heard for a long time; the adapter may be dead, or the room empty."""


@dataclass(frozen=True, slots=True)
class Rested:
    """The rest is over."""


Event = Opened | Failed | Lost | Silent | Rested


@dataclass(frozen=True, slots=True)
class Open:
    """Close what is open, open the radio and start to scan. Ends in Opened or Failed."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait on the open radio. Ends in Lost or Silent."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Close what is open and wait. Ends in Rested."""

    seconds: float


Action = Open | Listen | Rest


def step(state: Scanning, event: Event) -> tuple[Scanning, Action, str | None]:
    """Decide what to do next, and what to tell the log, if anything."""
    match event:
        case Opened():
            note = "The Bluetooth radio is back; listening for labels." if state.told else None
            return Scanning(), Listen(), note
        case Failed(why) | Lost(why):
            note = None if state.told else f"The Bluetooth radio is gone: {why}. Aisle keeps trying to open it."
            rest = min(FIRST_REST * 2**state.failures, LONGEST_REST)
            # Counting stops where the rest stops growing, so that nothing here grows without end.
            return Scanning(min(state.failures + 1, 16), told=True), Rest(rest), note
        case Silent() | Rested():
            return state, Open(), None
