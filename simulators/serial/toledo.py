"""A Mettler-Toledo 8217: single letters in, STX … CR out."""

from dataclasses import dataclass, field

from simulators.serial.pan import Pan

POUND_MG = 453_592


@dataclass
class ToledoScale:
    """`parity`: sends the even parity bit along, as a bare eight-bit way does. `ps60`: bit 5 is always on."""

    pan: Pan = field(default_factory=Pan)
    unit: str = "kg"
    parity: bool = False
    ps60: bool = False
    heard: bytearray = field(default_factory=bytearray)
    """Everything the host ever sent, at most 64 KiB."""
    _echo: bool = False
    _result: int = 0
    _tare: bytes | None = None

    def power_up(self) -> None:
        """Echo is off, no tare is being keyed."""
        self._echo, self._tare, self._result = False, None, 0

    def speak(self, _now_ms: int) -> bytes:
        """It never speaks by itself."""
        return b""

    def hear(self, data: bytes) -> bytes:
        """Obey each letter."""
        if len(self.heard) < 65_536:
            self.heard += data
        said = b"".join(self._obey(byte & 0x7F) for byte in data)
        return bytes(byte | (0x80 if byte.bit_count() % 2 else 0) for byte in said) if self.parity else said

    def _obey(self, byte: int) -> bytes:
        letter = chr(byte)
        if self._tare is not None and letter.isdigit():
            return self._key(letter)
        keyed, self._tare = self._tare, None
        said = self._tare_what_is_there() if keyed == b"" else b""
        match letter:
            case "W":
                return said + self._weight(self._figure(3 if self.unit == "kg" else 2))
            case "H":
                return said + self._weight(self._figure(4 if self.unit == "kg" else 3))
            case "T":
                self._tare = b""
                return said
            case "C":
                self.pan.tare = 0
                return said + self._status()
            case "Z":
                if abs(self.pan.grams) < 100:
                    self.pan.put(0)
                return said
            case "A":
                self._result = 0x40
                return said + b"\x02\r"
            case "B":
                result, self._result = self._result, 0
                return said + bytes([0x02, result, 0x0D])
            case "E":
                self._echo = True
                return said + b"\x02E\r"
            case "F":
                self._echo = False
                return said
            case _:
                return said + (bytes([byte]) if self._echo else b"")

    def _key(self, digit: str) -> bytes:
        keyed = (self._tare or b"") + digit.encode()
        if len(keyed) < 5:
            self._tare = keyed
            return b""
        self._tare = None
        self.pan.tare = int(keyed) if self.unit == "kg" else int(keyed) * POUND_MG // 100_000
        return self._status()

    def _tare_what_is_there(self) -> bytes:
        self.pan.tare = self.pan.grams
        return self._status()

    def _figure(self, decimals: int) -> str:
        if self.unit == "kg":
            whole, rest = divmod(self.pan.net * 10 ** (decimals - 3), 10**decimals)
        else:
            hundredths = (self.pan.net * 1000 * 10**decimals * 2 + POUND_MG) // (2 * POUND_MG)
            whole, rest = divmod(hundredths, 10**decimals)
        return f"{whole:02d}.{rest:0{decimals}d}"

    def _weight(self, figure: str) -> bytes:
        if self.pan.moving or self.pan.over or self.pan.net < 0:
            return self._status()
        return b"\x02" + figure.encode() + (b"N" if self.pan.tare else b"") + b"\r"

    def _status(self) -> bytes:
        status = 0x40 | 0x01 * self.pan.moving | 0x02 * self.pan.over | 0x04 * (self.pan.net < 0)
        status |= 0x10 * (self.pan.grams == 0) | 0x20 * bool(self.pan.tare or self.ps60)
        return b"\x02?" + bytes([status]) + b"\r"
