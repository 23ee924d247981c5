"""The same label twice at once is one scan: scanners read again while a label lies in their light. Pure."""

from dataclasses import dataclass, replace

from drivers.serial.scanner.labels import Label


@dataclass(frozen=True, slots=True)
class Repeats:
    """The last label and when it was last seen, in milliseconds of a clock that never jumps."""

    within_ms: int
    last: Label | None = None
    at: int = 0


def heard(state: Repeats, label: Label, now: int) -> tuple[Repeats, bool]:
    """The next state, and whether this is a scan of its own. A label that stays in the light stays one scan."""
    again = label == state.last and now - state.at < state.within_ms
    return replace(state, last=label, at=now), not again
