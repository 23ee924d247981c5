"""A scale in the manner of NCI: a letter and CR in; LF … CR ETX out."""

from dataclasses import dataclass, field

from simulators.serial.pan import Pan


@dataclass
class NciScale:
    """`eager`: it gives a weight while the pan moves, too, as its status bits would tell who knows them."""

    pan: Pan = field(default_factory=Pan)
    eager: bool = False
    _line: bytes = b""

    def power_up(self) -> None:
        """Half a command is forgotten."""
        self._line = b""

    def speak(self, _now_ms: int) -> bytes:
        """It never speaks by itself."""
        return b""

    def hear(self, data: bytes) -> bytes:
        """Answer each command that a CR completes."""
        said = b""
        for byte in data:
            if byte != 0x0D:
                self._line = (self._line + bytes([byte & 0x7F]))[-16:]
                continue
            line, self._line = self._line, b""
            said += self._obey(line[-1:])
        return said

    def _obey(self, letter: bytes) -> bytes:
        if letter not in (b"W", b"H", b"Z", b"U", b"M"):
            return b"\n?\r\x03"
        refused = (self.pan.moving and not self.eager) or self.pan.over or self.pan.net < 0
        status = f"S{0x3130 if self.pan.moving else 0x3030:04x}\r\x03".encode()
        if letter != b"W" or refused:
            return b"\n" + status
        net = self.pan.look()
        return f"\n{net // 1000:02d}.{net % 1000:03d}kg\r\n".encode() + status
