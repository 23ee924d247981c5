"""The embedded broker, a process of its own: `python -m drivers.mqtt.embedded CONFIG`.

amqtt 0.12 speaks MQTT well but is too trusting for a store; its plug-in hooks come too late to mend that,
so the broker class is narrowed here. As it comes, it takes over (and forgets) the session of a client id
before it looks at the password, sends every retained message to every newcomer, publishes wills unchecked,
never misses a client that fell silent, and buffers without end. Sessions here are always clean: nothing in
Aisle relies on a broker's memory.
"""

import asyncio
import contextlib
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action
from amqtt.errors import MQTTError
from amqtt.mqtt.connack import NOT_AUTHORIZED, ConnackPacket
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.session import Session
from amqtt.utils import gen_client_id
from pydantic import BaseModel, ConfigDict

from drivers.mqtt.access import may, password_fits, read_passwords, stamp_of
from drivers.mqtt.payloads import MAX_PACKET

_LOG = logging.getLogger("aisle.broker")
_MAX_CONNECTIONS = 5000
_MAX_UNANSWERED = 2000
"""Messages one slow reader may leave unanswered; more are dropped, and their senders repeat them."""
_MAX_UNSORTED = 500
"""Messages of one writer that wait for their turn; then we stop reading from it."""
_READS_AT_ONCE = 3_000
_READS_PER_SECOND = 300
"""A packet takes three reads. Beside others who talk, one writer gets so many; alone, all that there is."""
_TALKS_SECONDS = 2.0
"""Who sent something within so long talks."""
_CONNECT_SECONDS = 10.0
_CREDENTIAL = "aisle.credential"
_POLL_SECONDS = 0.5
_GOODBYE_SECONDS = 0.5
"""For an orderly end of a connection, its will included; one that floods does not come to that."""


class EmbeddedConfig(BaseModel):
    """What the gateway tells its broker, as a JSON file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    bind: str
    port: int
    store: str
    gateway: str
    credentials: Path


class _Reader(StreamReaderAdapter):  # type: ignore[misc]
    """Reads no packet larger than allowed, and not faster than the broker sorts."""

    def __init__(self, reader: asyncio.StreamReader, beside: "_Talkers") -> None:
        super().__init__(reader)
        self.session: Session | None = None
        self._closed = False
        self._beside = beside
        self._spent, self._since = 0.0, 0.0

    async def read(self, n: int = -1) -> bytes:
        while self._crowded() or self._greedy():
            await asyncio.sleep(0.01)
        if n > MAX_PACKET:
            self._closed = True
        return b"" if self._closed else bytes(await super().read(n))

    def _crowded(self) -> bool:
        session = self.session
        return session is not None and session.delivered_message_queue.qsize() > _MAX_UNSORTED

    def _greedy(self) -> bool:
        """Whether it had more than its share, and others want theirs. Counts one more read when not."""
        session = self.session
        if session is None or self._closed:
            return False
        now = time.monotonic()
        self._spent = max(0.0, self._spent - (now - self._since) * _READS_PER_SECOND)
        self._since = now
        if self._spent >= _READS_AT_ONCE and self._beside.others(session, now):
            return True
        self._spent = min(self._spent + 1, _READS_AT_ONCE)
        self._beside.talked(session, now)
        return False

    def feed_eof(self) -> None:
        self._closed = True
        super().feed_eof()


class _Writer(StreamWriterAdapter):  # type: ignore[misc]
    """Can end a connection whatever its other end does."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        super().__init__(writer)
        self._transport = writer.transport

    def abort(self) -> None:
        """Now, with all that waits."""
        self._transport.abort()


class _Talkers:
    """Which clients sent something lately; the gateway, which serves them all, is none of them."""

    def __init__(self, gateway: str) -> None:
        self._gateway = gateway
        self._at: dict[str, float] = {}

    def talked(self, session: Session, now: float) -> None:
        """A client sends."""
        if session.username != self._gateway:
            self._at[session.username] = now

    def others(self, session: Session, now: float) -> bool:
        """Whether anybody else talks. The gateway never waits for its clients."""
        if session.username == self._gateway:
            return False
        self._at = {user: at for user, at in self._at.items() if now - at < _TALKS_SECONDS}
        return any(user != session.username for user in self._at)


class _Handler(BrokerProtocolHandler):  # type: ignore[misc]
    """Ends the connection of a client that broke its keep-alive promise, so that its will is published."""

    def handle_read_timeout(self) -> None:
        if self.reader is not None:
            self.reader.feed_eof()


