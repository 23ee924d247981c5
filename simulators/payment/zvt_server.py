"""The terminal on a real line: a TCP port, or a pseudo-terminal with serial blocks."""

import asyncio
import contextlib
import os
import socket
import struct
import time
import tty
from collections import deque
from collections.abc import Callable
from typing import Self

from simulators.payment.zvt_terminal import Act, HangUp, Say, ZvtTerminal
from simulators.payment.zvt_words import Unblock, block


class ZvtServer:
    """A terminal that listens on TCP. One till at a time: a new connection ends the one before."""

    def __init__(self, terminal: ZvtTerminal) -> None:
        self.terminal = terminal
        self._server: asyncio.Server | None = None
        self._port = 0
        """Kept over unplugging."""
        self._writer: asyncio.StreamWriter | None = None
        self._clock = _Clock(terminal, self._carry_out)

    @property
    def address(self) -> str:
        """Where it listens, as the driver's options want it."""
        if not self._port:
            raise RuntimeError("the terminal was never switched on")
        return f"tcp://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        """Switch on, on any free port of loopback."""
        await self.plug()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Switch off."""
        self._clock.stop()
        await self.unplug()
        await asyncio.sleep(0)

    async def plug(self) -> None:
        """Its network cable is in: it listens."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        """Its network cable is out: nothing answers. Safe to call twice."""
        server, self._server = self._server, None
        self._hang_up(hard=False)
        if server is not None:
            server.close()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._hang_up(hard=False)
        self._writer = writer
        self._carry_out(self.terminal.opened(_now()))
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while self._writer is writer and (data := await reader.read(4096)):
                self._carry_out(self.terminal.hear(data, _now()))
        if self._writer is writer:
            self.terminal.closed(_now())
            self._hang_up(hard=False)
            self._clock.set()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    def _carry_out(self, acts: list[Act]) -> None:
        for act in acts:
            match act:
                case Say(data=data):
                    if self._writer is not None:
                        self._writer.write(data)
                case HangUp(hard=hard):
                    self._hang_up(hard=hard)
        self._clock.set()

    def _hang_up(self, *, hard: bool) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        if hard:
            sock: socket.socket = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()


_BLOCK_SECONDS = 0.3
_BLOCK_TRIES = 3


class ZvtPort:
    """A terminal at the end of a serial cable. Its habits must say so.

    A block that is not acknowledged is sent three times, a third of a second apart, and then given up.
    """

    def __init__(self, terminal: ZvtTerminal) -> None:
        self.terminal = terminal
        self.spoil_blocks = 0
        """How many of the next blocks go out with a wrong checksum first."""
        self.lost_ack = b""
        """The acknowledgement of the first block that begins like this gets lost."""
        self._master = self._slave = -1
        self._cut = Unblock()
        self._out: deque[bytes] = deque()
        self._tries = 0
        self._repeat: asyncio.TimerHandle | None = None
        self._clock = _Clock(terminal, self._carry_out)

    @property
    def address(self) -> str:
        """The device path."""
        return os.ttyname(self._slave)

    async def __aenter__(self) -> Self:
        """Plug in."""
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        asyncio.get_running_loop().add_reader(self._master, self._readable)
        self._clock.set()  # a transaction may be under way since before the cable was pulled
        return self

    async def __aexit__(self, *_: object) -> None:
        """Unplug."""
        self._clock.stop()
        if self._repeat is not None:
            self._repeat.cancel()
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)

    def _readable(self) -> None:
        try:
            data = os.read(self._master, 4096)
        except OSError:
            return
        for found in self._cut.feed(data):
            match found:
                case "ack":
                    self._next()
                case "nak":
                    self._send()
                case "bad":
                    self._write(b"\x15")
                case bytes(whole):
                    if self.lost_ack and whole.startswith(self.lost_ack):
                        self.lost_ack = b""
                    else:
                        self._write(b"\x06")
                    self._carry_out(self.terminal.hear(whole, _now()))

    def _carry_out(self, acts: list[Act]) -> None:
        for act in acts:
            if isinstance(act, Say) and act.noise:
                self._write(act.data)
            elif isinstance(act, Say):
                self._out.append(block(act.data))
                if len(self._out) == 1:
                    self._send()
            else:
                self._out.clear()
        self._clock.set()

    def _next(self) -> None:
        """The first block is done with; send the one behind it."""
        self._tries = 0
        if self._out:
            self._out.popleft()
        self._send()

    def _unanswered(self) -> None:
        if self._tries < _BLOCK_TRIES:
            self._send()
        else:
            self._next()

    def _send(self) -> None:
        """Send the first block that is not acknowledged."""
        if self._repeat is not None:
            self._repeat.cancel()
            self._repeat = None
        if not self._out:
            return
        self._tries += 1
        self._repeat = asyncio.get_running_loop().call_later(_BLOCK_SECONDS, self._unanswered)
        data = self._out[0]
        if self.spoil_blocks:
            self.spoil_blocks -= 1
            data = data[:-1] + bytes((data[-1] ^ 0xFF,))
        self._write(data)

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._master, data)


class _Clock:
    """Wakes a terminal when it wants to be."""

    def __init__(self, terminal: ZvtTerminal, carry_out: Callable[[list[Act]], None]) -> None:
        self._terminal, self._carry_out = terminal, carry_out
        self._timer: asyncio.TimerHandle | None = None

    def set(self) -> None:
        self.stop()
        due = self._terminal.due
        if due is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0, due - _now()) / 1000, self._ring)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        self._carry_out(self._terminal.wake(_now()))


def _now() -> int:
    return round(time.monotonic() * 1000)
