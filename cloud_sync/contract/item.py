"""What an item is called: a GTIN-14, also where the maker printed no barcode; and what its batches are called."""

import re
from typing import Annotated

from pydantic import AfterValidator

_BATCH = re.compile(r"[!-\"%-?A-Z_a-z]{1,20}")
STORE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def check_digit(body: str) -> str:
    """The GS1 check digit of a digit string: weights 3, 1, 3, 1 … from the right (GS1 General Specifications)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def gtin14(code: str) -> str:
    """A GTIN-8, -12, -13 or -14 as 14 digits. Raises ValueError with the reason."""
    if not code.isascii() or not code.isdigit():
        raise ValueError(f"{code!r} is not a barcode: only digits are allowed")
    if len(code) not in (8, 12, 13, 14):
        raise ValueError(f"{code!r} has {len(code)} digits; a barcode has 8, 12, 13 or 14")
    if check_digit(code[:-1]) != code[-1]:
        raise ValueError(f"{code!r} ends in {code[-1]}, its check digit should be {check_digit(code[:-1])}")
    return code.zfill(14)


def check_batch(text: str) -> str:
    """A batch or lot number as GS1 allows it (application identifier 10). Raises ValueError with the reason."""
    batch = text.strip()
    if not _BATCH.fullmatch(batch):
        raise ValueError("a batch number has 1 to 20 letters, digits or signs, and no spaces")
    return batch


def internal_item(number: str) -> str:
    """A chain's own item number as a GTIN-14 of GS1's company-internal range (GTIN-13 prefix 04).

    Up to ten digits. The range never leaves the company, so it cannot clash with a maker's barcode.
    """
    if not number.isascii() or not number.isdigit() or not 1 <= len(number) <= 10:
        raise ValueError(f"{number!r} cannot be an item number: one to ten digits are")
    body = "04" + number.zfill(10)
    return ("0" + body) + check_digit("0" + body)


def is_internal(item: str) -> bool:
    """Whether a GTIN-14 is one of ours from `internal_item`."""
    return item.startswith("004")


Item = Annotated[str, AfterValidator(lambda code: _exactly_14(code))]
"""A pydantic field that takes a GTIN-14 and nothing else."""


def _exactly_14(code: str) -> str:
    if len(code) != 14:
        raise ValueError(f"{code!r} is not a GTIN-14")
    return gtin14(code)
