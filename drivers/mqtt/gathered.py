"""A socket for paho that reads and writes in large pieces.

paho asks for every packet in three reads and sends every acknowledgement by itself. Each of these calls lets go of
the interpreter and has to win it back from the thread that writes to disk, which costs more than the call. Here one
read serves many packets, and what is sent leaves together when the link says so.
"""

import socket
from contextlib import suppress

from paho.mqtt.client import Client, MQTTMessage

_PIECE = 64 * 1024
_WAITING = 1024 * 1024
"""Bytes that may wait to leave; past that a send is refused for now, as by a socket that is full."""


class GatheredSocket:
    """Looks like a non-blocking socket to paho. For one thread."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._read = b""
        self._at = 0
        self._leaving = bytearray()

    @property
    def unread(self) -> bool:
        """Whether bytes were received that paho has not asked for yet; no poll tells of them."""
        return self._at < len(self._read)

    @property
    def unsent(self) -> bool:
        """Whether bytes wait to leave."""
        return bool(self._leaving)

    def recv(self, most: int) -> bytes:
        """Up to so many bytes; none at the end of the connection. Raises BlockingIOError when none are there."""
        if self._at >= len(self._read):
            self._read, self._at = self._sock.recv(_PIECE), 0
        start, self._at = self._at, self._at + most
        return self._read[start : self._at]

    def send(self, data: bytes | bytearray) -> int:
        """Take bytes to send at the next `flush`. Raises BlockingIOError while too many wait."""
        if len(self._leaving) >= _WAITING:
            raise BlockingIOError
        self._leaving += data
        return len(data)

    def flush(self) -> None:
        """Send what waits, as far as the connection takes it. A broken one is told by the next `recv`."""
        if not self._leaving:
            return
        try:
            del self._leaving[: self._sock.send(self._leaving)]
        except BlockingIOError:
            pass
        except OSError:
            self._leaving.clear()

    def setblocking(self, flag: bool) -> None:
        """As a socket's own."""
        self._sock.setblocking(flag)

    def fileno(self) -> int:
        """As a socket's own."""
        return self._sock.fileno()

    def close(self) -> None:
        """Send what still goes at once, a goodbye above all, and close. Safe to call twice."""
        with suppress(OSError):
            self.flush()
        self._sock.close()


class GatheredClient(Client):
    """A paho client over a GatheredSocket; whoever drives it flushes, from one thread.

    It overrides two names of paho's inside. Where another release calls them otherwise, paho's own come back: slower,
    and as right as before.
    """

    gathered: GatheredSocket | None = None

    def holds(self, sock: GatheredSocket) -> bool:
        """Whether this is the connection still."""
        return self.socket() is sock

    def acknowledge(self, packet_id: int) -> bool:
        """Put a PUBACK (MQTT 3.1.1, 3.4) among what leaves at the next flush; False when nothing more fits for now.

        paho's own `ack` makes an entry in its queue for each, which costs more than reading the message did.
        """
        if self.gathered is None:
            return False
        try:
            self.gathered.send(b"\x40\x02" + packet_id.to_bytes(2, "big"))
        except BlockingIOError:
            return False
        return True

    def _create_socket(self) -> GatheredSocket:
        self.gathered = GatheredSocket(self._create_socket_connection())
        return self.gathered

    def _handle_on_message(self, message: MQTTMessage) -> None:
        """To the one listener, without looking through filters by topic that nobody has set."""
        if (listener := self.on_message) is not None:
            listener(self, None, message)
