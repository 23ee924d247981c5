"""What an operator says about hours and the clock: sections [hours] and [clock] of the configuration."""

from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge.clock.calendar import Calendar
from edge.clock.kept import make_calendar
from edge.clock.trust import Rules

BUILT = 1_793_491_200_000
"""1 November 2026, UTC: this program did not exist before, so a clock that says less is wrong."""
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class HoursConfig(BaseModel):
    """Opening hours of each day, such as "08:00-12:00, 14:00-20:00"; a day left out is closed. None: always open."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    mon: str = ""
    tue: str = ""
    wed: str = ""
    thu: str = ""
    fri: str = ""
    sat: str = ""
    sun: str = ""
    days: dict[str, str] = {}
    """Days that differ: date → hours, "" where the shop stays closed."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        self.calendar("UTC")
        return self

    def calendar(self, timezone: str) -> Calendar:
        """The calendar. Raises ValueError, or ZoneInfoNotFoundError for a time zone that does not exist."""
        base = Calendar(ZoneInfo(timezone))
        week = [getattr(self, day) for day in WEEK]
        return make_calendar(base, week if any(week) else (), self.days)


class ClockConfig(BaseModel):
    """When the box's clock counts as right."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    tolerance_seconds: Annotated[float, Field(ge=1, le=300)] = 5
    """How far it may be off before raises wait."""
    stale_days: Annotated[float, Field(gt=0, le=60)] = 7
    """How long it is believed without a word from head office, a time server or a person."""

    def rules(self) -> Rules:
        """The rules of `edge.clock.trust`."""
        return Rules(round(self.tolerance_seconds * 1000), round(self.stale_days * 86_400_000), built=BUILT)
