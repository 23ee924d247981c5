"""Taking money for a draft: the terminal behind it, and the journal in the right order."""

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from drivers.base import Payment, PaymentDriver, PaymentOutcome
from drivers.errors import DeviceError, Refused
from edge.lane.events import (
    DiskFailed,
    Event,
    PaymentRefused,
    PaymentTold,
    SaleKept,
)
from edge.lane.journal import Journal, Stage
from edge.lane.state import (
    Deed,
    Draft,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Till:
    """Draft → payment → sale. Every method may be cut off anywhere; `recover` picks it up."""

    terminal: str
    driver: PaymentDriver
    journal: Journal

    async def authorise(self, draft: Draft) -> Event:
        """Keep the draft, then take the money."""
        try:
            await asyncio.to_thread(self.journal.draft, draft)
        except sqlite3.Error as error:
            return PaymentRefused(f"the lane's disk refuses: {error}", began=False)
        try:
            taking = self.driver.authorise(self.terminal, draft.receipt, draft.bill.total, draft.bill.currency)
            return PaymentTold(await taking)
        except Refused as error:
            return PaymentRefused(error.why, began=self._known(draft.receipt))
        except (DeviceError, sqlite3.Error) as error:
            return PaymentRefused(str(error), began=True)

    async def pursue(self, draft: Draft, deed: Deed, who: str) -> Event:
        """What became of it, by asking, by giving it back, or by a person's word."""
        driver, receipt = self.driver, draft.receipt
        try:
            match deed:
                case Deed.GIVE_BACK:
                    payment = await driver.reverse(self.terminal, receipt)
                case Deed.TAKEN | Deed.NOT_TAKEN:
                    payment = await driver.decide(self.terminal, receipt, deed is Deed.TAKEN, who)
                case _:
                    payment = await driver.resolve(self.terminal, receipt)
            return PaymentTold(payment)
        except Refused as error:
            return PaymentRefused(error.why, began=self._known(receipt))
        except (DeviceError, sqlite3.Error) as error:
            return PaymentRefused(str(error), began=True)

    async def keep(self, draft: Draft) -> Event:
        """The sale goes into the journal; only then the payment is settled. Once, however often it is called."""
        try:
            await asyncio.to_thread(self.journal.sell, draft)
            await self._settle(draft.receipt)
        except sqlite3.Error as error:
            return DiskFailed(str(error))
        return SaleKept()

    async def drop(self, draft: Draft) -> None:
        """Nothing was taken."""
        try:
            await self._settle(draft.receipt)
            await asyncio.to_thread(self.journal.drop, draft.receipt)
        except sqlite3.Error as error:
            log.warning("a payment that was declined is not settled yet: %s. It will be at the next start.", error)

    async def recover(self, left: Sequence[Payment]) -> list[Draft]:
        """Settle what is known; the drafts of payments that nobody knows yet."""
        drafts = {draft.receipt: draft for draft, _ in await asyncio.to_thread(self.journal.drafts, Stage.OPEN)}
        unknown = []
        for payment in left:
            draft = drafts.pop(payment.id, None)
            sold = await asyncio.to_thread(self.journal.stage_of, payment.id) not in (None, Stage.OPEN)
            if payment.outcome is PaymentOutcome.UNKNOWN and draft is not None:
                unknown.append(draft)
            elif payment.outcome is PaymentOutcome.APPROVED and draft is not None:
                await self.keep(replace(draft, card=payment.card, slip=payment.slip))
            elif payment.outcome is PaymentOutcome.DECLINED or sold:
                await self._settle(payment.id)
            else:
                await self._orphan(payment)
        for draft in drafts.values():  # the terminal never heard of them
            await asyncio.to_thread(self.journal.drop, draft.receipt)
        return unknown

    async def _orphan(self, payment: Payment) -> None:
        """Money may have been taken, and the journal that knew for what is gone: it goes back."""
        log.warning("payment %s belongs to no sale of this journal; it is given back", payment.id)
        try:
            payment = await self.driver.reverse(self.terminal, payment.id)
            if payment.outcome is PaymentOutcome.DECLINED:
                await self._settle(payment.id)
        except DeviceError as error:
            log.warning("%s %s", error, error.what_now)

    async def _settle(self, receipt: str) -> None:
        """Nothing happens where there was no payment: a basket that coupons paid for."""
        if self._known(receipt):
            await asyncio.to_thread(self.driver.settle, self.terminal, receipt)

    def _known(self, receipt: str) -> bool:
        return any(payment.id == receipt for payment in self.driver.open_payments(self.terminal))
