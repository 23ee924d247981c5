"""What goes wrong, and at which message: the terminal's messages are counted from 0 from the moment it is switched
on.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What happens instead of, or to, one message."""

    HANG = "hang"
    """Silence on the line for a while; inside, the terminal goes on with the card."""
    DROP = "drop"
    """The connection ends at some byte of the message; inside, the terminal goes on with the card."""
    RESET = "reset"
    """The terminal loses power. What the bank does not have yet has never been; it is away for a while."""
    DUPLICATE = "duplicate"
    """The message is sent twice."""
    LATE = "late"
    """The message comes late."""
    GARBAGE = "garbage"
    """Noise comes in place of the message."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, used up when it has happened. `lasts` in milliseconds, for those that take time."""

    kind: Kind
    at: int
    lasts: int = 20_000
