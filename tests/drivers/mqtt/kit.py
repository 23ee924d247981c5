"""What the MQTT tests share: a recording sink, a gateway of ten lines, a device made of bare paho."""

import asyncio
import contextlib
import json
import shutil
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, cast

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from drivers.base import CouponAsk, Message, Sighting, Survey
from drivers.mqtt import MqttDriver
from drivers.mqtt.broker import find_mosquitto
from provisioning.credentials import Credentials
from simulators.till import Till, TillConfig

STORE = "0204"

needs_mosquitto = pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not installed")
needs_clients = pytest.mark.skipif(shutil.which("mosquitto_pub") is None, reason="mosquitto_pub is not installed")
BROKERS = [pytest.param("amqtt"), pytest.param("mosquitto", marks=needs_mosquitto)]


async def eventually(check: Callable[[], object], what: str | Callable[[], str] = "", within: float = 30.0) -> None:
    """Wait until it is true. `what`: words for a failure; those of a function are asked for only then."""
    deadline = time.monotonic() + within
    while not check():
        if time.monotonic() > deadline:
            pytest.fail(f"never came true: {(what() if callable(what) else what) or check}")
        await asyncio.sleep(0.01)


@dataclass
class Recorder:
    """A sink that only remembers, and acknowledges when told to."""

    seen_: list[Sighting] = field(default_factory=list)
    lost_: list[str] = field(default_factory=list)
    said_: list[Message] = field(default_factory=list)
    misspoke_: list[tuple[str, str, bytes]] = field(default_factory=list)
    asked_: list[tuple[str, int]] = field(default_factory=list)
    borrows_: list[CouponAsk] = field(default_factory=list)

    def seen(self, sighting: Sighting) -> None:
        self.seen_.append(sighting)

    def lost(self, device: str, why: str) -> None:
        self.lost_.append(device)

    def said(self, message: Message) -> None:
        self.said_.append(message)

    def asked(self, device: str, n: int) -> None:
        self.asked_.append((device, n))

    def borrows(self, ask: CouponAsk) -> None:
        self.borrows_.append(ask)

    def misspoke(self, device: str, why: str, said: bytes) -> None:
        self.misspoke_.append((device, why, said))

    def measured(self, survey: Survey) -> None:
        raise AssertionError(f"{survey.device} is asked nothing")

    def hinted(self, device: str) -> None:
        raise AssertionError(f"{device} gives no hints")


class Gateway(Recorder):
    """Keeps (epoch, seq) cursors as the contract asks, and gives receipts."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Message] = []
        self.last: dict[tuple[str, int], int] = {}
        self.driver: MqttDriver | None = None
        self.loop = asyncio.get_running_loop()

    def said(self, message: Message) -> None:
        super().said(message)
        sender = (message.device, message.epoch)
        last = self.last.get(sender, 0)
        if message.seq == last + 1:
            self.kept.append(message)
            self.last[sender] = message.seq
        message.ack()
        if message.seq <= last + 1:
            asyncio.run_coroutine_threadsafe(self._receipt(message), self.loop)

    async def _receipt(self, message: Message) -> None:
        if self.driver is not None:
            with contextlib.suppress(Exception):
                seq = self.last[message.device, message.epoch]
                await self.driver.send_receipt(message.device, message.epoch, seq)

    def sales(self) -> list[str]:
        return [str(message.body["receipt"]) for message in self.kept if message.kind == "sale"]


@dataclass
class Shop:
    """One store: passwords, driver, broker."""

    driver: MqttDriver
    credentials: Credentials
    folder: Path
    passwords: dict[str, str]

    @property
    def address(self) -> tuple[str, int]:
        return self.driver.broker_address

    def till(self, device: str, **more: Any) -> Till:
        host, port = self.address
        password = self.passwords[device]
        return Till(TillConfig(STORE, device, host, port, password, self.folder / f"{device}.journal", **more))


def options(broker: str, folder: Path, credentials: Credentials, password: str, **more: Any) -> dict[str, Any]:
    return {
        "store": STORE,
        "broker": broker,
        "port": 0,
        "runtime_dir": folder / "run",
        "credentials": credentials.path,
        "password": password,
    } | more


@asynccontextmanager
async def open_shop(broker: str, folder: Path, sink: Recorder, *users: str, **more: Any) -> AsyncIterator[Shop]:
    """Users are let in from the start, since a broker takes a moment to notice a new one."""
    credentials = Credentials(folder / "passwords")
    password = credentials.renew("gateway")
    passwords = {device: credentials.renew(device) for device in ("till-1", "till-2", "till-3")}
    driver = MqttDriver(options(broker, folder, credentials, password, **more))
    if isinstance(sink, Gateway):
        sink.driver = driver
    await driver.start(sink)
    try:
        yield Shop(driver, credentials, folder, passwords)
    finally:
        await driver.stop()


class Device:
    """A bare MQTT client in a thread of its own; a stubborn one comes back when its link breaks."""

    def __init__(
        self,
        address: tuple[str, int],
        user: str | None,
        password: str | None,
        client_id: str = "",
        stubborn: bool = False,
        **will: Any,
    ) -> None:
        self.address = address
        self.code: int | None = None
        self.heard: list[tuple[str, bytes]] = []
        self.granted: list[int] = []
        self.client = Client(CallbackAPIVersion.VERSION2, client_id, clean_session=True, reconnect_on_failure=stubborn)
        if user is not None:
            self.client.username_pw_set(user, password)
        if will:
            self.client.will_set(**will)
        self.client.on_connect = lambda _c, _d, _f, code, _p: setattr(self, "code", code.value)
        self.client.on_connect_fail = lambda _c, _d: setattr(self, "code", -1)
        self.client.on_message = lambda _c, _d, message: self.heard.append((message.topic, bytes(message.payload)))
        self.client.on_subscribe = lambda _c, _d, _m, codes, _p: self.granted.extend(c.value for c in codes)

    async def __aenter__(self) -> Self:
        self.client.connect(*self.address, keepalive=15)
        self.client.loop_start()
        await eventually(lambda: self.code is not None, "CONNACK")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        self.client.on_connect = self.client.on_connect_fail = None
        self.client.on_message = self.client.on_subscribe = None

    async def publish(self, topic: str, payload: bytes | dict[str, Any], *, retain: bool = False) -> None:
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        info = self.client.publish(topic, raw, qos=1, retain=retain)
        await eventually(info.is_published, "PUBACK")

    async def subscribe(self, *topics: str) -> None:
        self.client.subscribe([(topic, 1) for topic in topics])
        await eventually(lambda: len(self.granted) >= len(topics), "SUBACK")

    def drop(self) -> None:
        found = self.client.socket()
        assert found is not None
        cast("socket.socket", found).shutdown(socket.SHUT_RDWR)


def own(device: str, leaf: str) -> str:
    return f"aisle/1/{STORE}/{device}/{leaf}"


def birth(session: int, epoch: int = 5, **more: Any) -> dict[str, Any]:
    return {"state": "online", "session": session, "epoch": epoch, "kind": "till", "seq": 0} | more


def death(session: int) -> dict[str, Any]:
    return {"state": "offline", "session": session}


def event(seq: int, epoch: int = 5, kind: str = "sale", **body: Any) -> dict[str, Any]:
    return {"epoch": epoch, "seq": seq, "at": 1, "kind": kind, "body": body}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}
