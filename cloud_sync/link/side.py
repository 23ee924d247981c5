"""What the link asks of the store it belongs to. The gateway implements it over its store of record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cloud_sync.contract.events import Batch
from cloud_sync.contract.feed import FeedEntry


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Who this store is to head office. Nothing is set before the first code is typed."""

    store: str = ""
    """The id that head office approved; empty before."""
    code: str = ""
    """A one-time code that still waits for approval; asked about again after a restart."""
    change_keys: Mapping[str, str] = field(default_factory=dict)
    """Key id → Ed25519 public key in hex: who may sign price changes for this store."""


class StoreSide(Protocol):
    """The store's own disk, seen from the link. What it raises is reported, and tried again ever later."""

    def peek(self, limit: int) -> Batch | None:
        """The oldest events, at most `limit`, or None. Reads only; called on a worker thread."""

    async def confirm(self, epoch: int, seq: int) -> int:
        """Head office has all up to `seq` on its disk: forget it. Returns how many events left the queue."""

    def cursor(self) -> int:
        """The last change that this store has dealt with. Reads only; called on a worker thread."""

    async def take(self, entries: Sequence[FeedEntry], head: int) -> None:
        """Deal with the next changes, rising, and move the cursor past them; return after the commit.

        `head`: the last change that head office has issued.
        """

    async def keep(self, enrolment: Enrolment) -> None:
        """Put the enrolment on disk and use its `change_keys` from now on; return when it is durable."""
