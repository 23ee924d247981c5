"""Reading what a terminal says: only the fields we need, card data masked before it becomes anything of ours.

Lengths are those of KIOSK_PROTOCOLS 4.1 [C], the rest from public clients' tables [C]. A field of unknown length
ends the reading:
what stands behind it is not guessed.
"""

from dataclasses import dataclass, replace

from drivers.payment.masking import last_four, plain

_FIXED = {
    0x01: 1, 0x02: 1, 0x03: 1, 0x04: 6, 0x05: 1, 0x0B: 3, 0x0C: 3, 0x0D: 2, 0x0E: 2, 0x17: 2, 0x19: 1, 0x27: 1,
    0x29: 4, 0x2A: 15, 0x37: 3, 0x3A: 2, 0x3B: 8, 0x49: 2, 0x87: 2, 0x88: 3, 0x8A: 1, 0x8C: 1, 0xA0: 1, 0xAA: 3,
    0xBA: 5, 0xD0: 1, 0xD2: 1, 0xD3: 1,
}  # fmt: skip
_LLVAR = frozenset({0x22, 0x23, 0x2D, 0x8B, 0xA7, 0xD1, *range(0xF1, 0xF9)})
_LLLVAR = frozenset({0x24, 0x2E, 0x3C, 0x60, 0x9A, 0xAF})
_TLV = 0x06


@dataclass(frozen=True, slots=True)
class Status:
    """A status information (04 0F), or the fields of another message. None: the field was not there."""

    result: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    """ISO 4217 number, three digits."""
    trace: str | None = None
    receipt: str | None = None
    original_trace: str | None = None
    """There on a reversal: the trace of what it took back."""
    brand: str = ""
    last_four: str = ""

    @property
    def mark(self) -> str:
        """What tells this transaction from the one before and the one after: receipt and trace number."""
        return f"{self.receipt or ''}/{self.trace or ''}"

    @property
    def card(self) -> str:
        """Brand and last four digits, for people."""
        return " ".join(part for part in (self.brand, self.last_four) if part)


def read_status(data: bytes) -> Status:
    """The fields of a status information. Never raises; what cannot be read is left out."""
    status, at = Status(), 0
    while at < len(data):
        tag = data[at]
        span = _span(tag, data, at + 1)
        if span is None:
            break
        start, end = span
        if end > len(data):
            break
        status = _take(status, tag, data[start:end])
        at = end
    return status


def _span(tag: int, data: bytes, at: int) -> tuple[int, int] | None:
    """Where a field's value begins and ends; None when its length is not known."""
    if tag in _FIXED:
        return at, at + _FIXED[tag]
    if tag in _LLVAR or tag in _LLLVAR:
        digits = 2 if tag in _LLVAR else 3
        length = _var_length(data[at : at + digits], digits)
        return None if length is None else (at + digits, at + digits + length)
    if tag == _TLV:
        found = tlv_length(data, at)
        return None if found is None else (found[0], found[0] + found[1])
    return None


def _var_length(head: bytes, digits: int) -> int | None:
    """LLVAR and LLLVAR: one decimal digit in the low half of each byte, 0xF in the high half."""
    if len(head) < digits or any(byte >> 4 != 0xF or byte & 0xF > 9 for byte in head):
        return None
    length = 0
    for byte in head:
        length = length * 10 + (byte & 0xF)
    return length


def tlv_length(data: bytes, at: int) -> tuple[int, int] | None:
    """BER length: where the value begins and how long it is. One byte, or 0x81 and 0x82 with one and two more."""
    if at >= len(data):
        return None
    first = data[at]
    if first < 0x80:
        return at + 1, first
    more = first & 0x7F
    if more not in (1, 2) or at + 1 + more > len(data):
        return None
    return at + 1 + more, int.from_bytes(data[at + 1 : at + 1 + more], "big")


def _take(status: Status, tag: int, value: bytes) -> Status:
    match tag:
        case 0x27:
            return replace(status, result=value[0])
        case 0x04:
            amount = bcd(value)
            return status if amount is None else replace(status, amount_minor=int(amount))
        case 0x49:
            currency = bcd(value)
            return status if currency is None else replace(status, currency=currency[-3:])
        case 0x0B:
            return replace(status, trace=bcd(value))
        case 0x37:
            return replace(status, original_trace=bcd(value))
        case 0x87:
            return replace(status, receipt=bcd(value))
        case 0x8B:
            return replace(status, brand=plain(text(value.rstrip(b"\x00"))))
        case 0x22:  # the card number: nothing but its end leaves this line
            return replace(status, last_four=last_four(value[-3:].hex().rstrip("f")[-4:]))
        case _:
            return status


def bcd(value: bytes) -> str | None:
    """Packed decimal digits as text; None when a half byte is none."""
    digits = value.hex()
    return digits if digits.isdecimal() else None


def text(value: bytes) -> str:
    """ZVT's text: code page 437 [K], which has a character for every byte."""
    return value.decode("cp437")


def read_lines(control: int, data: bytes) -> list[str]:
    """Lines to print, masked: of a print line (06 D1) or a text block (06 D3)."""
    if control == 0x06D1:
        return [plain(text(data[1:]))] if data else []
    if data[:1] != b"\x06" or (span := tlv_length(data, 1)) is None:
        return []
    return _block_lines(data[span[0] : span[0] + span[1]])


def _block_lines(data: bytes) -> list[str]:
    """Text lines (tag 07) inside print-texts (tag 25) [C]; anything else is passed over."""
    lines: list[str] = []
    at = 0
    while at < len(data):
        tag = data[at]
        at += 1
        while tag & 0x1F == 0x1F and at < len(data) and data[at] & 0x80:
            at += 1
        at += tag & 0x1F == 0x1F
        span = tlv_length(data, at)
        if span is None or span[0] + span[1] > len(data):
            break
        value = data[span[0] : span[0] + span[1]]
        if tag == 0x25:
            lines += _block_lines(value)
        elif tag == 0x07:
            lines.append(plain(text(value)))
        at = span[0] + span[1]
    return lines
