"""A line to a ZVT terminal: messages out, messages in, over TCP or a serial port."""

import asyncio
import contextlib
import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

import serial

from drivers.payment.zvt.apdu import Apdu, ApduReader, encode, parse_alone
from drivers.payment.zvt.block import Block, BlockReader, Sign, encode_block

_LOG = logging.getLogger(__name__)
_OPEN_SECONDS = 5.0
_BLOCK_SECONDS = 5.0
_CLOSE_SECONDS = 0.5
_BLOCK_TRIES = 3
_READ_SECONDS = 0.05
_MOST_WAITING = 64
_AT_ONCE = 512
"""Bytes: what is cut into messages in one go keeps everybody else waiting."""


class LineBrokenError(Exception):
    """The line cannot be opened, ended, or carried noise. Says why, and never what was heard: it may be card data."""


class Link(ABC):
    """One connection. Every method raises LineBrokenError when the line is gone."""

    @abstractmethod
    async def send(self, apdu: Apdu) -> None:
        """Hand one message to the line."""

    @abstractmethod
    async def receive(self) -> Apdu:
        """The next message; waits for as long as it takes."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of the line. Safe to call twice."""


class TcpLink(Link):
    """Messages back to back on a TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._cut = ApduReader()
        self._waiting: list[Apdu] = []

    @classmethod
    async def open(cls, host: str, port: int) -> "TcpLink":
        """Connect. Raises LineBrokenError."""
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                return cls(*await asyncio.open_connection(host, port))
        except (OSError, TimeoutError) as error:
            raise LineBrokenError(f"nothing answers at {host}:{port}") from error

    async def send(self, apdu: Apdu) -> None:
        """Write and drain."""
        try:
            self._writer.write(encode(apdu))
            async with asyncio.timeout(_OPEN_SECONDS):
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise LineBrokenError("the terminal closed the connection") from error

    async def receive(self) -> Apdu:
        """Read until a message is whole."""
        while not self._waiting:
            try:
                data = await self._reader.read(_AT_ONCE)
            except OSError as error:
                raise LineBrokenError("the connection broke") from error
            if not data:
                raise LineBrokenError("the terminal closed the connection")
            self._waiting += self._cut.feed(data)
            if self._cut.noise and not self._waiting:
                raise LineBrokenError("the terminal sent something that is no ZVT")
        return self._waiting.pop(0)

    async def close(self) -> None:
        """Close the socket, whatever state it is in."""
        self._writer.close()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self._writer.transport.abort()  # it does not even take our last bytes


class SerialLink(Link):
    """Blocks on a serial line: each is acknowledged, and repeated up to three times when it came broken.

    One thread reads the port; all else happens on the event loop.
    """

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._loop = asyncio.get_running_loop()
        self._cut = BlockReader()
        self._signs: asyncio.Queue[Sign] = asyncio.Queue()
        self._messages: asyncio.Queue[Apdu | None] = asyncio.Queue()
        self._room = threading.Semaphore(_MOST_WAITING)
        self._closing = threading.Event()
        self._writing = asyncio.Lock()
        self._answers: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._read, name="zvt-serial")
        self._thread.start()

    @classmethod
    async def open(cls, url: str, baudrate: int) -> "SerialLink":
        """Open a device path, `socket://` or `rfc2217://`: 8 bits, no parity, two stop bits [C].

        Raises LineBrokenError.
        """
        try:
            port = await asyncio.to_thread(
                serial.serial_for_url, url, baudrate=baudrate, stopbits=serial.STOPBITS_TWO, timeout=_READ_SECONDS,
                write_timeout=_OPEN_SECONDS,
            )  # fmt: skip
        except (serial.SerialException, OSError, ValueError) as error:
            raise LineBrokenError("the serial port cannot be opened") from error
        with contextlib.suppress(serial.SerialException, OSError):
            await asyncio.to_thread(port.reset_input_buffer)  # nothing that was said before we came counts
        return cls(port)

    async def send(self, apdu: Apdu) -> None:
        """Send one block and wait until the terminal has it.

        Repeated only when the terminal says that it came broken: after silence it may have come whole, and a command
        must not be given twice.
        """
        block = encode_block(encode(apdu))
        while not self._signs.empty():
            self._signs.get_nowait()
        for _ in range(_BLOCK_TRIES):
            await self._write(block)
            try:
                async with asyncio.timeout(_BLOCK_SECONDS):
                    if await self._signs.get() is Sign.ACK:
                        return
            except TimeoutError as error:
                raise LineBrokenError("the terminal does not acknowledge on the serial line") from error
        raise LineBrokenError("the terminal hears nothing but noise on the serial line")

    async def receive(self) -> Apdu:
        """The next whole message."""
        message = await self._messages.get()
        if message is None:
            self._messages.put_nowait(None)
            raise LineBrokenError("the serial line broke")
        return message

    async def close(self) -> None:
        """End the reading thread and close the port."""
        self._closing.set()
        await asyncio.to_thread(self._thread.join)
        for task in list(self._answers):
            with contextlib.suppress(LineBrokenError):
                await task
        with contextlib.suppress(serial.SerialException, OSError):
            await asyncio.to_thread(self._port.close)

    async def _write(self, data: bytes) -> None:
        try:
            async with self._writing:
                await asyncio.to_thread(self._port.write, data)
        except (serial.SerialException, OSError) as error:
            raise LineBrokenError("the serial line broke") from error

    def _read(self) -> None:
        """Runs in its own thread until the link is closed or the port is gone."""
        while not self._closing.is_set():
            try:
                data = self._port.read(max(1, min(self._port.in_waiting, 4096)))
            except (serial.SerialException, OSError, TypeError):  # TypeError: pyserial's port was pulled under its feet
                self._call(self._gone, b"")
                return
            if data:
                self._call(self._heard, bytes(data))

    def _call(self, heard: Callable[[bytes], None], data: bytes) -> None:
        """On the event loop, which may lag behind by a few pieces and no more."""
        while not self._room.acquire(timeout=_READ_SECONDS):
            if self._closing.is_set():
                return
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(heard, data)

    def _gone(self, _: bytes) -> None:
        self._messages.put_nowait(None)

    def _heard(self, data: bytes) -> None:
        self._room.release()
        for found in self._cut.feed(data):
            match found:
                case Block(data=whole) if self._messages.qsize() < _MOST_WAITING:
                    self._answer(b"\x06")
                    apdu = parse_alone(whole)
                    if apdu is not None:
                        self._messages.put_nowait(apdu)
                case Sign.BROKEN:
                    self._answer(b"\x15")
                case Sign() as sign if self._signs.qsize() < _MOST_WAITING:
                    self._signs.put_nowait(sign)
                case _:
                    _LOG.debug("the terminal talks faster than anybody listens; it will repeat")

    def _answer(self, sign: bytes) -> None:
        task = self._loop.create_task(self._write(sign))
        self._answers.add(task)
        task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._answers.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _LOG.debug("a serial acknowledgement could not be written: the line is gone")
