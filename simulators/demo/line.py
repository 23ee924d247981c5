"""The line between store and head office, with scissors: a TCP relay that can be cut and mended, or lose answers."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

HANDSHAKE_SECONDS = 0.5
"""A connection older than this has agreed on its keys: what comes back on it is an answer."""


class Line:
    """Relays loopback connections to a port. While cut, nothing gets through and nothing new is taken."""

    def __init__(self, to_port: int) -> None:
        self.to_port = to_port
        """Where it leads; new connections see a change."""
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._relays: set[asyncio.Task[None]] = set()
        self.port = 0
        self.is_cut = False
        self.turned_away = 0
        """How often somebody called while it was cut."""
        self.answers_to_lose = 0
        """So many of the next answers do not get through: their connections break instead."""

    async def start(self) -> None:
        """Begin to relay on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End every connection and stop."""
        self.cut()
        if self._server is not None:
            self._server.close()
        for task in list(self._relays):
            task.cancel()
        await asyncio.gather(*self._relays, return_exceptions=True)

    def cut(self) -> None:
        """Cut the line: open connections break, new ones are refused."""
        self.is_cut = True
        for writer in list(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections through again."""
        self.is_cut = False

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            self.turned_away += 1
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to_port)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, far_writer}
        since = asyncio.get_running_loop().time()
        relays = [
            asyncio.create_task(_pump(reader, far_writer, lambda: False)),
            asyncio.create_task(_pump(far_reader, writer, lambda: self._loses_answer(since))),
        ]
        self._relays |= set(relays)
        try:
            await asyncio.wait(relays, return_when=asyncio.ALL_COMPLETED)
        finally:
            self._relays -= set(relays)
            self._open -= {writer, far_writer}
            for end in (writer, far_writer):
                end.transport.abort()

    def _loses_answer(self, since: float) -> bool:
        """Whether what just came back on a connection of this age is lost."""
        if self.answers_to_lose == 0 or asyncio.get_running_loop().time() - since < HANDSHAKE_SECONDS:
            return False
        self.answers_to_lose -= 1
        return True


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, loses: Callable[[], bool]) -> None:
    with suppress(OSError):
        while data := await reader.read(1 << 16):
            if loses():
                writer.transport.abort()
                return
            writer.write(data)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.write_eof()
