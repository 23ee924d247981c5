"""The period that a page or a file is about, as its address and its heading say it."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from cloud_sync.pages.i18n import Words
from edge.views.period import LENGTHS, Period

MOST_BACK = 400
"""Days: what is older was forgotten."""


def _asked(
    days: Annotated[int, Query(ge=1, le=28)] = 7,
    back: Annotated[int, Query(ge=0, le=MOST_BACK)] = 0,
    hour: Annotated[int, Query(ge=-1, le=23)] = -1,
) -> Period:
    return Period(days if days in LENGTHS else 7, back, None if hour < 0 else hour)


Asked = Annotated[Period, Depends(_asked)]
"""Of a route: days (1, 7 or 28), back (days before today), hour (0 to 23; -1: the whole day)."""


def address(path: str, period: Period, **more: str) -> str:
    """A page or file about this period."""
    asked: dict[str, object] = {"days": period.days}
    if period.back:
        asked["back"] = period.back
    if period.hour is not None:
        asked["hour"] = period.hour
    return f"{path}?{urlencode(asked | more)}"


def period_words(period: Period, now: int, timezone: str, t: Words) -> str:
    """Its first and last day, and its hour: "Mon 16/11 – Sun 22/11 · 17:00–18:00"."""
    days = [
        t("period.date", day=t(f"day.{one.isoweekday()}"), number=one.day, month=one.month)
        for one in dict.fromkeys(period.dates(now, timezone))
    ]
    hours = "" if period.hour is None else f" · {period.hour:02}:00–{period.hour + 1:02}:00"
    return " – ".join(days) + hours


def lasting(milliseconds: float, t: Words) -> str:
    """How long, in one or two units: "3 h 12 min"."""
    seconds = round(milliseconds / 1000)
    if seconds < 100:
        return t("for.seconds", seconds=seconds)
    minutes = round(seconds / 60)
    if minutes < 100:
        return t("for.minutes", minutes=minutes)
    hours = round(seconds / 3_600) if minutes >= 6_000 else minutes // 60
    if hours < 100:
        return t("for.hours", hours=hours, minutes=minutes % 60)
    return t("for.days", days=hours // 24, hours=hours % 24)
