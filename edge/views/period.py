"""Spans of the shop's own calendar to look at, and the same ones before them. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from edge.views.day import day_of
from edge.views.footfall_heat import Span, hour_of_days

LENGTHS = (1, 7, 28)
"""Days of a period: a day, a week, four weeks."""
WEEK = 7
_NOON = 12 * 3_600_000


@dataclass(frozen=True, slots=True)
class Period:
    """`days` days up to and with the one that lies `back` days before today; of each only `hour`, if given."""

    days: int = 7
    back: int = 0
    hour: int | None = None

    @property
    def before(self) -> "Period":
        """What it is compared with: as many days, whole weeks earlier, so that weekdays meet weekdays."""
        return Period(self.days, self.back + max(WEEK, self.days), self.hour)

    def spans(self, now: int, timezone: str) -> list[Span]:
        """From, to of each part, oldest first: UTC epoch milliseconds, the end not included."""
        first, last = (day_of(now, timezone, back) for back in (self.back + self.days - 1, self.back))
        if self.hour is None:
            return [(first.start, last.end)]
        return sorted(hour_of_days(last.start + _NOON, timezone, self.hour, self.days))

    def so_far(self, now: int, timezone: str) -> list[Span]:
        """The spans, cut where today has not come yet; for a period before, at the same time of its last day."""
        ahead = day_of(now, timezone, self.back).start + (now - day_of(now, timezone).start)
        return [(start, min(end, ahead)) for start, end in self.spans(now, timezone) if start < ahead]

    def dates(self, now: int, timezone: str) -> tuple[date, date]:
        """First and last day on the shop's calendar."""
        last = datetime.fromtimestamp(now / 1000, ZoneInfo(timezone)).date() - timedelta(days=self.back)
        return last - timedelta(days=self.days - 1), last
