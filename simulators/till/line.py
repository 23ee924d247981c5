"""A till's line to the broker: one thread that connects, sends what is due, and hears prices and receipts.

Every connection is a fresh MQTT client with a clean session: what must survive is in the journal.
"""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import cast

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from simulators.till.config import TillConfig
from simulators.till.coupons import Question
from simulators.till.discounts import RuleSet
from simulators.till.journal import Event, Journal
from simulators.till.lease import Lease, ask, granted
from simulators.till.lease import due as lease_due
from simulators.till.window import Window, connected, due, receipt
from simulators.till.words import (
    NotUnderstoodError,
    Prices,
    read_discounts,
    read_granted,
    read_lent,
    read_prices,
    read_receipt,
    write,
    write_event,
)

_LOG = logging.getLogger(__name__)
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
_TICK = 0.05
_GOODBYE_SECONDS = 1.0


@dataclass
class Faults:
    """What goes wrong on demand; change it at any time."""

    event_copies: int = 1
    """How often each event is sent."""
    backwards: bool = False
    """Send each window in reverse order."""
    prices_twice: bool = False
    """Hear every prices message twice."""
    deaf_to_prices: bool = False
    """Ignore prices and discounts messages: neither apply nor confirm them."""
    deaf_to_receipts: bool = False
    """Ignore receipts, and so send everything again and again."""


