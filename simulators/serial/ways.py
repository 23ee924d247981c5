"""The ways a device hangs on: a pseudo-terminal, a TCP socket, and a device server that speaks RFC 2217."""

import os
import select
import socket
import tty
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import serial.rfc2217

from simulators.serial.machine import Faults, Machine
from simulators.serial.peer import Peer

_AT_ONCE = 4096


class TerminalPeer(Peer):
    """A pseudo-terminal behind a name that stays: `link` points to it while it is plugged in."""

    def __init__(self, machine: Machine, link: Path, faults: Faults | None = None) -> None:
        super().__init__(machine, faults)
        self._link = link
        self._ours: int | None = None
        self._theirs: int | None = None
        self.address = str(link)

    def _open(self) -> None:
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        self._link.symlink_to(os.ttyname(self._theirs))

    def _close(self) -> None:
        self._link.unlink(missing_ok=True)
        for end in (self._theirs, self._ours):
            if end is not None:
                os.close(end)
        self._ours = self._theirs = None

    def _read(self, wait_s: float) -> bytes:
        if self._ours is None or not select.select([self._ours], [], [], wait_s)[0]:
            return b""
        with suppress(OSError):
            return os.read(self._ours, _AT_ONCE)
        return b""

    def _write(self, data: bytes) -> None:
        while data and self._ours is not None and not self._ending.is_set():
            if not select.select([], [self._ours], [], 0.05)[1]:
                return  # nobody reads: a real line would lose it, too
            with suppress(OSError):
                data = data[os.write(self._ours, data) :]


class NetworkPeer(Peer):
    """A TCP server on loopback for one host at a time: what `socket://` talks to."""

    scheme = "socket"

    def __init__(self, machine: Machine, faults: Faults | None = None) -> None:
        super().__init__(machine, faults)
        with socket.socket() as finder:
            finder.bind(("127.0.0.1", 0))
            self._port = finder.getsockname()[1]
        self._server: socket.socket | None = None
        self._host: socket.socket | None = None
        self.address = f"{self.scheme}://127.0.0.1:{self._port}"

    def _open(self) -> None:
        self._server = socket.create_server(("127.0.0.1", self._port), reuse_port=False)

    def _close(self) -> None:
        for end in (self._host, self._server):
            if end is not None:
                end.close()
        self._host = self._server = None

    def _read(self, wait_s: float) -> bytes:
        ends = [end for end in (self._server, self._host) if end is not None]
        ready = select.select(ends, [], [], wait_s)[0]
        if self._server in ready and self._server is not None:
            self._greet(self._server)
            return b""
        if self._host is None or self._host not in ready:
            return b""
        try:
            data = self._host.recv(_AT_ONCE)
        except OSError:
            data = b""
        if not data:
            self._host.close()
            self._host = None
        return data

    def _greet(self, server: socket.socket) -> None:
        host, _ = server.accept()
        host.setblocking(False)
        host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._host is not None:
            self._host.close()
        self._host = host

    def _write(self, data: bytes) -> None:
        while data and self._host is not None and not self._ending.is_set():
            if not select.select([], [self._host], [], 0.05)[1]:
                return
            try:
                data = data[self._host.send(data) :]
            except BlockingIOError:
                continue
            except OSError:
                self._host.close()
                self._host = None


class TelnetPeer(NetworkPeer):
    """A device server: the same with RFC 2217's control sequences, by pyserial's own server half."""

    scheme = "rfc2217"

    def __init__(self, machine: Machine, faults: Faults | None = None) -> None:
        super().__init__(machine, faults)
        self.settings: Any = SimpleNamespace(
            baudrate=9600, bytesize=8, parity="N", stopbits=1, xonxoff=False, rtscts=False, dtr=True, rts=True,
            break_condition=False, cts=True, dsr=True, ri=False, cd=True,
            reset_input_buffer=lambda: None, reset_output_buffer=lambda: None,
        )  # fmt: skip
        """How the host set the line."""
        self._manager: serial.rfc2217.PortManager | None = None

    def _greet(self, server: socket.socket) -> None:
        super()._greet(server)
        connection: Any = SimpleNamespace(write=super()._write)
        self._manager = serial.rfc2217.PortManager(self.settings, connection)

    def _read(self, wait_s: float) -> bytes:
        data = super()._read(wait_s)
        return b"".join(self._manager.filter(data)) if self._manager is not None and data else b""

    def _write(self, data: bytes) -> None:
        super()._write(b"".join(self._manager.escape(data)) if self._manager is not None else data)