class StoreBroker(Broker):  # type: ignore[misc]
    """amqtt for one store: passwords first, exact topics only, clean sessions."""

    def __init__(self, config: EmbeddedConfig) -> None:
        """Listens where `config` says once `start` is awaited. Raises OSError (no password file)."""
        listener = {
            "type": "tcp",
            "bind": f"{_bracketed(config.bind)}:{config.port}",
            "max_connections": _MAX_CONNECTIONS,
        }
        super().__init__({"listeners": {"default": listener}, "plugins": {}})
        self._rules = config
        self._talkers = _Talkers(config.gateway)
        self._passwords = read_passwords(config.credentials)

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """Every connection gets a bounded reader."""
        await self._client_connected(listener_name, _Reader(reader, self._talkers), _Writer(writer))

    async def reload(self) -> None:
        """Read the passwords again and end the connections of those whose password is no longer theirs."""
        self._passwords = read_passwords(self._rules.credentials)
        ended = []
        for session, handler in list(self.sessions.values()):
            current = self._passwords.get(session.username or "")
            if session.attributes.get(_CREDENTIAL) != current and session.transitions.state == "connected":
                _LOG.warning("%s is no longer let in: its password changed", session.username)
                ended.append(handler.writer)
                await handler.handle_connection_closed()
        if ended:
            await asyncio.sleep(_GOODBYE_SECONDS)
        for writer in ended:
            if isinstance(writer, _Writer):
                writer.abort()

    async def _initialize_client_session(
        self, reader: _Reader, writer: StreamWriterAdapter, remote_address: str, remote_port: int
    ) -> tuple[_Handler, Session]:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                handler, session = await _Handler.init_from_connect(reader, writer, self.plugins_manager, self._loop)
        except Exception as error:
            await _hang_up(writer)
            raise MQTTError(f"no proper CONNECT ({type(error).__name__})") from error
        if (why := self._why_not(session)) is not None:
            await ConnackPacket.build(0, NOT_AUTHORIZED).to_stream(writer)
            await _hang_up(writer)
            _LOG.warning("%r from %s refused: %s", str(session.username)[:40], remote_address, why)
            raise MQTTError(why)
        session.attributes[_CREDENTIAL] = self._passwords[session.username]
        session.password = None
        session.clean_session, session.parent = True, 0
        session.keep_alive = session.keep_alive * 3 // 2  # MQTT 3.1.1, 3.1.2.10: one and a half times
        # The user leads the key, so that nobody pushes another device off by borrowing its client id.
        session.client_id = f"{session.username}/{session.client_id or gen_client_id()}"
        await self._take_over(session.client_id)
        reader.session = session
        return handler, session

    def _why_not(self, session: Session) -> str | None:
        line = self._passwords.get(session.username or "")
        if line is None or not password_fits(line, session.password or ""):
            return "wrong user or password"
        if session.will_flag and not self._may(session, session.will_topic or "", Action.PUBLISH):
            return "its will is for a topic that is not its own"
        return None

    async def _take_over(self, key: str) -> None:
        """End the older connection of the same client, its will included, before the new one may speak."""
        old: Session | None
        old, handler = self.sessions.get(key, (None, None))
        if old is None:
            return
        await handler.handle_connection_closed()
        for _ in range(200):
            if old.transitions.state != "connected":
                break
            await asyncio.sleep(0.01)
        await self._cleanup_session(key)

    async def _authenticate(self, session: Session, _listener: Any) -> bool:
        return _CREDENTIAL in session.attributes

    async def _topic_filtering(self, session: Session, topic: str, action: Action) -> bool:
        """Never waits: amqtt walks its subscriptions around this call and would trip over a change."""
        if action == Action.RECEIVE and len(session.inflight_out) >= _MAX_UNANSWERED:
            return False
        return self._may(session, topic, action)

    def _may(self, session: Session, topic: str, action: Action) -> bool:
        rules, user = self._rules, session.username or ""
        return may(user, rules.gateway, rules.store, topic, publish=action == Action.PUBLISH)

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        """Only for the session's own subscriptions; amqtt asks with everybody's."""
        if any(one is session for one, _qos in self.subscriptions.get(subscription[0], ())):
            await super()._publish_retained_messages_for_subscription(subscription, session)


def _bracketed(bind: str) -> str:
    return f"[{bind}]" if ":" in bind else bind


async def _hang_up(writer: StreamWriterAdapter) -> None:
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(1):
            await writer.close()


async def serve(config: EmbeddedConfig) -> None:
    """Run until cancelled. Raises amqtt's BrokerError (port taken) or OSError (no password file)."""
    stamp = stamp_of(config.credentials)  # before they are read: a change while it starts is no change it knows
    broker = StoreBroker(config)
    await broker.start()
    try:
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            if (now := stamp_of(config.credentials)) != stamp:
                stamp = now
                with contextlib.suppress(OSError):
                    await broker.reload()
    finally:
        await broker.shutdown()


def main(config: Path) -> None:
    """Read the configuration and serve until killed."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("amqtt").setLevel(logging.ERROR)  # it warns of every port scan
    asyncio.run(serve(EmbeddedConfig.model_validate(json.loads(config.read_text(encoding="utf-8")))))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
