"""Byte peers on sockets: `python -m tests.bench.broken.far_lines KIND COUNT`, or with one more word, the odd one.

KIND is "scale", "scanner", "printer" or "terminal". A scanner's label says when it was held into the light.
"""

import asyncio
import sys
import time
from contextlib import AsyncExitStack
from typing import Any

from simulators.payment import Bank, Habits, ZvtServer, ZvtTerminal
from simulators.payment.zvt_words import message
from simulators.serial import Faults, Machine, NetworkPeer, Pan, Printer, Scanner, ToledoScale
from tests.bench.broken.rig import Break, give_way, obey

SERIAL_FAULTS = {
    None: Faults(),
    Break.HANGS: Faults(silent=True),
    Break.FLOODS: Faults(flood=True),
    Break.MISSPEAKS: Faults(noise=b"\x02\x02?\xff\x00" * 5 + b"\r\n", cut_to=5),
}
ANSWERS = {"scale": ToledoScale, "scanner": Scanner, "printer": Printer}
CARD_MS = 20


class Lines:
    """Serial devices, each on a port of its own."""

    def __init__(self, peers: list[NetworkPeer]) -> None:
        self._peers = peers

    async def do(self, order: dict[str, Any]) -> Any:
        """Break, or hold a label in front of every scanner."""
        if "fault" in order:
            for peer in self._peers:
                peer.faults = SERIAL_FAULTS[Break(order["fault"]) if order["fault"] else None]
            return {}
        for peer in self._peers:
            machine: Any = peer.machine
            with peer.lock:
                machine.scan(f"{time.monotonic_ns():019}", "C1")
        return {}


class BrokenTerminal:
    """A ZVT terminal; broken, its port accepts whoever calls and hangs, floods or misspeaks."""

    def __init__(self, server: ZvtServer) -> None:
        self._server = server
        self._fault: Break | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def do(self, order: dict[str, Any]) -> Any:
        """Break."""
        self._fault = Break(order["fault"]) if order["fault"] else None
        for writer in self._open:
            writer.transport.abort()
        return {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One till's connection."""
        self._open.add(writer)
        try:
            if self._fault is None:
                await self._relay(reader, writer)
            while self._fault is Break.HANGS and await reader.read(4096):
                pass
            while self._fault is Break.MISSPEAKS and await reader.read(4096):
                writer.write(b"\xff\x00\x10" * 50)
            while self._fault is Break.FLOODS:
                writer.write(message("04FF", b"\x0e") * 200)  # "please wait", without end
                await writer.drain()
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._server.address.removeprefix("tcp://").split(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))

        async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            while data := await source.read(4096):
                target.write(data)

        both = [asyncio.create_task(carry(reader, far_writer)), asyncio.create_task(carry(far_reader, writer))]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            far_writer.close()


async def terminals(stack: AsyncExitStack, count: int, odd: bool) -> None:
    """Serve terminals until the input ends."""
    servers = [
        await stack.enter_async_context(ZvtServer(ZvtTerminal(Bank(), Habits(card_ms=CARD_MS)))) for _ in range(count)
    ]
    if not odd:
        await obey([server.address for server in servers], _nothing)
        return
    broken = BrokenTerminal(servers[0])
    server = await asyncio.start_server(broken.serve, "127.0.0.1", 0)
    await obey([f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"], broken.do)
    server.close()


async def _nothing(_: dict[str, Any]) -> Any:
    return {}


async def main(kind: str, count: int, odd: bool) -> None:
    """Serve until the input ends."""
    if odd:
        give_way()
    async with AsyncExitStack() as stack:
        if kind == "terminal":
            await terminals(stack, count, odd)
            return
        machines: list[Machine] = [ToledoScale(Pan(500)) if kind == "scale" else ANSWERS[kind]() for _ in range(count)]
        peers = [stack.enter_context(NetworkPeer(machine)) for machine in machines]
        await obey([peer.address for peer in peers], Lines(peers).do)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:] == ["odd"]))
