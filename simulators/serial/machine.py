"""What a simulated device is to the line it hangs on, and what may go wrong on the way."""

from dataclasses import dataclass
from typing import Protocol


class Machine(Protocol):
    """A device without its line. Both methods return at once."""

    def hear(self, data: bytes) -> bytes:
        """Bytes from the host; returns what the device says to them."""

    def speak(self, now_ms: int) -> bytes:
        """What the device says by itself, at this moment of a clock that never jumps."""

    def power_up(self) -> None:
        """The device starts: half a command from before is forgotten."""


@dataclass
class Faults:
    """Set any of them at any time; None and False are healthy."""

    silent: bool = False
    """It hears, and says nothing."""
    deaf: bool = False
    """It does not even take the bytes: the host's writes pile up."""
    noise: bytes = b""
    """Sent in front of every answer."""
    cut_to: int | None = None
    """Only so many bytes of every answer get through."""
    unplug_after: int | None = None
    """So many more bytes, then the plug is pulled; stays pulled until `plug`."""
    dribble: bool = False
    """One byte at a time, with a breath in between."""
    flood: bool = False
    """It sends rubbish without end."""
    delay_ms: int = 0
    """Every answer comes so much later."""
