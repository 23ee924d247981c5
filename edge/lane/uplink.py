"""The line to the gateway: one thread that connects, tells what is due and hears what comes; see docs/mqtt.md.

Each connection is a new client with a clean session: what must survive is in the journal.
"""

import logging
import socket
import sqlite3
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, cast

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge.lane.journal import Journal
from edge.lane.lease import Lease, ask, granted
from edge.lane.sending import Sending, receipted, reconnected, take
from edge.lane.words import (
    Answer,
    NotUnderstood,
    read_discounts,
    read_granted,
    read_lent,
    read_prices,
    read_receipt,
    write,
    write_event,
)

log = logging.getLogger(__name__)

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the next try, growing to half a minute."""
TICK_S = 0.05
GOODBYE_S = 1.0
MOST_QUESTIONS = 20
ASK_AGAIN_MS = 1_500
ASK_FOR_MS = 60_000
LEAVES = ("prices", "receipt", "granted", "lent", "discounts")


@dataclass(frozen=True, slots=True)
class Question:
    """For a coupon: its newest number (0: not asked yet), when it was put, and until when it is put again."""

    n: int
    asked: int
    until: int


@dataclass(frozen=True, slots=True)
class Account:
    """Who the lane is to the gateway, and where that is. `password` is read anew for each connection."""

    store: str
    device: str
    name: str
    host: str
    port: int
    password: Callable[[], str]
    ca: str = ""
    """Certificates that may have signed the broker's; "": no TLS."""
    keepalive_s: int = 15
    firmware: str = ""


