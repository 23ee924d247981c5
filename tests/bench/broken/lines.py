"""Scales, scanners and printers on serial lines, and payment terminals: each asked again and again."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from drivers.base import PaymentOutcome, Receipt, ReceiptLine
from drivers.errors import DeviceError, Unreachable
from drivers.payment import PaymentTerminals
from drivers.serial import SerialDriver
from tests.bench.broken.rig import ODD, Break, Far, Heard, ask_all, far

SOUND = 3
FAMILIES: dict[str, dict[str, Any]] = {
    "scale": {"family": "mt8217", "answer_ms": 300},
    "scanner": {"family": "scanner", "identifiers": True},
    "printer": {"family": "escpos", "answer_ms": 300, "print_ms": 500},
}
RECEIPT = Receipt(tuple(ReceiptLine(f"Something {number}", "1.99") for number in range(20)))
EVERY_S = {"scale": 0.05, "scanner": 0.02, "printer": 0.2, "terminal": 0.3}
"""How often each device is asked, in seconds."""


class Serial:
    """One family's devices behind the serial driver."""

    def __init__(self, kind: str, driver: SerialDriver, sound: Far, odd: Far, heard: Heard) -> None:
        self._kind, self._driver, self._sound, self._odd, self._heard = kind, driver, sound, odd, heard

    async def serve(self, seconds: float) -> list[float]:
        """Weigh, print, or listen to scanners."""
        if self._kind == "scanner":
            return await self._listen(seconds)
        return await ask_all([*names(SOUND), ODD], self._ask, seconds, EVERY_S[self._kind], self._heard)

    async def become(self, fault: Break | None) -> None:
        """Break."""
        await self._odd.order(fault=fault or "")

    def complaints(self) -> list[str]:
        """What was said of it."""
        return self._heard.of(ODD)

    async def _ask(self, device: str) -> None:
        if self._kind == "printer":
            await self._driver.print_receipt(device, RECEIPT)
        else:
            await self._driver.weigh(device)

    async def _listen(self, seconds: float) -> list[float]:
        took: list[float] = []

        async def hear(device: str) -> None:
            async for scan in self._driver.scans(device):
                seconds = (time.monotonic_ns() - int(scan.text)) / 1e9
                if device != ODD:
                    took.append(seconds)

        ears = [asyncio.create_task(hear(device)) for device in [*names(SOUND), ODD]]
        ends = time.monotonic() + seconds
        try:
            while time.monotonic() < ends:
                await asyncio.gather(self._sound.order(), self._odd.order())
                await asyncio.sleep(EVERY_S["scanner"])
        finally:
            for ear in ears:
                ear.cancel()
            await asyncio.gather(*ears, return_exceptions=True)
        return took


@asynccontextmanager
async def serial(_folder: Path, kind: str) -> AsyncIterator[Serial]:
    """`kind`: "scale", "scanner" or "printer"."""
    async with far("far_lines", kind, SOUND) as sound, far("far_lines", kind, 1, "odd") as odd:
        ports = dict(zip([*names(SOUND), ODD], [*sound.facts, *odd.facts], strict=True))
        driver = SerialDriver({"devices": {name: FAMILIES[kind] | {"port": port} for name, port in ports.items()}})
        heard = Heard()
        await driver.start(heard)
        try:
            yield Serial(kind, driver, sound, odd, heard)
        finally:
            await driver.stop()


class Terminals:
    """ZVT terminals behind the payment driver."""

    def __init__(self, driver: PaymentTerminals, odd: Far, heard: Heard) -> None:
        self._driver, self._odd, self._heard = driver, odd, heard
        self._number = itertools.count(1)

    async def serve(self, seconds: float) -> list[float]:
        """Pay at all of them."""
        return await ask_all([*names(SOUND), ODD], self._pay, seconds, EVERY_S["terminal"], self._heard)

    async def become(self, fault: Break | None) -> None:
        """Break."""
        await self._odd.order(fault=fault or "")

    def complaints(self) -> list[str]:
        """What was said of it."""
        return self._heard.of(ODD)

    async def _pay(self, device: str) -> None:
        """Pay; the odd one's open payments are pursued first, as a lane does."""
        for still in self._driver.open_payments(device):
            with suppress(DeviceError):
                paid = await self._driver.resolve(device, still.id)
                if paid.outcome is PaymentOutcome.UNKNOWN:
                    raise Unreachable(device, paid.why)
                self._driver.settle(device, still.id)
        paid = await self._driver.authorise(device, f"p{next(self._number)}", 1_250, "EUR")
        if paid.outcome is PaymentOutcome.UNKNOWN:
            raise Unreachable(device, paid.why)
        self._driver.settle(device, paid.id)
        if paid.outcome is PaymentOutcome.DECLINED:
            raise Unreachable(device, paid.why)


@asynccontextmanager
async def terminals(folder: Path) -> AsyncIterator[Terminals]:
    """A silent terminal is given up after a second here, not after ninety."""
    async with AsyncExitStack() as stack:
        sound = await stack.enter_async_context(far("far_lines", "terminal", SOUND))
        odd = await stack.enter_async_context(far("far_lines", "terminal", 1, "odd"))
        addresses = dict(zip([*names(SOUND), ODD], [*sound.facts, *odd.facts], strict=True))
        driver = PaymentTerminals({
            "storage": folder / "payments.db", "answer_seconds": 1, "reply_seconds": 0.5, "settle_seconds": 0.3,
            "tries": 3,
            "terminals": {name: {"protocol": "zvt", "address": address} for name, address in addresses.items()},
        })  # fmt: skip
        heard = Heard()
        await driver.start(heard)
        stack.push_async_callback(driver.stop)
        yield Terminals(driver, odd, heard)


def names(count: int) -> list[str]:
    """Names of sound devices."""
    return [f"sound-{number}" for number in range(1, count + 1)]
