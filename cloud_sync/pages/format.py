"""Amounts, counts and times as a person reads them. Pure: the clock comes in as an argument."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cloud_sync.contract.money import minor_digits
from cloud_sync.pages.i18n import Words

_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥", "JPY": "¥"}


def money(minor: int, currency: str) -> str:
    """Minor units as an amount with its currency: 1234567, "EUR" → "€12,345.67"."""
    digits = minor_digits(currency)
    whole, part = divmod(abs(minor), 10**digits)
    amount = f"{whole:,}" + (f".{part:0{digits}d}" if digits else "")
    sign = "−" if minor < 0 else ""
    known = _SIGNS.get(currency)
    return f"{sign}{known}{amount}" if known else f"{sign}{amount} {currency}"


def count(number: int) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}"


def ago(at: int | None, now: int, t: Words) -> str:
    """How long ago `at` (UTC epoch milliseconds) was, in one unit: "3 min ago"; "never" for None."""
    if at is None:
        return t("ago.never")
    seconds = max(0, now - at) // 1000
    for size, key in ((86_400, "ago.days"), (3_600, "ago.hours"), (60, "ago.minutes")):
        if seconds >= size:
            return t(key, count=seconds // size)
    return t("ago.seconds", count=seconds) if seconds >= 5 else t("ago.now")


def exact(at: int, timezone: str = "UTC") -> str:
    """UTC epoch milliseconds as date and time on the shop's own clock."""
    moment = datetime.fromtimestamp(at / 1000, tz=UTC).astimezone(ZoneInfo(timezone))
    return moment.strftime("%Y-%m-%d %H:%M:%S %Z")
