"""Tills over MQTT 3.1.1: events in, prices and receipts out. The words are in docs/mqtt.md.

Everything a device says is read in the link's thread and handed to the sink. An event is acknowledged to
the broker when the sink says that it is on disk, and not before.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, ClassVar

from paho.mqtt.client import MQTTMessage

import drivers.mqtt.payloads as payloads
from drivers.base import (
    Capability,
    CouponLent,
    CouponRefused,
    Discounts,
    MemberRow,
    Message,
    PriceRow,
    Sighting,
    Sink,
    TillDriver,
)
from drivers.errors import Unreachable
from drivers.mqtt.access import PUBLISHED_BY_DEVICE
from drivers.mqtt.broker import Broker
from drivers.mqtt.flood import Talk
from drivers.mqtt.flood import Verdict as Heard
from drivers.mqtt.flood import heard as heard_from
from drivers.mqtt.link import Link
from drivers.mqtt.options import MqttOptions
from drivers.mqtt.payloads import (
    Birth,
    UnreadableError,
    device_of,
    read_coupon,
    read_event,
    read_lease,
    read_state,
    topic_of,
    write_discounts,
    write_granted,
    write_lent,
    write_prices,
    write_receipt,
)
from drivers.mqtt.presence import MAX_DEVICES, Presence, Verdict

_LOG = logging.getLogger(__name__)
_TALKS_MS = 2_000
"""A device that said something within so long talks."""
_SHOWN = 256
"""Bytes of an unreadable payload that travel on."""


class MqttDriver(TillDriver):
    """Runs or finds the store's broker and speaks with its tills."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.CHARGES_PRICES})
    words: ClassVar[ModuleType] = payloads
    """The codec, for whoever carries the same words over another wire."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Options as in `MqttOptions`. Raises ValueError, naming the key."""
        self._options = MqttOptions.model_validate(options)
        self._broker = Broker(self._options)
        self._presence = Presence()
        self._talks: dict[str, Talk] = {}
        """By user of the broker: only holders of a password are in it."""
        self._counting = threading.Lock()
        self._link: Link | None = None
        self._away: asyncio.TimerHandle | None = None

    @property
    def broker_address(self) -> tuple[str, int]:
        """Host and port that tills connect to. Raises Unreachable before `start`."""
        return self._broker.address

    @property
    def broker_pid(self) -> int | None:
        """Process id of our own broker; None when it is somebody else's or between two runs."""
        return self._broker.pid

    async def start(self, sink: Sink) -> None:
        """Start the broker where it is ours, connect and subscribe. Raises Refused or Unreachable."""
        options, loop = self._options, asyncio.get_running_loop()
        try:
            await self._broker.start()
            self._link = link = Link(
                self._broker.address,
                (options.username, options.password.get_secret_value()),
                [topic_of(options.store, "+", leaf) for leaf in PUBLISHED_BY_DEVICE],
                options.window,
                lambda message: self._take(link, sink, message, loop),
                lambda: self._on_up(loop, sink),
            )
            await link.open()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Leave the broker and end it where it is ours. Safe to call twice."""
        if self._away is not None:
            self._away.cancel()
            self._away = None
        link, self._link = self._link, None
        if link is not None:
            await link.close()
        await self._broker.stop()

    async def send_prices(self, device: str, rows: Sequence[PriceRow | MemberRow], epoch: int | None = None) -> None:
        """Hand rows to the broker, in as few messages as the contract allows. Raises Unreachable.

        A till's birth may still be on its way to us, so each message says itself which journal it is for.
        """
        self._check_journal(device, epoch)
        for payload in write_prices(rows, epoch):
            self._publish(device, "prices", payload)

    async def send_receipt(self, device: str, epoch: int, seq: int) -> None:
        """Hand a receipt to the broker. Raises Unreachable."""
        self._publish(device, "receipt", write_receipt(epoch, seq))

    async def send_lease(self, device: str, n: int, length_ms: int) -> None:
        """Hand the grant of a lease to the broker. Raises Unreachable."""
        self._publish(device, "granted", write_granted(n, length_ms))

    async def send_coupon(self, device: str, answer: CouponLent | CouponRefused) -> None:
        """Hand the answer to a question for a coupon to the broker. Raises Unreachable."""
        self._publish(device, "lent", write_lent(answer))

    async def send_discounts(self, device: str, discounts: Discounts, epoch: int | None = None) -> None:
        """Hand the discount rules to the broker. Raises Unreachable."""
        self._check_journal(device, epoch)
        self._publish(device, "discounts", write_discounts(discounts, epoch))

    def _check_journal(self, device: str, epoch: int | None) -> None:
        """What is meant for a journal that is known to be gone is not sent. Raises Unreachable."""
        with self._counting:
            keeps = self._presence.epoch(device)
        if None not in (epoch, keeps) and epoch != keeps:
            raise Unreachable(device, "it keeps another journal than the one that these prices are for")

    def _publish(self, device: str, leaf: str, payload: bytes) -> None:
        if self._link is None:
            raise Unreachable(device, "the MQTT driver is not started")
        self._link.publish(device, topic_of(self._options.store, device, leaf), payload)

    def _take(self, link: Link, sink: Sink, message: MQTTMessage, loop: asyncio.AbstractEventLoop) -> bool:
        """Hand one message to the sink; True when the broker may forget it now. Runs in the link's thread."""
        device = "unknown"
        try:
            topic = message.topic
            device = device_of(topic)
            if self._floods(device, sink, message, loop):
                return True
            if topic.endswith("/event"):
                self._take_event(link, sink, device, topic, message)
                return False
            if topic.endswith("/lease"):
                sink.asked(device, read_lease(message.payload))
            elif topic.endswith("/coupon"):
                sink.borrows(read_coupon(device, message.payload))
            else:
                self._take_state(sink, device, message)
        except (UnreadableError, UnicodeDecodeError) as error:
            # Kept unacknowledged it would only block what comes after it.
            sink.misspoke(device, str(error)[:200], bytes(message.payload[:_SHOWN]))
        return True

    def _floods(self, device: str, sink: Sink, message: MQTTMessage, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether the device says so much that this is not read. What has no receipt is repeated: nothing is lost."""
        now = time.monotonic_ns() // 1_000_000
        if device not in self._talks and len(self._talks) >= MAX_DEVICES:
            return False
        talk = self._talks.get(device, Talk(now))

        def others() -> bool:
            return any(now - one.at < _TALKS_MS for who, one in self._talks.items() if who != device)

        self._talks[device], verdict = heard_from(talk, now, others, self._options.at_once)
        if verdict is Heard.TOO_MUCH:
            seconds = self._talks[device].rest_ms / 1000
            why = f"it sends without end; the broker does not let it in for {seconds:.0f} s"
            sink.misspoke(device, why, bytes(message.payload[:_SHOWN]))
            sink.lost(device, why)
            loop.call_soon_threadsafe(self._broker.put_out, device, seconds)
        return verdict is not Heard.FINE

    def _take_event(self, link: Link, sink: Sink, device: str, topic: str, message: MQTTMessage) -> None:
        words = read_event(message.payload)
        with self._counting:
            news = self._presence.spoke(device)
        if news:
            sink.seen(Sighting(device, topic, epoch=words.epoch))
        ticket = link.ticket(message)
        sink.said(Message(device, words.epoch, words.seq, words.at, words.kind, words.body, ticket))

    def _take_state(self, sink: Sink, device: str, message: MQTTMessage) -> None:
        if not message.payload:
            return  # somebody cleared what was retained
        words = read_state(message.payload)
        with self._counting:
            verdict = self._presence.state(device, words, retained=message.retain)
        match verdict:
            case Verdict.CAME if isinstance(words, Birth):
                sink.seen(
                    Sighting(
                        device,
                        message.topic,
                        name=words.name,
                        model=words.kind,
                        firmware=words.firmware,
                        epoch=words.epoch,
                        oldest=words.oldest,
                    )
                )
            case Verdict.LEFT:
                sink.lost(device, "it left, or its connection broke")
            case Verdict.CROWDED:
                _LOG.warning("%s: not listened to, too many devices are here already", device)

    def _on_up(self, loop: asyncio.AbstractEventLoop, sink: Sink) -> None:
        with self._counting:
            self._presence.connected()
        loop.call_soon_threadsafe(self._expect_devices, sink)

    def _expect_devices(self, sink: Sink) -> None:
        """Our link is new: a device that was here before has a while to show that it still is."""
        if self._link is None:
            return
        if self._away is not None:
            self._away.cancel()
        self._away = asyncio.get_running_loop().call_later(
            self._options.away_seconds, lambda: self._report_missing(sink)
        )

    def _report_missing(self, sink: Sink) -> None:
        if self._link is not None and self._link.up:
            with self._counting:
                missing = self._presence.missing()
            for device in missing:
                sink.lost(device, "it did not come back after the broker did")
