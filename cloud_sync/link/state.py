"""The link's state, as people and machines may ask for it."""

from dataclasses import dataclass
from enum import StrEnum


class LinkPhase(StrEnum):
    """Where the line to head office stands."""

    ALONE = "alone"
    """No head office is configured."""
    UNENROLLED = "unenrolled"
    """Head office does not know this store's key yet."""
    PENDING = "pending"
    """Asked to be enrolled; a person at head office has to approve."""
    OFFLINE = "offline"
    """Cannot be reached; events wait and the next try is set."""
    CATCHING_UP = "catching-up"
    """Reached, with a backlog on the way."""
    ONLINE = "online"
    """Reached, and the queue is empty or nearly so."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """What is known about the line. Times are UTC epoch milliseconds."""

    phase: LinkPhase
    since: int
    why: str = ""
    """For OFFLINE and UNENROLLED: what is wrong and what a person can do."""
    last_contact: int | None = None
    next_try: int | None = None
    """When it is tried again, while something fails or waits for approval. None also while it is being tried."""
    events_per_second: float | None = None
    """Measured while catching up; tells how long the rest will take."""
