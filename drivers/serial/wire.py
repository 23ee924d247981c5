"""A port, through pyserial: opened, read, written and closed, with one kind of error for all that can go wrong."""

import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

import serial

from drivers.serial.options import LineOptions
from drivers.serial.parity import Parity, add, strip

if sys.platform == "win32":
    _CLOSED: tuple[type[Exception], ...] = (OSError, ValueError, TypeError, AttributeError)
else:
    import termios

    _CLOSED = (OSError, ValueError, TypeError, AttributeError, termios.error)
"""What pyserial's ports raise when they cannot be opened, or have ended under their reader."""

TICK_S = 0.01
"""How long a read waits; so long does a question wait at most for its turn."""
READ_AT_ONCE = 512
"""With the tick: at most 51 kB/s are read, more than a line of 460,800 baud carries."""
_MOST_WAITING = 65_536
_WRITE_AT_ONCE = 256
_WRITE_S = 3.0
"""How long a device may take no bytes at all: a printer's buffer is full while paper moves."""
_PARITIES = {Parity.NONE: serial.PARITY_NONE, Parity.EVEN: serial.PARITY_EVEN, Parity.ODD: serial.PARITY_ODD}


class WireError(Exception):
    """The port is not there, not ours, or gone. The text is for people."""


@dataclass(slots=True)
class Wire:
    """An open port. Used by one thread."""

    _port: serial.Serial
    _line: LineOptions

    def read(self) -> bytes:
        """What has come, after at most one tick. Raises WireError when the port is gone or its buffer runs over."""
        began = time.monotonic()
        try:
            data = bytes(self._port.read(READ_AT_ONCE))
            if len(data) == READ_AT_ONCE:
                if self._port.in_waiting > _MOST_WAITING:
                    raise WireError("it sends faster than anything on a serial line can")
                time.sleep(max(0.0, began + TICK_S - time.monotonic()))  # a flood gets its share, and no more
        except _CLOSED as error:
            raise WireError(f"the port is gone: {error}") from error
        if self._line.bits == 7:
            return strip(data, self._line.parity, always=self._line.parity_in_band)
        return data

    def write(self, data: bytes) -> None:
        """Send all of it. Raises WireError when the port is gone, or takes no more bytes."""
        if self._line.parity_in_band:
            data = add(data, self._line.parity)
        try:
            for start in range(0, len(data), _WRITE_AT_ONCE):
                self._port.write(data[start : start + _WRITE_AT_ONCE])
        except _CLOSED as error:
            raise WireError(f"the port takes no bytes: {error}") from error

    def read_as(self, line: LineOptions) -> None:
        """From now on its bytes are another kind of device's: only for ways that have no settings themselves."""
        self._line = line

    def close(self) -> None:
        """Give the port back; bytes that were never taken are dropped, or closing could wait for them."""
        with suppress(*_CLOSED):
            self._port.reset_output_buffer()
        beneath = getattr(self._port, "_socket", None)
        with suppress(*_CLOSED):
            self._port.close()
        if isinstance(beneath, socket.socket):
            beneath.close()  # pyserial leaves it open where the far end has gone first


def open_wire(line: LineOptions) -> Wire:
    """Open the port as the options say. Raises WireError.

    A pseudo-terminal cannot do seven bits with parity; it is opened with eight, and the eighth is stripped here.
    """
    try:
        port = _open(line, eight_bits=line.parity_in_band)
    except _CLOSED as error:
        if line.bits == 8 or line.parity_in_band or "Invalid argument" not in str(error):
            raise WireError(f"{line.port} cannot be opened: {error}") from error
        try:
            port = _open(line, eight_bits=True)
        except _CLOSED as again:
            raise WireError(f"{line.port} cannot be opened: {again}") from again
    return Wire(port, line)


def _open(line: LineOptions, *, eight_bits: bool) -> serial.Serial:
    port = serial.serial_for_url(
        line.port,
        do_not_open=True,
        baudrate=line.baud,
        bytesize=8 if eight_bits else line.bits,
        parity=serial.PARITY_NONE if eight_bits else _PARITIES[line.parity],
        stopbits=line.stop_bits,
        timeout=TICK_S,
        # pyserial's RFC 2217 client knows no such limit; its socket gives up after five seconds by itself
        write_timeout=None if line.port.startswith("rfc2217:") else _WRITE_S + 12 * _WRITE_AT_ONCE / line.baud,
        xonxoff=line.flow == "xon",
        rtscts=line.flow == "rts",
    )
    if "://" not in line.port:
        port.exclusive = True
    port.open()
    return port
