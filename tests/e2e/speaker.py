"""A device that says whatever it is told to, over MQTT, with a password of its own."""

import asyncio
import contextlib
import json
import secrets
import threading
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from simulators.demo.stage import Stage

LET_IN_SECONDS = 20.0
"""A broker reads a new password within a second; until then it says no."""


class Speaker:
    """`async with Speaker(stage, "till-9", password) as speaker`: connected, and reading its own two topics."""

    def __init__(self, stage: Stage, device: str, password: str) -> None:
        self._till = next(iter(stage.shop.tills.values())).config
        self._device = device
        self._heard: dict[str, Any] = {}
        self._in = threading.Event()
        self._client = client = Client(
            CallbackAPIVersion.VERSION2, f"{device}-{secrets.token_hex(8)}", clean_session=True
        )
        client.username_pw_set(device, password)
        client.on_connect = self._connected
        client.on_message = self._on_message
        client.reconnect_delay_set(1, 1)

    async def __aenter__(self) -> Self:
        """Raises TimeoutError when the broker does not let it in."""
        self._client.connect_async(self._till.host, self._till.port)
        self._client.loop_start()
        if not await asyncio.to_thread(self._in.wait, LET_IN_SECONDS):
            await asyncio.to_thread(self._client.loop_stop)
            raise TimeoutError(f"{self._device} was not let in")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave."""
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)
        with contextlib.suppress(OSError):
            self._client.socket() and self._client.socket().close()  # type: ignore[union-attr]

    def say(self, leaf: str, words: dict[str, Any]) -> None:
        """Publish JSON to a topic of its own and wait until the broker has it."""
        self.say_raw(leaf, json.dumps(words).encode())

    def say_raw(self, leaf: str, payload: bytes) -> None:
        """Publish bytes to a topic of its own. Nobody promises to acknowledge rubbish, so nobody waits."""
        self._client.publish(self._topic(leaf), payload, qos=1, retain=leaf == "state")

    def heard(self, leaf: str) -> Any:
        """What came last on a topic; None so far."""
        return self._heard.get(leaf)

    def _connected(
        self, client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        if not code.is_failure:
            client.subscribe([(self._topic(leaf), 1) for leaf in ("prices", "receipt")])
            self._in.set()

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._heard[message.topic.rsplit("/", 1)[1]] = json.loads(message.payload)

    def _topic(self, leaf: str) -> str:
        return f"aisle/1/{self._till.store}/{self._device}/{leaf}"
