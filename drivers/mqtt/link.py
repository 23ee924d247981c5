"""The gateway's own connection to the broker: a paho client, driven by one thread of ours, kept up until closed.

paho's own loop wakes up once per packet and once per acknowledgement. Ours reads what is there and sends the
acknowledgements of a whole commit together, in one piece, which is what makes a group commit pay.

A message is acknowledged by its ticket, from any thread. Tickets of an older connection are void: packet ids mean
something else on the next one, and the devices repeat what was not receipted.
"""

import asyncio
import contextlib
import logging
import secrets
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from drivers.errors import Refused, Unreachable
from drivers.mqtt.gathered import GatheredClient, GatheredSocket

_LOG = logging.getLogger(__name__)
_KEEPALIVE = 15
_OPEN_SECONDS = 15.0
_CONNECT_SECONDS = 3.0
_CLOSE_SECONDS = 2.0
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 10.0
_TICK_MS = 1000
_GATHER_SECONDS = 0.002
"""After a read, how long the next packets may gather: a poll for each would cost more than the packet."""
_READS = 200
"""Packets read before acknowledgements and sends get their turn."""
_SENDING = 100
"""Messages on their way to the broker at once."""
_QUEUED = 1000
"""Messages that wait to be sent; then a send is refused, and whoever asked tries again later."""


