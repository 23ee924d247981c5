"""What a shopper holds in the end: the receipt, read off the paper as it was printed, and what they remember."""

import re
from dataclasses import dataclass, replace

_AMOUNT = re.compile(r"^(?P<words>.*?)\s+(?P<amount>[\d.]+,\d{2}) (?:€|EUR)$")
_WEIGHED = re.compile(r"(?P<grams>\d+) g x (?P<each>[\d.]+,\d{2}) (?:€|EUR)/kg")
_RULE = re.compile(r"-[\d,]+ % \((?P<rule>[A-Za-z0-9._-]+)\)\s*$")
_PIECES = re.compile(r"(?P<pieces>\d+) x (?P<each>[\d.]+,\d{2}) (?:€|EUR)")
TOTAL = "Total"


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line: what it cost, and what a piece or a kilogram cost. `quantity`: pieces or grams.

    `rule`: by which it was cheaper for a member.
    """

    total_minor: int
    minor: int
    quantity: int
    per: str = "each"
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A printed receipt."""

    receipt: str
    lines: tuple[PaperLine, ...]
    total_minor: int


@dataclass(frozen=True, slots=True)
class Bought:
    """What a shopper remembers of one visit: what went over the scanner, and when the button to pay was pressed.

    `at` is UTC epoch milliseconds; `paper` is None where nothing readable came out of the printer.
    """

    items: tuple[str, ...]
    at: int
    paper: Paper | None


def read_paper(text: str, codes: tuple[str, ...]) -> Paper | None:
    """Read a receipt: its number is its QR code, and stands on it too. None when it does not make sense."""
    rows = text.splitlines()
    if len(codes) != 1 or not any(row.rstrip().endswith(codes[0]) for row in rows):
        return None
    lines: list[PaperLine] = []
    for row in rows:
        if found := _AMOUNT.match(row):
            amount = _minor(found["amount"])
            if found["words"].strip() == TOTAL:
                return Paper(codes[0], tuple(lines), amount)
            lines.append(PaperLine(amount, amount, 1))
        elif lines and (found := _WEIGHED.search(row)):
            lines[-1] = PaperLine(lines[-1].total_minor, _minor(found["each"]), int(found["grams"]), "kg")
        elif lines and (found := _PIECES.search(row)):
            lines[-1] = PaperLine(lines[-1].total_minor, _minor(found["each"]), int(found["pieces"]))
        elif lines and (found := _RULE.search(row)):
            lines[-1] = replace(lines[-1], rule=found["rule"])
    return None


def _minor(amount: str) -> int:
    """Cents of "1.234,56"."""
    return int(amount.replace(".", "").replace(",", ""))
