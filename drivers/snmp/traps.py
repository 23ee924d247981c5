"""Traps are hints. Nothing in one is believed, so nothing in it is read but where it came from."""

import asyncio
from collections.abc import Callable

LEAST, SEQUENCE = 20, 0x30
"""No SNMP message is shorter, and each begins like this."""


class TrapPort(asyncio.DatagramProtocol):
    """Hears traps on a UDP port; `heard(address)` is told of each that looks like one."""

    def __init__(self, heard: Callable[[str], None]) -> None:
        self._heard = heard
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self, bind: str, port: int) -> tuple[str, int]:
        """Listen. Raises OSError. Returns the address."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(bind, port))
        name: tuple[str, int] = self._transport.get_extra_info("sockname")
        return name

    def close(self) -> None:
        """Hear no more."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Something came."""
        if len(data) >= LEAST and data[0] == SEQUENCE:
            self._heard(addr[0])
