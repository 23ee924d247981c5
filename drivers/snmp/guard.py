"""A socket that hears one device only, and no more of it than was asked for."""

import asyncio
import logging
from typing import Any

from pysnmp.carrier.asyncio.dgram.udp import UdpAsyncioTransport, UdpTransportAddress
from pysnmp.hlapi.v3arch.asyncio import UdpTransportTarget

log = logging.getLogger(__name__)

ANSWERS_EACH = 4
"""Datagrams that one request may bring: a report, the answer, and each once more."""
TOO_MANY = 64
"""Datagrams beyond that after which the device is no longer listened to."""


class GuardedUdp(UdpAsyncioTransport):  # type: ignore[misc]  # the library has no types
    """Connected, so that the kernel drops what strangers send; a flood is dropped before it is decoded."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__()
        self._there = address
        self._wanted = 0
        self._surplus = 0
        self.refused = False
        """The host said that nobody listens there."""

    @property
    def flooded(self) -> bool:
        """Whether the device sent so much that nobody asked for that it is not listened to any more."""
        return self._surplus > TOO_MANY

    async def connect(self) -> None:
        """Open the socket, or a fresh one in its place. Raises OSError."""
        if self.transport is not None:
            self.transport.close()
        self._wanted = self._surplus = 0
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, remote_addr=self._there)

    def send_message(self, outgoingMessage: bytes, transportAddress: object) -> None:  # noqa: N803  the library's
        """Ask; from now on so many answers are heard."""
        if self.transport is not None and not self.transport.is_closing():
            self._wanted = ANSWERS_EACH
            self.refused = False
            self.transport.sendto(outgoingMessage)

    def datagram_received(self, datagram: bytes, transportAddress: Any) -> None:  # noqa: N803
        """Hand an answer on, if one is due."""
        if self._wanted <= 0:
            self._surplus += 1
            if self.flooded and self.transport is not None:
                self.transport.close()
            return
        self._wanted -= 1
        try:
            self._callback_function(self, UdpTransportAddress(self._there), datagram)
        except Exception as error:  # noqa: BLE001  hostile bytes: the library raises whatever comes to it
            log.debug("%s:%d sent something that is no answer: %r", *self._there, error)

    def error_received(self, exc: OSError) -> None:
        """The host refused a datagram."""
        self.refused = True


class GuardedTarget(UdpTransportTarget):  # type: ignore[misc]  # the library has no types
    """Where a guarded socket leads to; one request, and one repetition."""

    def __init__(self, transport: GuardedUdp, address: tuple[str, int], timeout: float) -> None:
        self.transport_address = address
        super().__init__(timeout=timeout, retries=1)
        self._guarded = transport

    def open_client_mode(self) -> GuardedUdp:
        """The socket, which is open already."""
        return self._guarded
