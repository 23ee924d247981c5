"""Where drivers report to: sightings to the registry, events to the store of record, never blocking the driver."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from drivers.base import Message, Sighting
from drivers.errors import Misspoke
from edge.devices.registry import Registry
from edge.intake import Intake, Receipt, Taken
from edge.store import Store, StoreError, Transaction
from edge.store.store import Lane

T = TypeVar("T")
log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
"""How long an event waits before it is offered to a disk again that would not take it."""


@dataclass(frozen=True, slots=True)
class DriverSink:
    """The sink of one driver; implements `drivers.base.Sink`.

    `owe`: note a receipt that a device is due. `ask`: a till asks for a lease.
    """

    driver: str
    role: str
    store: Store
    registry: Registry
    intake: Intake
    owe: Callable[[str, int, int], None]
    ask: Callable[[str, int], None]
    loop: asyncio.AbstractEventLoop

    def seen(self, sighting: Sighting) -> None:
        """A device gave a sign of life."""
        self.registry.sighted(sighting, self.role, self.driver)
        if sighting.epoch is not None:
            self._record(
                self._meet,
                (sighting.device, sighting.epoch, sighting.oldest),
                lambda _: None,
                f"{sighting.device}: its new journal",
            )

    def lost(self, device: str, why: str) -> None:
        """A device's link ended."""
        self.registry.lost(device, why)

    def asked(self, device: str, n: int) -> None:
        """A till asked for a lease."""
        self.ask(device, n)

    def misspoke(self, device: str, why: str, said: bytes) -> None:
        """A device could not be understood. Nothing of it was used."""
        log.warning("%s: %s (said %s)", device, why, said[:64].hex(" "))
        self.registry.failed(Misspoke(device, why, said))

    def said(self, message: Message) -> None:
        """A device sent an event: record it, then acknowledge."""

        def done(receipt: Receipt) -> None:
            message.ack()
            self.registry.understood(message.device)
            if receipt.taken is not Taken.GAP or receipt.seq:
                self.owe(receipt.device, receipt.epoch, receipt.seq)

        self._record(self.intake, message, done, f"{message.device}: event {message.seq}")

    def _meet(self, tx: Transaction, met: Sequence[tuple[str, int, int | None]]) -> list[None]:
        for device, epoch, oldest in met:
            self.intake.meet(tx, device, epoch, oldest)
        return [None] * len(met)

    def _record(self, lane: Lane[T], item: T, done: Callable[[Any], None], what: str) -> None:
        """Put something on record. What the disk would not take is kept and offered again.

        A driver's window bounds how much can wait like this.
        """

        def answered(result: Any, error: BaseException | None) -> None:
            if error is None:
                done(result)
            else:
                log.warning("%s is not on disk (%s); it is kept and tried again", what, error)
                self._later(lambda: self._record(lane, item, done, what))

        try:
            self.store.post(lane, item, answered)
        except StoreError as error:
            answered(None, error)

    def _later(self, again: Callable[[], None]) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.loop.call_later, RETRY_SECONDS, again)
