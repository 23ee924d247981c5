"""Amounts as people write them in price files → whole minor units. Decimal only, never a float."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from cloud_sync.contract.money import minor_digits

Mark = Literal[".", ","]
MAX_MINOR = 10**12
_DRESSING = re.compile(r"[\s\u00a0\u202f]|€|EUR\b|\$|¥|kn\b", re.IGNORECASE)
_POINT = re.compile(r"\d+\.\d{1,2}")
_COMMA = re.compile(r"\d+,\d{1,2}")
_NUMBER = {
    ".": re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,13})(?:\.[0-9]{1,6})?"),
    ",": re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,13})(?:,[0-9]{1,6})?"),
}


def decimal_mark(amounts: Iterable[str]) -> Mark:
    """Whether a file writes 3.30 or 3,30: what most of its clear amounts do; the point when none is clear."""
    points = commas = 0
    for amount in amounts:
        bare = _DRESSING.sub("", amount)
        points += _POINT.fullmatch(bare) is not None
        commas += _COMMA.fullmatch(bare) is not None
    return "," if commas > points else "."


def read_amount(text: str, mark: Mark) -> Decimal:
    """A number of a price file. Raises ValueError with the reason."""
    bare = _DRESSING.sub("", text)
    if bare.startswith("-"):
        raise ValueError(f"{text[:40]!r} is negative")
    if not _NUMBER[mark].fullmatch(bare):
        raise ValueError(f"{text[:40]!r} is not a number")
    thousands = "," if mark == "." else "."
    return Decimal(bare.replace(thousands, "").replace(mark, "."))


def exact_minor(text: str, mark: Mark, currency: str) -> int:
    """An amount that somebody is charged, in minor units. Raises ValueError; never rounds."""
    minor = read_amount(text, mark).scaleb(minor_digits(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{text[:40]!r} has parts of a cent: {currency} has {minor_digits(currency)} decimals")
    if minor > MAX_MINOR:
        raise ValueError(f"{text[:40]!r} is too large")
    return int(minor)


def rounded_minor(text: str, mark: Mark, currency: str) -> int:
    """A unit price, which is only shown, in minor units, half up. Raises ValueError."""
    minor = read_amount(text, mark).scaleb(minor_digits(currency))
    if minor > MAX_MINOR:
        raise ValueError(f"{text[:40]!r} is too large")
    return int(minor.to_integral_value(ROUND_HALF_UP))