class Link:
    """Connects, subscribes, reconnects; hands every message to one listener, in a thread of its own."""

    def __init__(
        self,
        address: tuple[str, int],
        login: tuple[str, str],
        topics: Sequence[str],
        window: int,
        listener: Callable[[MQTTMessage], bool],
        on_up: Callable[[], None],
    ) -> None:
        """`listener` says whether a message is done with; if not, it took a ticket.

        `on_up` is called on every connection, before its first message. Both are called in the link's thread.
        """
        self._address = address
        self._topics = tuple(topics)
        self._window = window
        self._listener = listener
        self._on_up = on_up
        self._loop = asyncio.get_running_loop()
        self._first: asyncio.Future[None] = self._loop.create_future()
        self._ended = asyncio.Event()
        self._stopping = threading.Event()
        self._down = False
        self._stood = False
        self._connection = 0
        self._open: set[tuple[int, int]] = set()
        """(connection, packet id) of messages whose commit is awaited. Its methods are atomic under the GIL."""
        self._committed: deque[tuple[int, int]] = deque()
        self._woken = False
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)
        self._client = self._make_client(login)
        self._thread = threading.Thread(target=self._run, name="mqtt-link", daemon=True)

    @property
    def up(self) -> bool:
        """Whether the broker is connected now."""
        return self._client.is_connected()

    async def open(self) -> None:
        """Connect and subscribe, and stay so until `close`. Raises Refused or Unreachable; then close it."""
        self._thread.start()
        try:
            await asyncio.wait_for(asyncio.shield(self._first), _OPEN_SECONDS)
        except TimeoutError as error:
            raise Unreachable("broker", f"no answer at {self._name}; is it running?") from error

    async def close(self) -> None:
        """Say goodbye and end the thread. Safe to call twice."""
        self._stopping.set()
        if self._thread.ident is not None and not self._ended.is_set():
            self._wake()
            await self._ended.wait()
            self._thread.join()
        self._ear.close()
        self._bell.close()
        if not self._first.done():
            self._first.cancel()
        elif not self._first.cancelled():
            self._first.exception()  # looked at, so that asyncio does not complain

    def publish(self, device: str, topic: str, payload: bytes) -> None:
        """Queue a message at QoS 1. Raises Unreachable, naming the device it was for."""
        if self._stopping.is_set() or not self._client.is_connected():
            raise Unreachable(device, "the link to the broker is down")
        info = self._client.publish(topic, payload, qos=1)
        self._wake()
        if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            raise Unreachable(device, f"{_QUEUED} messages wait for the broker already")
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise Unreachable(device, "the link to the broker broke")

    def ticket(self, message: MQTTMessage) -> Callable[[], None]:
        """What acknowledges this message, once. Waits while too many are open; so does the broker then."""
        if message.qos == 0:
            return _nothing
        while len(self._open) >= self._window and not self._stopping.wait(0.002):
            pass
        ticket = (self._connection, message.mid)
        self._open.add(ticket)
        return lambda: self._acknowledge(ticket)

    def _acknowledge(self, ticket: tuple[int, int]) -> None:
        try:
            self._open.remove(ticket)
        except KeyError:
            return  # acknowledged before, or the connection is another one by now
        self._committed.append(ticket)
        if not self._woken:
            self._wake()

    def _wake(self) -> None:
        self._woken = True
        with contextlib.suppress(OSError):  # it rings already, or the link is closed
            self._bell.send(b"!")

    # Everything below runs in the link's thread.

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            self._stood = False
            try:
                self._client.connect(*self._address, keepalive=_KEEPALIVE)
                self._serve()
            except OSError as error:
                self._warn_once(error.strerror or str(error))
            pause = _FIRST_PAUSE if self._stood else min(pause * 2, _LONGEST_PAUSE)
            self._stopping.wait(pause)
        self._loop.call_soon_threadsafe(self._ended.set)

    def _serve(self) -> None:
        """Work on one connection until it ends, or until we are to stop and have said so."""
        client, sock, until = self._client, self._client.gathered, float("inf")
        if sock is None:
            return
        poller = select.poll()
        poller.register(self._ear, select.POLLIN)
        while client.holds(sock) and time.monotonic() < until:
            poller.register(sock, select.POLLIN | (select.POLLOUT if sock.unsent or client.want_write() else 0))
            rung = [number for number, _what in poller.poll(0 if sock.unread else _TICK_MS)]
            if self._ear.fileno() in rung:
                self._ear.recv(4096)
                self._woken = False
            if sock.unread or sock.fileno() in rung:
                _read_many(client, sock)
                time.sleep(_GATHER_SECONDS)
            while self._committed:
                connection, packet_id = ticket = self._committed.popleft()
                if connection == self._connection and not client.acknowledge(packet_id):
                    self._committed.appendleft(ticket)
                    break
            if self._stopping.is_set() and until == float("inf"):
                until = time.monotonic() + _CLOSE_SECONDS
                client.disconnect()
            if client.want_write():
                client.loop_write()
            if client.holds(sock):
                sock.flush()
            client.loop_misc()
        if (left := client.socket()) is not None:
            left.close()

    def _make_client(self, login: tuple[str, str]) -> GatheredClient:
        # A random client id: a broker drops the older of two equal ones, so nobody may guess it.
        name = f"gateway-{secrets.token_hex(8)}"
        client = GatheredClient(CallbackAPIVersion.VERSION2, name, clean_session=True, manual_ack=True)
        client.connect_timeout = _CONNECT_SECONDS
        client.username_pw_set(*login)
        client.max_inflight_messages_set(_SENDING)
        client.max_queued_messages_set(_QUEUED)
        client.on_socket_register_write = lambda *_: None  # tells paho to leave the writing to us
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        if code.is_failure:
            self._settle(Refused("broker", f"{self._name} does not let the gateway in: {code}"))
            self._warn_once(f"refused: {code}")
            return
        self._on_up()
        client.subscribe([(topic, 1) for topic in self._topics])

    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, codes: list[ReasonCode], _more: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes):
            self._settle(Refused("broker", f"{self._name} does not let the gateway read its devices' topics"))
            return
        self._stood = True
        self._settle(None)
        if self._down:
            self._down = False
            _LOG.warning("broker %s: back", self._name)

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        code: ReasonCode,
        _more: Properties | None,
    ) -> None:
        self._connection += 1
        self._open.clear()
        if not self._stopping.is_set():
            self._warn_once(str(code))

    def _on_message(self, client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            done = self._listener(message)
        except Exception:  # noqa: BLE001 - the listener's fault must not end the thread; the device repeats
            _LOG.exception("a message could not be taken in: %r", bytes(message._topic[:80]))
            return
        if done and message.qos:
            self._committed.append((self._connection, message.mid))

    def _settle(self, error: Exception | None) -> None:
        """Tell `open` how the first connection went."""

        def settle() -> None:
            if not self._first.done():
                if error is None:
                    self._first.set_result(None)
                else:
                    self._first.set_exception(error)

        if not self._stopping.is_set():
            self._loop.call_soon_threadsafe(settle)

    def _warn_once(self, why: str) -> None:
        if not self._down:
            self._down = True
            _LOG.warning("broker %s: lost (%s); trying again until it answers", self._name, why)

    @property
    def _name(self) -> str:
        return f"{self._address[0]}:{self._address[1]}"


def _read_many(client: Client, sock: GatheredSocket) -> None:
    """Take in what has arrived, up to a bound that lets acknowledgements and sends have their turn."""
    for _ in range(_READS):
        if client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS or not sock.unread:
            return


def _nothing() -> None:
    """The acknowledgement of a message that asks for none."""
