"""An MQTT message at QoS 1, recorded and then acknowledged, against a subscriber that only counts."""

import asyncio
import os
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from drivers.mqtt import MqttDriver
from drivers.mqtt.broker import Broker, find_mosquitto
from drivers.mqtt.options import MqttOptions
from edge.devices.registry import Registry
from edge.devices.sink import DriverSink
from edge.dispatch.tills import Receipts
from edge.intake import Intake
from edge.prices.engine import PriceEngine
from edge.store import Store
from provisioning.credentials import GATEWAY, Credentials
from tests.bench.figure import Figure, Say, compared

STORE, TILL = "0204", "till-1"
COUNTS = {"amqtt": 3_000, "mosquitto": 9_000}
"""Messages of a round: no more than a broker keeps for a subscriber that falls behind."""
PAIRS = 5
"""Rounds of each broker: two cores carry broker, till and gateway, so one round says little."""
PATIENCE = 120.0


def mqtt_recorded(say: Say) -> list[Figure]:
    """One figure for each broker that is installed."""
    kinds = ["amqtt", *(["mosquitto"] if find_mosquitto() else [])]
    return [asyncio.run(_compare(kind, say)) for kind in kinds]


@dataclass(frozen=True, slots=True)
class _Shop:
    """A broker, the gateway's password for it, and a till that publishes on demand."""

    address: tuple[str, int]
    password: str
    publisher: asyncio.subprocess.Process

    async def publish(self, count: int, arrived: Callable[[], Awaitable[object]]) -> float:
        """Have the till tell so many events; messages per second until the last of them has arrived."""
        assert self.publisher.stdin is not None
        assert self.publisher.stdout is not None
        self.publisher.stdin.write(b"%d %d\n" % (secrets.randbelow(2**52) + 1, count))
        await self.publisher.stdin.drain()
        await self.publisher.stdout.readline()  # the messages are made; now they are sent
        began = time.perf_counter()
        async with asyncio.timeout(PATIENCE):
            await arrived()
        return count / (time.perf_counter() - began)


async def _compare(kind: str, say: Say) -> Figure:
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        async with _shop(kind, Path(folder)) as shop:
            for number in range(PAIRS):
                say(f"MQTT over {kind}, round {number + 1} of {PAIRS}")
                peer = await _bare(shop, COUNTS[kind])
                rounds.append((await _ours(shop, COUNTS[kind], Path(folder) / f"{number}.db"), peer))
    return compared(f"MQTT sale → disk → PUBACK, {kind}", "/s", rounds, "a bare paho subscriber", least=0.9)


@asynccontextmanager
async def _shop(kind: str, folder: Path) -> AsyncIterator[_Shop]:
    credentials = Credentials(folder / "credentials")
    password, secret = credentials.create(GATEWAY), credentials.create(TILL)
    options = {"store": STORE, "broker": kind, "port": 0, "runtime_dir": folder / "mqtt", "password": password}
    broker = Broker(MqttOptions.model_validate(options | {"credentials": credentials.path}))
    await broker.start()
    try:
        host, port = broker.address
        publisher = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.publisher", host, str(port), STORE, TILL,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=os.environ | {"PASSWORD": secret},
        )  # fmt: skip
        try:
            assert publisher.stdout is not None
            await publisher.stdout.readline()
            yield _Shop((host, port), password, publisher)
        finally:
            with suppress(ProcessLookupError):
                publisher.kill()
            await publisher.wait()
    finally:
        await broker.stop()


async def _bare(shop: _Shop, count: int) -> float:
    """Messages per second that a subscriber takes which does nothing with them; paho acknowledges by itself."""
    heard, ready, last = 0, threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def take(*_: object) -> None:
        nonlocal heard
        heard += 1
        if heard == count:
            loop.call_soon_threadsafe(last.set)

    client = Client(CallbackAPIVersion.VERSION2, f"gateway-{secrets.token_hex(8)}", clean_session=True)
    client.username_pw_set(GATEWAY, shop.password)
    client.on_connect = lambda client, *_: client.subscribe(f"aisle/1/{STORE}/+/event", 1)
    client.on_subscribe = lambda *_: ready.set()
    client.on_message = take
    client.connect(*shop.address)
    client.loop_start()
    try:
        await asyncio.to_thread(ready.wait, 10)
        return await shop.publish(count, last.wait)
    finally:
        client.disconnect()
        client.loop_stop()


async def _ours(shop: _Shop, count: int, path: Path) -> float:
    """The same through driver, sink and store of record, until the last message is acknowledged; receipts are sent."""
    host, port = shop.address
    driver = MqttDriver({"store": STORE, "broker": f"mqtt://{host}:{port}", "password": shop.password})
    store = Store(path, _now, epoch=1)
    last, loop = asyncio.Event(), asyncio.get_running_loop()
    registry, receipts = Registry(store, _now, 120_000), Receipts({"mqtt": driver}, lambda _: "mqtt")

    def owe(device: str, epoch: int, seq: int) -> None:
        """Called right after the acknowledgement, on the writer's thread."""
        receipts.owe(device, epoch, seq)
        if seq == count:
            loop.call_soon_threadsafe(last.set)

    sending = asyncio.create_task(receipts.run())
    try:
        intake = Intake(PriceEngine())
        await driver.start(DriverSink("mqtt", "till", store, registry, intake, owe, lambda *_: None, loop))
        rate = await shop.publish(count, last.wait)
        _check(store, count)
        return rate
    finally:
        await driver.stop()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        store.close()


def _check(store: Store, count: int) -> None:
    with store.reading() as db:
        (recorded,) = db.conn.execute("SELECT COUNT(*) FROM sale").fetchone()
    if recorded != count:
        raise RuntimeError(f"{count} sales were acknowledged, {recorded} are on record")


def _now() -> int:
    return time.time_ns() // 1_000_000
