"""A receipt as ESC/POS bytes. Pure. Text goes in the code pages that the printer has; nothing is replaced by "?"."""

import unicodedata
from collections.abc import Sequence

from drivers.base import Receipt, ReceiptLine

RESET = b"\x1b@"
DRAWER = b"\x1bp\x00\x19\xfa"
"""Pin 2, 50 ms on, 500 ms off."""
CUT = b"\x1dV\x01"
FEED_TO_CUTTER = b"\x1bd\x05"
BOLD, PLAIN = b"\x1bE\x01", b"\x1bE\x00"
TALL, NORMAL = b"\x1d!\x01", b"\x1d!\x00"
CHINESE_ON, CHINESE_OFF = b"\x1c&", b"\x1c."
"""Two-byte characters (GB 18030's two-byte part, which is GBK)."""

LONGEST_LINE, MOST_LINES, LONGEST_QR = 256, 500, 512
CHINESE = -1


class OddTextError(ValueError):
    """A character that this printer cannot print, or a receipt that is out of bounds."""


CodePages = Sequence[tuple[int, str]]
"""The n of ESC t n, and Python's name of that code page; tried in this order."""


def write_receipt(receipt: Receipt, columns: int, pages: CodePages, *, chinese: bool) -> bytes:
    """All of the receipt, from reset to cut. Raises OddTextError; then nothing of it may be sent."""
    if len(receipt.lines) > MOST_LINES:
        raise OddTextError(f"a receipt has at most {MOST_LINES} lines")
    writer = _Writer(pages, chinese=chinese)
    parts = [RESET, *(writer.line(line, columns) for line in receipt.lines)]
    if receipt.ean13:
        parts.append(_ean13(receipt.ean13))
    if receipt.qr:
        parts.append(_qr(receipt.qr))
    if receipt.cut:
        parts.append(FEED_TO_CUTTER + CUT)
    if receipt.drawer:
        parts.append(DRAWER)
    return b"".join(parts)


def width(text: str) -> int:
    """Columns that a text takes: Chinese characters are two wide."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


class _Writer:
    """Knows which code page is on, so that it is changed only where the text needs it."""

    def __init__(self, pages: CodePages, *, chinese: bool) -> None:
        self._pages = pages
        self._chinese = chinese
        self._on: int | None = None

    def line(self, line: ReceiptLine, columns: int) -> bytes:
        if len(line.left) + len(line.right) > LONGEST_LINE:
            raise OddTextError(f"a line has at most {LONGEST_LINE} characters")
        body = b"".join(self._text(row) + b"\n" for row in _rows(line, columns))
        if line.bold:
            body = BOLD + body + PLAIN
        return TALL + body + NORMAL if line.tall else body

    def _text(self, text: str) -> bytes:
        return b"".join(self._char(char) for char in text)

    def _char(self, char: str) -> bytes:
        if " " <= char <= "~":
            return char.encode("ascii")
        if not char.isprintable():
            raise OddTextError(f"the character U+{ord(char):04X} cannot be printed")
        order = sorted(range(len(self._pages)), key=lambda index: self._pages[index][0] != self._on)
        for index in order:
            number, name = self._pages[index]
            if len(said := _encode(char, name)) == 1 and said >= b"\x80":
                return self._switch(number) + said
        if self._chinese and len(said := _encode(char, "gbk")) == 2:
            return self._switch(CHINESE) + said
        raise OddTextError(f"this printer has no character {char!r} (U+{ord(char):04X})")

    def _switch(self, number: int) -> bytes:
        before, self._on = self._on, number
        if number == before:
            return b""
        if number == CHINESE:
            return CHINESE_ON
        page = b"\x1bt" + bytes([number])
        return (CHINESE_OFF if self._chinese else b"") + page


def _encode(char: str, codec: str) -> bytes:
    try:
        return char.encode(codec)
    except UnicodeEncodeError:
        return b""


def _rows(line: ReceiptLine, columns: int) -> list[str]:
    """The line, broken where it is too wide; the right part ends in the last column."""
    rows = _wrap(line.left, columns)
    if line.centred:
        return [" " * ((columns - width(row)) // 2) + row for row in rows]
    if line.right:
        room = columns - width(rows[-1]) - width(line.right)
        if width(line.right) > columns:
            raise OddTextError("the right part of a line is wider than the paper")
        if room < 1 and rows[-1]:
            rows.append("")
            room = columns - width(line.right)
        rows[-1] += " " * room + line.right
    return rows


def _wrap(text: str, columns: int) -> list[str]:
    rows, used = [""], 0
    for char in text:
        if used + width(char) > columns:
            rows.append("")
            used = 0
        rows[-1] += char
        used += width(char)
    return rows


def _ean13(digits: str) -> bytes:
    if len(digits) != 13 or not (digits.isascii() and digits.isdigit()):
        raise OddTextError("an EAN-13 has thirteen digits")
    return b"\x1dkC\x0d" + digits.encode("ascii") + b"\n"


def _qr(text: str) -> bytes:
    """Model 2, modules of six dots, error correction M, store, print."""
    data = text.encode()
    if not data.isascii() or not text.isprintable() or len(data) > LONGEST_QR:
        raise OddTextError(f"a QR code holds at most {LONGEST_QR} ASCII characters here")
    stored = _symbol(b"1P0" + data)
    return _symbol(b"1A2\x00") + _symbol(b"1C\x06") + _symbol(b"1E1") + stored + _symbol(b"1Q0")


def _symbol(body: bytes) -> bytes:
    return b"\x1d(k" + len(body).to_bytes(2, "little") + body
