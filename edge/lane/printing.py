"""Printing a receipt once, with what is on disk always ahead of what is on paper."""

import asyncio
import logging
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cloud_sync.pages.i18n import Words
from drivers.base import Printout
from drivers.errors import DeviceError, Unprintable
from edge.console.figures import Figures
from edge.lane.events import PrintEnded
from edge.lane.journal import Journal, Stage
from edge.lane.parts import Peripherals
from edge.lane.receipt import receipt_of
from edge.lane.state import Draft

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receipts:
    """The lane's printer."""

    parts: Peripherals
    journal: Journal
    words: Words
    plain_words: Words
    """For a printer that cannot write what a receipt should say: English needs ASCII only."""
    figures: Figures
    zone: ZoneInfo
    head: str

    async def print_out(self, draft: Draft, *, again: bool) -> PrintEnded:
        """Print the receipt, once. It is noted as begun before the first byte goes out."""
        await asyncio.to_thread(self.journal.stage, draft.receipt, Stage.PRINTING)
        try:
            printout = await self._once(draft, again=again)
        except DeviceError as error:
            await asyncio.to_thread(self.journal.stage, draft.receipt, Stage.DUE)
            return PrintEnded(None, error.why)
        if printout is Printout.UNKNOWN:
            return PrintEnded(printout, "the printer did not confirm it")
        await asyncio.to_thread(self.journal.stage, draft.receipt, Stage.DONE)
        return PrintEnded(printout)

    async def _once(self, draft: Draft, *, again: bool) -> Printout:
        """A printer that lacks a letter of a name gets item numbers in place of names."""
        receipt = receipt_of(draft, self.words, self.figures, self.zone, self.head, again=again)
        try:
            return await self.parts.print_out(receipt)
        except Unprintable as error:
            log.warning("%s The receipt is printed with item numbers.", error)
        plain = receipt_of(draft, self.plain_words, self.figures, self.zone, self.head, again=again, plain=True)
        return await self.parts.print_out(plain)
