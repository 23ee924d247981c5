"""Where drivers report to: sightings to the registry, events to the store of record, never blocking the driver."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from drivers.base import CouponAsk, Message, Sighting, Survey
from drivers.errors import Misspoke
from edge.devices.health import State
from edge.devices.registry import Registry
from edge.intake import Intake, Receipt, Taken
from edge.store import Store, StoreError, Transaction

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
"""How long an event waits before it is offered to a disk again that would not take it."""


@dataclass(frozen=True, slots=True)
class DriverSink:
    """The sink of one driver; implements `drivers.base.Sink`.

    `owe`: note a receipt that a device is due. `ask`: a till asks for a lease, `borrow`: for a coupon. `survey` hears
    what a device measured, `hint` that one wants to be asked.
    """

    driver: str
    role: str
    store: Store
    registry: Registry
    intake: Intake
    owe: Callable[[str, int, int], None]
    ask: Callable[[str, int], None]
    loop: asyncio.AbstractEventLoop
    survey: Callable[[Survey], None] = lambda _survey: None
    hint: Callable[[str], None] = lambda _device: None
    borrow: Callable[[CouponAsk], None] = lambda _ask: None

    def seen(self, sighting: Sighting) -> None:
        """A device gave a sign of life."""
        self.registry.sighted(sighting, self.role, self.driver)
        if sighting.epoch is not None:
            self._greet(sighting)

    def lost(self, device: str, why: str) -> None:
        """A device's link ended."""
        self.registry.lost(device, why)

    def asked(self, device: str, n: int) -> None:
        """A till asked for a lease."""
        self.ask(device, n)

    def borrows(self, ask: CouponAsk) -> None:
        """A till asked for a coupon."""
        self.borrow(ask)

    def misspoke(self, device: str, why: str, said: bytes) -> None:
        """A device could not be understood. Nothing of it was used."""
        error = Misspoke(device, why, said)
        known = self.registry.get(device)
        if known is None or known.health.state is not State.FAULT:  # one that talks rubbish all day fills no log
            log.warning("%s", error)
        self.registry.failed(error)

    def measured(self, survey: Survey) -> None:
        """A device said how it is."""
        self.survey(survey)

    def hinted(self, device: str) -> None:
        """A device wants to be asked."""
        self.hint(device)

    def said(self, message: Message) -> None:
        """A device sent an event: record it, then acknowledge. Every sale of the store comes through here."""
        try:
            self.store.post(self.intake, message, partial(self._answered, message))
        except StoreError as error:
            self._answered(message, None, error)

    def _answered(self, message: Message, receipt: Receipt | None, error: BaseException | None) -> None:
        if receipt is None:
            self._keep(f"{message.device}: event {message.seq}", error, lambda: self.said(message))
            return
        message.ack()
        self.registry.understood(message.device)
        if receipt.taken is not Taken.GAP or receipt.seq:
            self.owe(receipt.device, receipt.epoch, receipt.seq)

    def _greet(self, sighting: Sighting) -> None:
        """Note which journal the device keeps now."""
        try:
            self.store.post(self._meet, sighting, partial(self._met, sighting))
        except StoreError as error:
            self._met(sighting, None, error)

    def _meet(self, tx: Transaction, met: Sequence[Sighting]) -> list[None]:
        for sighting in met:
            if sighting.epoch is not None:
                self.intake.meet(tx, sighting.device, sighting.epoch, sighting.oldest)
        return [None] * len(met)

    def _met(self, sighting: Sighting, _: object, error: BaseException | None) -> None:
        if error is not None:
            self._keep(f"{sighting.device}: its new journal", error, lambda: self._greet_again(sighting))

    def _greet_again(self, sighting: Sighting) -> None:
        """Only while it is the device's last word: a journal that came since would else be taken for gone."""
        known = self.registry.get(sighting.device)
        if known is None or known.facts is None or known.facts.epoch == sighting.epoch:
            self._greet(sighting)

    def _keep(self, what: str, error: BaseException | None, again: Callable[[], None]) -> None:
        """What the disk would not take is offered again. A driver's window bounds how much can wait like this."""
        log.warning("%s is not on disk (%s); it is kept and tried again", what, error)
        self._later(again)

    def _later(self, again: Callable[[], None]) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.loop.call_later, RETRY_SECONDS, again)
