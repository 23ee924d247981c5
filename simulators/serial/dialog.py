"""A Dialog 06 scale: takes a price, computes the total, and now and then wants the till to prove that it may sell."""

import random
import re
from dataclasses import dataclass, field

from simulators.serial.pan import Pan

INVENTED_POLYNOMIAL = 0x5A35
"""Made up for simulated scales; has nothing to do with any vendor's."""
_RECORD = re.compile(rb"\x04\x02([0-9]{2})((?:\x1b[^\x1b\x03]*)*)\x03", re.DOTALL)


@dataclass
class DialogScale:
    """`polynomial` 0 never asks, as Dialog 02 and 04. Each weighing is given out once, until the pan has moved."""

    pan: Pan = field(default_factory=Pan)
    polynomial: int = INVENTED_POLYNOMIAL
    verdict_later: bool = False
    """It acknowledges the proof and gives its verdict at the next enquiry."""
    trust: int = 50
    """Weighings until it wants the next proof."""
    challenges: int = 0
    weighings: int = 0
    unthanked: int = 0
    """Answers that the till did not answer by EOT."""
    draw: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311  no secret
    _trust: int = 0
    _price: int | None = None
    _sold_at: int = -1
    _z: int = 0
    _pending: bytes = b""
    _status: str = "00"
    _heard: bytes = b""
    _owed: bool = False

    def power_up(self) -> None:
        """After power-up it trusts nobody."""
        self._trust, self._price, self._heard, self._pending, self._owed = 0, None, b"", b"", False

    def speak(self, _now_ms: int) -> bytes:
        """It never speaks by itself."""
        return b""

    def hear(self, data: bytes) -> bytes:
        """Enquiries and records, whole ones only."""
        self._heard = (self._heard + bytes(byte & 0x7F for byte in data))[-256:]
        said = b""
        while self._heard:
            if self._owed:
                self._owed = False
                self.unthanked += not self._heard.startswith(b"\x04")
            found = _RECORD.match(self._heard)
            if self._heard.startswith(b"\x04\x05"):
                self._heard = self._heard[2:]
                said += self._enquiry()
            elif found:
                self._heard = self._heard[found.end() :]
                said += self._record(found[1].decode(), [part.decode() for part in found[2].split(b"\x1b")[1:]])
            elif re.match(rb"\x04(\x02[^\x03]*)?$", self._heard):
                break  # may go on
            else:
                self._heard = self._heard[1:]
        return said

    def _record(self, number: str, fields: list[str]) -> bytes:
        match number:
            case "01" | "03" | "04" | "05":
                if not fields or not re.fullmatch("[0-9]{6}", fields[0]):
                    return self._fail("11")
                if number in ("03", "05") and not re.fullmatch("[0-9]{4}", fields[1]):
                    return self._fail("12")
                self._price = int(fields[0])
                self.pan.tare = int(fields[1]) if number in ("03", "05") else 0
                return b"\x06"
            case "08":
                status, self._status = self._status, "00"
                return self._say(f"09\x1b{status}")
            case "10":
                good = len(fields) == 1 and self._is_proof(fields[0])
                self._trust = self.trust if good else 0
                verdict = f"11\x1b{1 if good else 0}"
                if self.verdict_later:
                    self._pending = verdict.encode()
                    return b"\x06"
                return self._say(verdict)
            case _:
                return self._fail("10")

    def _fail(self, code: str) -> bytes:
        self._status, self._trust = code, 0
        return b"\x15"

    def _enquiry(self) -> bytes:
        if self._pending:
            pending, self._pending = self._pending, b""
            return self._say(pending.decode())
        if self.polynomial and self._trust == 0:
            self._z = self.draw.randrange(128)
            self.challenges += 1
            return self._say("11\x1b2" + chr(self._z))
        code = self._why_not()
        if code:
            return self._say(f"09\x1b{code}")
        self._trust = max(self._trust - 1, 0)
        self._sold_at = self.pan.moves
        self.weighings += 1
        price, self._price = self._price or 0, None
        total = (price * self.pan.net * 2 + 1000) // 2000
        return self._say(f"02\x1b3\x1b{self.pan.net:05d}\x1b{price:06d}\x1b{total:06d}")

    def _why_not(self) -> str:
        if self._price is None:
            return "22"
        if self.pan.moving:
            return "20"
        if self.pan.over:
            return "32"
        if self.pan.net < 0:
            return "31"
        if self.pan.net < 20:
            return "30"
        return "21" if self._sold_at == self.pan.moves else ""

    def _is_proof(self, text: str) -> bool:
        """Whether the till computed what this scale computes: a long division of CS·2^16 in GF(2)."""
        if not re.fullmatch("[0-9A-F]{8}", text):
            return False
        left, right = divmod(self._z, 16)
        sent, rest = int(text[:4], 16), int(text[4:], 16)
        bits = f"{sent:016b}"
        number = int(bits[-left:] + bits[:-left], 2) if left else sent
        value, divisor = number << 16, (1 << 16 | self.polynomial) << 15
        for place in range(31, 15, -1):
            if value >> place & 1:
                value ^= divisor
            divisor >>= 1
        bits = f"{rest:016b}"
        return (int(bits[right:] + bits[:right], 2)) == value

    def _say(self, body: str) -> bytes:
        self._owed = True
        return b"\x02" + body.encode("latin-1") + b"\x03"
