"""On the wire: a broker of a few lines sees when the driver acknowledges what."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drivers.mqtt import MqttDriver
from tests.drivers.mqtt.kit import Recorder, eventually, own

CONNACK = b"\x20\x02\x00\x00"


def publish(packet_id: int, seq: int) -> bytes:
    """An `event` at QoS 1 as a broker delivers it (MQTT 3.1.1, 3.3)."""
    topic = own("till-1", "event").encode()
    payload = b'{"epoch":5,"seq":%d,"at":1,"kind":"sale","body":{}}' % seq
    body = len(topic).to_bytes(2, "big") + topic + packet_id.to_bytes(2, "big") + payload
    assert len(body) < 128
    return bytes([0x32, len(body)]) + body


class Wire:
    """Accepts one client after the other; `acked` holds the packet ids of their PUBACKs."""

    def __init__(self) -> None:
        self.connections = 0
        self.acked: list[int] = []
        self.writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writer = writer
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, length = await reader.readexactly(2)
                while length >= 128 and (more := (await reader.readexactly(1))[0]) is not None:
                    length = length - 128 + more * 128
                body = await reader.readexactly(length)
                match kind >> 4:
                    case 1:
                        writer.write(CONNACK)
                    case 8:
                        writer.write(b"\x90\x04" + body[:2] + b"\x01\x01")
                    case 4:
                        self.acked.append(int.from_bytes(body, "big"))
                    case 14:
                        break
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def deliver(self, packet_id: int, seq: int) -> None:
        assert self.writer is not None
        self.writer.write(publish(packet_id, seq))

    def break_off(self) -> None:
        assert self.writer is not None
        self.writer.transport.abort()


@asynccontextmanager
async def wired(sink: Recorder, **more: object) -> AsyncIterator[Wire]:
    wire = Wire()
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    driver = MqttDriver({"store": "0204", "broker": f"mqtt://127.0.0.1:{port}", "password": "x"} | more)
    try:
        await driver.start(sink)
        yield wire
    finally:
        await driver.stop()
        server.close()
        await server.wait_closed()


async def test_no_puback_before_the_commit_and_each_for_its_own_packet() -> None:
    sink = Recorder()
    async with wired(sink) as wire:
        for packet_id, seq in ((7, 1), (8, 2), (9, 3)):
            wire.deliver(packet_id, seq)
        await eventually(lambda: len(sink.said_) == 3)
        sink.said_[1].ack()
        await eventually(lambda: wire.acked)
        assert wire.acked == [8]
        sink.said_[1].ack()
        sink.said_[0].ack()
        sink.said_[2].ack()
        await eventually(lambda: len(wire.acked) == 3)
        assert wire.acked == [8, 7, 9]


async def test_an_acknowledgement_of_an_older_connection_is_void() -> None:
    """The broker gives the same packet id to another message after a reconnect."""
    sink = Recorder()
    async with wired(sink) as wire:
        wire.deliver(7, 1)
        await eventually(lambda: len(sink.said_) == 1)
        wire.break_off()
        await eventually(lambda: wire.connections == 2)
        wire.deliver(7, 2)
        await eventually(lambda: len(sink.said_) == 2)
        sink.said_[0].ack()
        wire.deliver(8, 3)
        await eventually(lambda: len(sink.said_) == 3)
        sink.said_[2].ack()
        await eventually(lambda: wire.acked)
        assert wire.acked == [8]
        sink.said_[1].ack()
        await eventually(lambda: len(wire.acked) == 2)


async def test_garbage_is_acknowledged_at_once() -> None:
    sink = Recorder()
    async with wired(sink) as wire:
        assert wire.writer is not None
        wire.writer.write(publish(7, 0))
        await eventually(lambda: sink.misspoke_)
        await eventually(lambda: wire.acked)
        assert wire.acked == [7]


async def test_what_was_open_on_a_broken_connection_takes_no_room_on_the_next() -> None:
    sink = Recorder()
    async with wired(sink, window=1) as wire:
        wire.deliver(7, 1)
        await eventually(lambda: len(sink.said_) == 1)
        wire.break_off()
        await eventually(lambda: wire.connections == 2)
        wire.deliver(1, 1)
        await eventually(lambda: len(sink.said_) == 2)
