"""Labels out of a scanner's bytes: prefix, AIM identifier, data, suffix, CR or LF. Pure, bounded, never raises.

A scanner that acts like a keyboard sends no end; there a pause ends the label, told by `quiet`.
"""

import re
from dataclasses import dataclass

from drivers.serial.framing import CR, GS, LF

LONGEST = 4400
"""A full QR code holds 4,296 characters."""
SHORTEST = 6
"""Shorter than any article number that scanners read (UPC-E): noise."""
_AIM = re.compile(rb"\]([A-Za-z][0-9A-Za-z])")

ENABLE, DISABLE, IDENTIFY = b"E", b"D", b"i"
"""Commands of many scanners; the third is Metrologic's."""


@dataclass(frozen=True, slots=True)
class Label:
    """`symbology` is the AIM identifier without its bracket, or ""."""

    symbology: str
    text: str


class LabelParser:
    """Feed it bytes; it gives back labels. `identifiers`: a label without an AIM identifier is not taken."""

    def __init__(self, prefix: bytes = b"", suffix: bytes = b"", *, identifiers: bool = False) -> None:
        self._prefix = prefix
        self._suffix = suffix
        self._identifiers = identifiers
        self._held = bytearray()
        self._spoilt = False
        self.noise = b""
        """The last 64 bytes of a line that was no label."""

    def feed(self, data: bytes) -> list[Label]:
        """The labels that these bytes complete."""
        labels: list[Label] = []
        for byte in data:
            if byte in (CR, LF):
                labels += self.quiet()
            elif len(self._held) < LONGEST:
                self._held.append(byte)
            else:
                self._spoilt = True
        return labels

    def quiet(self) -> list[Label]:
        """A line has ended, or nothing came for a while: at most one label."""
        line, spoilt = bytes(self._held), self._spoilt
        self.reset()
        if not line:
            return []
        label = None if spoilt else self._read(line)
        if label is None:
            self.noise = line[:64]
            return []
        return [label]

    def reset(self) -> None:
        """Forget what was held: the link was lost in between."""
        self._held.clear()
        self._spoilt = False

    @property
    def holds(self) -> bool:
        """Whether a label has begun."""
        return bool(self._held)

    def _read(self, line: bytes) -> Label | None:
        if not (line.startswith(self._prefix) and line.endswith(self._suffix)):
            return None
        line = line[len(self._prefix) : len(line) - len(self._suffix)]
        aim = _AIM.match(line)
        if aim is None and self._identifiers:
            return None
        symbology = aim[1].decode("ascii") if aim else ""
        try:
            text = line[aim.end() if aim else 0 :].decode()
        except UnicodeDecodeError:
            return None
        if len(text) < SHORTEST or not all(char == chr(GS) or char.isprintable() for char in text):
            return None
        if symbology[:1] == "E" and not _is_ean(text):
            return None
        return Label(symbology, text)


def _is_ean(text: str) -> bool:
    """Whether this is an EAN-8, UPC-A or EAN-13 whose check digit is right. UPC-E comes expanded, as AIM says."""
    digits = text[:13] if len(text) in (15, 18) else text  # two or five more digits are an add-on
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (8, 12, 13):
        return False
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return weighted % 10 == 0
