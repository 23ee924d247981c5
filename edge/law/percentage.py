"""Percentages that a name announces: "−30 %", "30 % popusta", "save 30 %", "7折"."""

import re
import unicodedata

_SIGNED = r"(?<![\w.,%\)])-\s?(?P<signed>\d{1,2})\s?%"
_AFTER = r"(?<![\d.,])(?P<after>\d{1,2})\s?%\s?(?:off\b|discount|popust|sni[zž]en|jeftinij|u[sš]ted|rabat|优惠|折扣)"
_BEFORE = (
    r"(?:\bsave|\bdiscount|\bpopust\w*|\bsni[zž]en\w*|\brabat\w*|立减|直降|立省|降价|优惠)"
    r"\s*(?:od |do |of |up to )?\s?(?P<before>\d{1,2})\s?%"
)
_FOLD = r"(?<![\d.])(?P<fold>\d(?:\.\d)?|[1-9]\d)\s?折"
_ANY = re.compile("|".join((_SIGNED, _AFTER, _BEFORE, _FOLD)), re.IGNORECASE)


def announced(name: str) -> int | None:
    """The largest percentage that a name says is taken off, or None. A share such as "100% voće" is none.

    Chinese counts what remains: 7折 and 70折 are 30 % off, 8.5折 and 85折 are 15 %.
    """
    text = unicodedata.normalize("NFKC", name).replace("−", "-").replace("–", "-")
    found = [_percent(match) for match in _ANY.finditer(text)]
    return max((percent for percent in found if 0 < percent < 100), default=None)


def percentage_due(minor: int, percent: int) -> int:
    """What a price comes to with a percentage taken off, rounded half up."""
    return (minor * (100 - percent) * 2 + 100) // 200


def _percent(match: re.Match[str]) -> int:
    fold = match["fold"]
    if fold is None:
        return int(match["signed"] or match["after"] or match["before"])
    if "." in fold:
        whole, part = fold.split(".")
        return 100 - int(whole) * 10 - int(part)
    return 100 - int(fold) * (10 if len(fold) == 1 else 1)
