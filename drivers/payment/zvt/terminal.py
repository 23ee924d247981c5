"""Carrying out a payment's effects on one ZVT terminal: the shell around `dialogue`."""

import asyncio
import time

from drivers.payment.machine import Effect, Finding, Lost, PaymentState, Refused
from drivers.payment.options import ZvtOptions
from drivers.payment.zvt.commands import CURRENCIES, HIGHEST_MINOR, Access
from drivers.payment.zvt.dialogue import Dialogue, Patience, Turn, begin, closed, hear, quiet
from drivers.payment.zvt.link import LineBrokenError, Link, SerialLink, TcpLink

AT_ONCE = 40
"""Messages of a dialogue that are taken as fast as they come: more than a payment has, but for "please wait"."""
BREATH_S = 0.01
"""What comes beyond that is read no faster: a hundred messages in a second are still more than any terminal sends."""


class ZvtTerminal:
    """One terminal. A connection per dialogue: what an earlier one left unsaid ends with its connection."""

    def __init__(self, options: ZvtOptions, patience: Patience) -> None:
        self._options, self._patience = options, patience

    def cannot(self, amount_minor: int, currency: str) -> str:
        """Why this terminal cannot take such a payment; "" when it can."""
        if currency not in CURRENCIES:
            return f"{currency} has no number in ZVT"
        return "" if 0 < amount_minor <= HIGHEST_MINOR else "the amount is out of range"

    async def carry_out(self, effect: Effect, payment: PaymentState) -> Finding:
        """Run one dialogue to its finding. Never raises for what a terminal does."""
        access = Access(self._options.password.get_secret_value(), payment.currency, self._options.config)
        try:
            link = await self._open()
        except LineBrokenError as error:
            return Refused(str(error)) if effect in (Effect.LOOK, Effect.AUTHORISE) else Lost(str(error))
        try:
            fresh = self._options.tcp is not None
            return await self._talk(link, begin(effect, payment, access, self._patience, _now(), fresh=fresh))
        finally:
            await link.close()

    async def reach(self) -> str:
        """Connect, or open the serial port, and leave again: why that cannot be done, or ""."""
        try:
            link = await self._open()
        except LineBrokenError as error:
            return str(error)
        await link.close()
        return ""

    async def _open(self) -> Link:
        tcp = self._options.tcp
        if tcp is not None:
            return await TcpLink.open(*tcp)
        return await SerialLink.open(self._options.address, self._options.baudrate)

    async def _talk(self, link: Link, turn: Turn) -> Finding:
        dialogue, said, finding = turn
        while True:
            try:
                for apdu in said:
                    await link.send(apdu)
            except LineBrokenError as error:
                if finding is None:  # a result stands, though its acknowledgement got lost
                    _, _, finding = closed(dialogue, str(error))
            if finding is not None:
                return finding
            await asyncio.sleep(0 if dialogue.heard < AT_ONCE else BREATH_S)  # one that floods waits for the others
            dialogue, said, finding = await _next(link, dialogue)


async def _next(link: Link, dialogue: Dialogue) -> Turn:
    """Wait for what comes first: a message, the deadline, or the end of the line."""
    try:
        async with asyncio.timeout(max(0, dialogue.deadline - _now()) / 1000):
            apdu = await link.receive()
    except TimeoutError:
        return quiet(dialogue, _now())
    except LineBrokenError as error:
        return closed(dialogue, str(error))
    return hear(dialogue, apdu, _now())


def _now() -> int:
    return round(time.monotonic() * 1000)
