"""CAS: a PD-II that is asked (types 0/1 and 6), and an indicator that sends all the time."""

from dataclasses import dataclass, field
from functools import reduce
from operator import xor

from simulators.serial.pan import Pan

_ENQ, _DC1, _DC2 = 0x05, 0x11, 0x12


@dataclass
class CasScale:
    """`kind` is "0/1" or "6". `late_ack`: it acknowledges the request instead of the greeting."""

    pan: Pan = field(default_factory=Pan)
    kind: str = "6"
    late_ack: bool = False
    scale_type: int = 0x30
    bad_check: bool = False
    """Its block check is wrong."""
    _greeted: bool = False
    _streams: bool = False
    _last: bytes = b""

    def power_up(self) -> None:
        """It waits for a greeting."""
        self._greeted, self._streams, self._last = False, False, b""

    def speak(self, _now_ms: int) -> bytes:
        """After `W`: a frame whenever the weight has changed."""
        if not self._streams:
            return b""
        frame = self._frame()
        if frame == self._last:
            return b""
        self._last = frame
        return frame

    def hear(self, data: bytes) -> bytes:
        """Greeting, request, frame."""
        return b"".join(self._obey(byte) for byte in data)

    def _obey(self, byte: int) -> bytes:
        match byte:
            case 0x05:
                self._greeted = True
                return b"" if self.late_ack else b"\x06"
            case 0x11 | 0x12 if self._greeted:
                self._greeted = False
                if self.kind == "6" and byte == _DC2:
                    return b""  # price and total: this scale computes none
                return (b"\x06" if self.late_ack else b"") + self._frame()
            case 0x57:
                self._streams, self._last = True, b""
                return b""
            case 0x0D:
                self._streams = False
                return b""
            case _:
                return b""

    def _frame(self) -> bytes:
        return self._full() if self.kind == "6" else self._plain()

    def _plain(self) -> bytes:
        body = bytes([self.scale_type]) + f"{max(self.pan.look(), 0):05d}".encode()
        return b"\x02" + body + bytes([self._check(body)]) + b"\x03"

    def _full(self) -> bytes:
        sign, figure = " ", "FFFFFF"
        if self.pan.over:
            sign = "F"
        else:
            net = self.pan.look()
            sign = "-" if net < 0 else " "
            figure = f"{abs(net) // 1000:02d}.{abs(net) % 1000:03d}"
        body = f"{'U' if self.pan.moving else 'S'}{sign}{figure}kg".encode()
        return b"\x01\x02" + body + bytes([self._check(body)]) + b"\x03\x04"

    def _check(self, body: bytes) -> int:
        return reduce(xor, body) ^ (0x01 if self.bad_check else 0)


@dataclass
class CasIndicator:
    """22 bytes, ten times a second."""

    pan: Pan = field(default_factory=Pan)
    every_ms: int = 100
    _due: int = 0

    def power_up(self) -> None:
        """It begins to send."""
        self._due = 0

    def hear(self, _data: bytes) -> bytes:
        """It hears nothing."""
        return b""

    def speak(self, now_ms: int) -> bytes:
        """The next frame, when it is due."""
        if now_ms < self._due:
            return b""
        self._due = now_ms + self.every_ms
        head = "OL" if self.pan.over else "US" if self.pan.moving else "ST"
        net = self.pan.look()
        figure = f"{'-' if net < 0 else ''}{abs(net) // 1000}.{abs(net) % 1000:03d}".rjust(8)
        return f"{head},{'NT' if self.pan.tare else 'GS'},1A,{figure} kg\r\n".encode()
