"""Times as people write and read them: on the shop's own clock. Pure."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_MILLIS = re.compile(r"\d{9,15}")


def parse_moment(text: str, zone: ZoneInfo) -> int:
    """ISO date and time on the shop's clock (an offset or "Z" overrides it), or UTC epoch milliseconds.

    A time that the clock showed twice is the first; one that it skipped is refused. Raises ValueError with words.
    """
    text = text.strip()
    if _MILLIS.fullmatch(text):
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            f"{text[:40]!r} is no time; write 2026-11-02T10:42:00 (the shop's clock), or milliseconds since 1970"
        ) from error
    if not 1970 <= moment.year < 2200:
        raise ValueError(f"{text[:40]!r} lies outside the years 1970 to 2199")
    if moment.tzinfo is None:
        local = moment.replace(tzinfo=zone)
        if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
            raise ValueError(
                f"the shop's clock skipped {text[:40]} when it went forward; ask for a time before or after"
            )
        moment = local
    return round(moment.timestamp() * 1000)


def day_of(moment: int, zone: ZoneInfo) -> tuple[int, int]:
    """Where the shop's day of a time starts and where the next does; a day of a clock change has 23 or 25 hours."""
    day = datetime.fromtimestamp(moment / 1000, zone).date()
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone)
    return round(start.timestamp() * 1000), round(end.timestamp() * 1000)


def clock(moment: int | None, zone: ZoneInfo, day: int | None = None) -> str:
    """A time on the shop's clock; the date is left out when it is that of `day` (another time)."""
    if moment is None:
        return "–"
    local = datetime.fromtimestamp(moment / 1000, zone)
    same = day is not None and local.date() == datetime.fromtimestamp(day / 1000, zone).date()
    return local.strftime("%H:%M:%S" if same else "%Y-%m-%d %H:%M:%S")