class Line:
    """Keeps a till connected, in a thread of its own, until stopped."""

    def __init__(
        self,
        till: TillConfig,
        journal: Journal,
        faults: Faults,
        take_prices: Callable[[Prices], None],
        take_rules: Callable[[RuleSet], None],
    ) -> None:
        """`take_prices` and `take_rules` are called in the line's thread and return when what came is on disk."""
        self._till = till
        self._journal = journal
        self._faults = faults
        self._take_prices, self._take_rules = take_prices, take_rules
        self._over = threading.Event()
        self._abrupt = False
        self._allowed = threading.Event()
        self._allowed.set()
        self._client: Client | None = None
        self._ready = False
        done = journal.oldest - 1
        self._window = Window(done, done, _now())
        self._session = 0
        self._lease = Lease()
        self.refusals: dict[str, str] = {}
        """Why a coupon was not lent, by its number."""
        self._wanted: SimpleQueue[str] = SimpleQueue()
        self._questions: dict[str, Question] = {}
        self._asks = 0
        self._thread = threading.Thread(target=self._run, name=f"till {till.device}", daemon=True)

    @property
    def connected(self) -> bool:
        """Whether the broker let us in and our birth is out."""
        return self._ready

    @property
    def may_sell(self) -> bool:
        """Whether a lease is in force, or none is needed."""
        return not self._till.leases or self._lease.live(_now())

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, *, abruptly: bool) -> None:
        """End the thread, with a goodbye or without."""
        self._abrupt = abruptly
        self._over.set()
        self._allowed.set()
        self._thread.join()

    def go_away(self) -> None:
        """Drop the socket and stay away."""
        self._allowed.clear()
        _drop(self._client)

    def come_back(self) -> None:
        """Connect again."""
        self._allowed.set()

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._over.is_set():
            self._allowed.wait()
            if self._over.is_set():
                return
            if self._one_connection():
                pause = _FIRST_PAUSE
            if not self._over.wait(pause):
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _one_connection(self) -> bool:
        """Connect and stay until the link ends; whether it ever stood."""
        self._session = self._journal.next_session()
        self._client = client = self._make_client()
        stood = False
        try:
            client.connect(self._till.host, self._till.port, self._till.keepalive_s)
            while client.loop(_TICK) == MQTTErrorCode.MQTT_ERR_SUCCESS:
                if self._over.is_set() or not self._allowed.is_set():
                    break
                if self._ready:
                    stood = True
                    self._send_due(client)
                    self._ask_when_due(client)
                    self._ask_for_coupons(client)
        except OSError as error:
            _LOG.debug("%s: no connection: %s", self._till.device, error)
        finally:
            self._ready, self._client = False, None
            if stood and self._over.is_set() and not self._abrupt:
                self._say_goodbye(client)
            _drop(client)
            client.loop(0)  # notices the end and closes the socket
            client.on_connect = client.on_subscribe = client.on_message = None
        return stood

    def _make_client(self) -> Client:
        till = self._till
        name = f"{till.device}-{self._journal.client}"
        client = Client(CallbackAPIVersion.VERSION2, name, clean_session=True)
        client.username_pw_set(till.device, till.password)
        client.max_inflight_messages_set(0)  # the window is ours
        client.will_set(self._topic("state"), self._farewell(), qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        if code.is_failure:
            _LOG.warning("%s: the broker refuses: %s", self._till.device, code)
            return
        client.subscribe([(self._topic(leaf), 1) for leaf in ("prices", "receipt", "granted", "lent", "discounts")])

    def _on_subscribe(
        self, client: Client, _data: object, _mid: int, _codes: list[ReasonCode], _more: Properties | None
    ) -> None:
        """Only now, so that nothing that the birth causes is missed."""
        birth = {
            "state": "online",
            "session": self._session,
            "epoch": self._journal.epoch,
            "kind": "till",
            "name": self._till.name,
            "firmware": self._till.firmware,
            "seq": self._journal.seq,
            "oldest": self._journal.oldest,
        }
        client.publish(self._topic("state"), write(birth), qos=1, retain=True)
        self._window = connected(self._window, _now())
        self._ready = True

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            if message.topic == self._topic("receipt"):
                self._hear_receipt(bytes(message.payload))
            elif message.topic == self._topic("prices"):
                self._hear_prices(bytes(message.payload))
            elif message.topic == self._topic("granted"):
                self._hear_granted(bytes(message.payload))
            elif message.topic == self._topic("lent"):
                self._hear_lent(bytes(message.payload))
            elif message.topic == self._topic("discounts"):
                self._hear_discounts(bytes(message.payload))
        except NotUnderstoodError as error:
            _LOG.warning("%s: ignored a message: %s", self._till.device, error)

    def _hear_receipt(self, payload: bytes) -> None:
        heard = read_receipt(payload)
        if heard.epoch != self._journal.epoch or self._faults.deaf_to_receipts:
            return
        window = receipt(self._window, heard.seq, self._journal.seq, _now())
        if window != self._window:
            self._journal.receipted(heard.seq)
            self._window = window

    def _hear_granted(self, payload: bytes) -> None:
        self._lease = granted(self._lease, *read_granted(payload))

    def _ask_when_due(self, client: Client) -> None:
        now = _now()
        if self._till.leases and lease_due(self._lease, now):
            self._lease = ask(self._lease, now)
            client.publish(self._topic("lease"), write({"n": self._lease.n}), qos=1)

    def want(self, coupon: str) -> None:
        """Ask for a coupon, whenever there is a connection, until there is an answer. Any thread."""
        self.refusals.pop(coupon, None)
        self._wanted.put(coupon)

    def _ask_for_coupons(self, client: Client) -> None:
        while not self._wanted.empty():
            coupon = self._wanted.get()
            self._questions[coupon] = Question(coupon)
        now = _now()
        for question in [one for one in self._questions.values() if one.due(now)]:
            self._asks += 1
            self._questions[question.coupon] = Question(question.coupon, self._asks, now)
            asked = {"ask": self._asks, "coupon": question.coupon, "epoch": self._journal.epoch}
            client.publish(self._topic("coupon"), write(asked), qos=1)

    def _hear_lent(self, payload: bytes) -> None:
        heard = read_lent(payload)
        question = self._questions.get(heard.id)
        if question is None or (question.ask, self._journal.epoch) != (heard.ask, heard.epoch):
            return
        del self._questions[heard.id]
        if heard.coupon is None:
            self.refusals[heard.id] = heard.refused
        else:
            self._journal.borrow(heard.coupon)

    def _hear_prices(self, payload: bytes) -> None:
        if self._faults.deaf_to_prices:
            return
        prices = read_prices(payload)
        if prices.epoch not in (None, self._journal.epoch):
            return
        for _ in range(2 if self._faults.prices_twice else 1):
            self._take_prices(prices)

    def _hear_discounts(self, payload: bytes) -> None:
        """A set for another journal was on its way when this till forgot everything."""
        rules = read_discounts(payload)
        if rules.epoch in (None, self._journal.epoch) and not self._faults.deaf_to_prices:
            self._take_rules(rules)

    def _send_due(self, client: Client) -> None:
        last = self._journal.seq
        self._window, after, upto = due(self._window, last, _now())
        if upto == after:
            return
        events: list[Event] = [e for e in self._journal.pending(after, upto - after) if e.seq <= upto]
        for event in reversed(events) if self._faults.backwards else events:
            payload = write_event(self._journal.epoch, event)
            for _ in range(self._faults.event_copies):
                client.publish(self._topic("event"), payload, qos=1)

    def _say_goodbye(self, client: Client) -> None:
        """A graceful end: the will's words, said by ourselves, then DISCONNECT."""
        said = client.publish(self._topic("state"), self._farewell(), qos=1, retain=True)
        deadline = time.monotonic() + _GOODBYE_SECONDS
        while not said.is_published() and time.monotonic() < deadline:
            if client.loop(_TICK) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return
        client.disconnect()

    def _farewell(self) -> bytes:
        return write({"state": "offline", "session": self._session})

    def _topic(self, leaf: str) -> str:
        return f"aisle/1/{self._till.store}/{self._till.device}/{leaf}"


def _drop(client: Client | None) -> None:
    """End the connection without a word, as a pulled cable does, only that the broker notices at once."""
    found = client.socket() if client is not None else None
    if found is not None:
        with contextlib.suppress(OSError):
            cast("socket.socket", found).shutdown(socket.SHUT_RDWR)


def _now() -> int:
    return time.monotonic_ns() // 1_000_000
