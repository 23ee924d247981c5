"""Prices as people type them. Pure."""

import re

_PRICE = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,3}))?", re.ASCII)


def parse_amount(text: str, digits: int) -> int:
    """Minor units of "11,49", "11.49" or "€ 11": a point or a comma, no thousands. Raises ValueError."""
    bare = re.sub(r"[\s\u00a0\u202f€$£¥]", "", text)
    found = _PRICE.fullmatch(bare)
    if found is None or len(found[2] or "") > digits:
        raise ValueError(f"{text.strip()[:20]!r} is not a price; write it such as {'11.49' if digits else '11'}")
    whole, part = found[1], found[2] or ""
    return int(whole + part.ljust(digits, "0"))