class Uplink:
    """Start it, ask it, stop it. `lent` is called in its thread; so is the journal."""

    def __init__(self, account: Account, journal: Journal, lent: Callable[[Answer], None]) -> None:
        self._account = account
        self._journal = journal
        self._lent = lent
        self._lease = Lease()
        self._sending = Sending(journal.oldest - 1, journal.oldest - 1)
        self._wanted: deque[str] = deque(maxlen=MOST_QUESTIONS)
        self._questions: dict[str, Question] = {}
        self._over = threading.Event()
        self._born = False
        self._session = 0
        self._thread = threading.Thread(target=self._run, name=f"lane {account.device}", daemon=True)
        self.why = "not connected yet"
        """Why there is no connection, for a person; "" while there is one."""

    @property
    def connected(self) -> bool:
        """Whether the gateway's broker let us in and our birth is out."""
        return self._born

    @property
    def leased(self) -> bool:
        """Whether the lane may sell."""
        return self._lease.holds(_now())

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye and end the thread."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def ask_coupon(self, coupon: str) -> None:
        """Ask the gateway to lend a coupon, again and again until it answers."""
        self._wanted.append(coupon)

    def _run(self) -> None:
        tries = 0
        while not self._over.is_set():
            try:
                stood = self._one_connection()
            except Exception:  # the one boundary: a lane whose line died in silence would sell until its lease ends
                log.exception("%s: the line to the gateway broke off; report this", self._account.device)
                stood = False
            self._born = False
            tries = 0 if stood else min(tries + 1, len(PAUSES) - 1)
            self._over.wait(PAUSES[tries])

    def _one_connection(self) -> bool:
        """Connect and stay until the link ends; whether it ever stood."""
        self._session = self._journal.next_session()
        self._wanted.clear()
        self._questions.clear()
        client = self._client()
        stood = False
        try:
            client.username_pw_set(self._account.device, self._account.password())
            client.connect(self._account.host, self._account.port, self._account.keepalive_s)
            while client.loop(TICK_S) == MQTTErrorCode.MQTT_ERR_SUCCESS and not self._over.is_set():
                if self._born:
                    stood = True
                    self._tell_due(client)
            if self._over.is_set() and self._born:
                self._leave(client)
        except (OSError, ValueError, sqlite3.Error) as error:
            self.why = str(error)[:200]
            log.warning("%s: no connection to the gateway: %s. It tries again.", self._account.device, self.why)
        finally:
            client.on_connect = client.on_subscribe = client.on_message = None
            _shut(client)
        if stood:
            self.why = "the connection ended"
            log.info("%s: %s", self._account.device, self.why)
        return stood

    def _client(self) -> Client:
        device = self._account.device
        client = Client(CallbackAPIVersion.VERSION2, f"{device}-{self._journal.client}", clean_session=True)
        client.max_inflight_messages_set(0)  # how far ahead it tells is decided by `sending`
        client.will_set(self._topic("state"), self._farewell(), qos=1, retain=True)
        if self._account.ca:
            client.tls_set(self._account.ca, cert_reqs=ssl.CERT_REQUIRED)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self.why = f"the gateway's broker says: {reason}"
            log.warning(
                "%s: %s; is its password still the one that the console showed?", self._account.device, self.why
            )
            client.disconnect()
            return
        client.subscribe([(self._topic(leaf), 1) for leaf in LEAVES])

    def _on_subscribe(
        self, client: Client, _data: Any, _mid: int, codes: list[ReasonCode], _properties: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes[:3]):  # an older gateway knows no coupons or discounts; all else works
            self.why = "the gateway's broker does not let this lane hear its own topics"
            client.disconnect()
            return
        journal, account = self._journal, self._account
        birth = {
            "state": "online", "session": self._session, "epoch": journal.epoch, "kind": "till",
            "name": account.name[:80], "firmware": account.firmware, "seq": journal.seq, "oldest": journal.oldest,
        }  # fmt: skip
        client.publish(self._topic("state"), write(birth), qos=1, retain=True)
        self._sending = reconnected(Sending(journal.oldest - 1, journal.oldest - 1), _now())
        self._born, self.why = True, ""
        log.info("%s: connected to the gateway", account.device)

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        payload = bytes(message.payload)
        try:
            match message.topic.rpartition("/")[2]:
                case "prices":
                    prices = read_prices(payload)
                    if prices.epoch in (None, self._journal.epoch):
                        self._journal.apply(prices.rows, prices.members)
                case "receipt":
                    self._hear_receipt(*read_receipt(payload))
                case "granted":
                    self._lease = granted(self._lease, *read_granted(payload))
                case "lent":
                    self._hear_lent(read_lent(payload))
                case "discounts":
                    discounts, epoch = read_discounts(payload)
                    if epoch in (None, self._journal.epoch):
                        self._journal.apply_discounts(discounts)
        except NotUnderstood as error:
            log.warning("%s: dropped a message of the gateway: %s", self._account.device, error)

    def _hear_receipt(self, epoch: int, seq: int) -> None:
        if epoch != self._journal.epoch:
            return
        heard = receipted(self._sending, seq, self._journal.seq, _now())
        if heard != self._sending:
            self._journal.receipted(seq)
            self._sending = heard

    def _tell_due(self, client: Client) -> None:
        self._sending, due = take(self._sending, self._journal.seq, _now())
        if due:
            for entry in self._journal.pending(due.start - 1, len(due)):
                client.publish(self._topic("event"), write_event(self._journal.epoch, entry), qos=1)
        now = _now()
        if self._lease.due(now):
            self._lease = ask(self._lease, now)
            client.publish(self._topic("lease"), write({"n": self._lease.n}), qos=1)
        self._ask_coupons(client, now)

    def _ask_coupons(self, client: Client, now: int) -> None:
        """An answer may be late: who asked has given up then, and the coupon goes back."""
        while self._wanted:
            self._questions[self._wanted.popleft()] = Question(0, 0, now + ASK_FOR_MS)
        for coupon, question in list(self._questions.items()):
            if now > question.until:
                del self._questions[coupon]
            elif not question.n or now - question.asked >= ASK_AGAIN_MS:
                n = self._journal.next_asked()
                self._questions[coupon] = replace(question, n=n, asked=now)
                words = {"ask": n, "coupon": coupon, "epoch": self._journal.epoch}
                client.publish(self._topic("coupon"), write(words), qos=1)

    def _hear_lent(self, answer: Answer) -> None:
        question = self._questions.get(answer.name)
        if question is None or question.n != answer.ask or answer.epoch != self._journal.epoch:
            return
        del self._questions[answer.name]
        self._lent(answer)

    def _leave(self, client: Client) -> None:
        """The words of the will, said by ourselves."""
        said = client.publish(self._topic("state"), self._farewell(), qos=1, retain=True)
        deadline = time.monotonic() + GOODBYE_S
        while not said.is_published() and time.monotonic() < deadline:
            if client.loop(TICK_S) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return
        client.disconnect()

    def _farewell(self) -> bytes:
        return write({"state": "offline", "session": self._session})

    def _topic(self, leaf: str) -> str:
        return f"aisle/1/{self._account.store}/{self._account.device}/{leaf}"


def _shut(client: Client) -> None:
    """Close what is left of a connection."""
    found = client.socket()
    if found is not None:
        with suppress(OSError):
            cast("socket.socket", found).shutdown(socket.SHUT_RDWR)
    client.loop(0)  # notices the end, and gives its sockets back


def _now() -> int:
    return time.monotonic_ns() // 1_000_000
