"""The shop's opening hours: what people set at the console, else what the configuration says."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from edge.clock.calendar import Calendar, read_hours, write_hours
from edge.store import Transaction
from edge.store.transaction import GATEWAY

KEY = "clock.hours"
MOST_DAYS = 1_000
"""Days that may differ from their week."""


@dataclass(frozen=True, slots=True)
class ShopHours:
    """Call it for the calendar that holds now. `configured` holds until somebody sets another."""

    configured: Calendar

    def __call__(self, sql: sqlite3.Connection) -> Calendar:
        """The calendar, read over any connection to the store of record."""
        row = sql.execute("SELECT value FROM meta WHERE key = ?", (KEY,)).fetchone()
        if row is None:
            return self.configured
        said = json.loads(row[0])
        return make_calendar(self.configured, said["week"], said["days"])

    def keep(self, tx: Transaction, calendar: Calendar, by: str) -> None:
        """From now on these hours hold; they are in the ledger under a person's name."""
        body = {
            "week": [write_hours(hours) for hours in calendar.week],
            "days": {day.isoformat(): write_hours(hours) for day, hours in sorted(calendar.days.items())},
        }
        tx.record("hours.set", GATEWAY, {**body, "by": by})
        tx.set_meta(KEY, json.dumps(body))
        tx.topics.update(("clock", "prices"))


def make_calendar(base: Calendar, week: Sequence[str], days: Mapping[str, str]) -> Calendar:
    """A calendar from what people wrote: hours of Monday to Sunday, and of days that differ ("" is closed).

    Raises ValueError, with words for a person.
    """
    if len(days) > MOST_DAYS:
        raise ValueError(f"at most {MOST_DAYS} days may differ from their week")
    hours = tuple(read_hours(text) for text in week)
    if hours and not any(hours):
        raise ValueError("a shop that is closed on every day of the week has no hours; leave all of them out")
    if days and not hours:
        raise ValueError("days differ from a week: give its hours too, such as 00:00-24:00 for each of its days")
    return Calendar(base.zone, hours, {_day(text): read_hours(of_day) for text, of_day in days.items()})


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text[:20]!r} is no day; write 2026-12-25") from error
