"""Tills over MQTT: from a sale to its receipt, through broker, driver, sink and store of record."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import ClassVar

from drivers.base import MemberRow, PriceRow
from drivers.mqtt import MqttDriver
from drivers.mqtt.flood import AT_ONCE
from edge.devices.registry import Registry
from edge.devices.sink import DriverSink
from edge.dispatch.tills import Receipts
from edge.intake import Intake
from edge.prices.engine import PriceEngine
from edge.store import Store
from provisioning.credentials import GATEWAY, Credentials
from tests.bench.broken.rig import ODD, Break, Far, far

STORE = "0204"
SOUND = 3
ROWS: list[PriceRow | MemberRow] = [
    PriceRow(f"{number:014}", 1, "Something that costs", 100, "EUR", "each") for number in range(200)
]


class Tills:
    """Sound tills in one process, the odd one in another."""

    def __init__(self, sound: Far, odd: Far, driver: MqttDriver, said: list[str]) -> None:
        self._sound, self._odd, self._driver, self._said = sound, odd, driver, said

    async def serve(self, seconds: float) -> list[float]:
        """Sell; the gateway has prices for the odd till meanwhile."""
        pricing = asyncio.create_task(self._price())
        try:
            took: list[float] = await self._sound.order(seconds=seconds)
        finally:
            pricing.cancel()
            await asyncio.gather(pricing, return_exceptions=True)
        return took

    async def become(self, fault: Break | None) -> None:
        """Break it."""
        await self._odd.order(fault=fault or "")

    def complaints(self) -> list[str]:
        """What was said of it."""
        return self._said

    async def _price(self) -> None:
        while True:
            await self._driver.send_prices(ODD, ROWS)
            await asyncio.sleep(0.1)


class Noting(DriverSink):
    """The gateway's sink; `said` gets what is said of the odd till."""

    said_of_odd: ClassVar[list[str]]

    def misspoke(self, device: str, why: str, said: bytes) -> None:
        """Note it, and pass it on."""
        if device == ODD:
            self.said_of_odd.append(why)
        super().misspoke(device, why, said)


@asynccontextmanager
async def tills(folder: Path, kind: str, at_once: int = AT_ONCE) -> AsyncIterator[Tills]:
    """`kind`: which broker. `at_once`: messages after which a till floods."""
    credentials = Credentials(folder / "credentials")
    names = [f"till-{number}" for number in range(1, SOUND + 1)]
    secrets = {name: credentials.create(name) for name in [*names, ODD]}
    options = {"store": STORE, "broker": kind, "port": 0, "runtime_dir": folder / "mqtt",
               "password": credentials.create(GATEWAY), "credentials": credentials.path,
               "at_once": at_once}  # fmt: skip
    driver = MqttDriver(options)
    store = Store(folder / "store.db", _now, epoch=1)
    registry, receipts = Registry(store, _now, 120_000), Receipts({"mqtt": driver}, lambda _: "mqtt")
    intake = Intake(PriceEngine())
    async with AsyncExitStack() as stack:
        stack.callback(store.close)
        sending = asyncio.create_task(receipts.run())
        loop = asyncio.get_running_loop()
        said: list[str] = []
        noting = type("NotingHere", (Noting,), {"said_of_odd": said})
        await driver.start(noting("mqtt", "till", store, registry, intake, receipts.owe, lambda *_: None, loop))
        stack.push_async_callback(driver.stop)
        host, port = driver.broker_address
        os.environ["SECRETS"] = json.dumps({name: secrets[name] for name in names})
        sound = await stack.enter_async_context(far("far_tills", host, port, STORE))
        os.environ["SECRETS"] = json.dumps({ODD: secrets[ODD]})
        odd = await stack.enter_async_context(far("far_tills", host, port, STORE))
        try:
            yield Tills(sound, odd, driver, said)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)


def _now() -> int:
    return time.time_ns() // 1_000_000
