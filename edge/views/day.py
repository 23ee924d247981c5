"""The shop's own calendar: when a day begins and which hour a moment belongs to. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

QUARTER_MS = 15 * 60_000
"""Every time zone in use lies a whole number of quarter hours from UTC."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day on the shop's clock; `start` and `end` in UTC epoch milliseconds, `end` not included."""

    start: int
    end: int
    zone: ZoneInfo

    def hour(self, at: int) -> int:
        """The hour on the wall clock, 0 to 23."""
        return datetime.fromtimestamp(at / 1000, tz=UTC).astimezone(self.zone).hour


def day_of(now: int, timezone: str, back: int = 0) -> Day:
    """The day that `now` falls on, or the one `back` days before. Days of 23 and 25 hours come out right."""
    zone = ZoneInfo(timezone)
    date = datetime.fromtimestamp(now / 1000, tz=UTC).astimezone(zone).date() - timedelta(days=back)
    start = datetime(date.year, date.month, date.day, tzinfo=zone)
    after = date + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone)
    return Day(int(start.timestamp() * 1000), int(end.timestamp() * 1000), zone)
