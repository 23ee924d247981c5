"""A Datalogic scanner-scale on a single cable: `S11` and `S14`, and labels in between."""

from dataclasses import dataclass, field

from simulators.serial.pan import Pan


@dataclass
class ScannerScale:
    """Speaks kilograms (five digits) or pounds (four)."""

    pan: Pan = field(default_factory=Pan)
    unit: str = "kg"
    _line: bytes = b""

    def power_up(self) -> None:
        """Half a command is forgotten."""
        self._line = b""

    def speak(self, _now_ms: int) -> bytes:
        """The scale never speaks by itself."""
        return b""

    def hear(self, data: bytes) -> bytes:
        """Answer each command that a CR completes."""
        said = b""
        for byte in data:
            if byte != 0x0D:
                self._line = (self._line + bytes([byte]))[-16:]
                continue
            line, self._line = self._line, b""
            if line.endswith(b"S11") and self._why() == "4":
                said += b"S11" + self._digits() + b"\r"
            if line.endswith(b"S14"):
                why = self._why()
                said += b"S14" + why.encode() + (self._digits() if why == "4" else b"") + b"\r"
        return said

    def _why(self) -> str:
        if self.pan.moving:
            return "1"
        if self.pan.over:
            return "2"
        if self.pan.grams < 0:
            return "5"
        return "4" if self.pan.grams else "3"

    def _digits(self) -> bytes:
        if self.unit == "kg":
            return f"{self.pan.grams:05d}".encode()
        return f"{(self.pan.grams * 100_000 + 226_796) // 453_592:04d}".encode()
