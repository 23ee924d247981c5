"""Alarms over the real schema and the real registry tables, with the time and the measures set by the test."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from edge.alarms.rules import RULES, Measure, Observation, Rule
from edge.alarms.sources import Source, devices
from edge.alarms.watch import AlarmWatch
from edge.clock.calendar import Calendar, Hours
from edge.clock.kept import ShopHours, make_calendar
from edge.store import Transaction
from tests.desk import Desk

MONDAY_NOON = 1_793_619_600_000
"""2026-11-02 11:40 UTC: 12:40 in Zagreb."""
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
ZONE = ZoneInfo("Europe/Zagreb")
OPEN_8_TO_20 = make_calendar(Calendar(ZONE), ["08:00-20:00", "", *["08:00-20:00"] * 4, ""], {})
"""Closed on Tuesdays and Sundays."""


class Rig:
    """A store of record, and an alarm watch that looks when the test says so."""

    def __init__(self, rules: Sequence[Rule] = RULES, calendar: Calendar | None = None, quiet: Hours = ()) -> None:
        self.desk = Desk()
        self.desk.now = MONDAY_NOON
        self.said: dict[Measure, list[Observation]] = {}
        self.sources: list[Source] = [devices, self._say]
        self.hours = ShopHours(calendar or Calendar(ZONE))
        self.quiet = quiet
        self.rules = rules
        self.watch = self.restart()

    def _say(self, _: Transaction) -> Mapping[Measure, Sequence[Observation]]:
        return self.said

    def restart(self) -> AlarmWatch:
        """The gateway starts anew: nothing is left but what is on disk."""
        self.watch = AlarmWatch(None, self.rules, self.sources, self.hours, self.quiet)  # type: ignore[arg-type]
        return self.watch

    def look(self, after_ms: int = 0) -> None:
        """Time passes, then the watch looks once."""
        self.desk.now += after_ms
        self.desk.do(self.watch.look)

    def run(self, for_ms: int, every_ms: int = MINUTE) -> None:
        """Look again and again while time passes."""
        for _ in range(for_ms // every_ms):
            self.look(every_ms)

    def state(self, device: str, state: str, why: str = "") -> None:
        """A device comes into a state now."""
        self.sql("UPDATE device SET state = ?, state_why = ?, state_at = ? WHERE id = ?",
                 state, why, self.desk.now, device)  # fmt: skip

    def sql(self, query: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        """Run one statement."""
        return self.desk.do(lambda tx: tx.sql.execute(query, values).fetchall())

    def open(self) -> list[tuple[str, str]]:
        """Rule and subject of every open ticket."""
        return self.sql("SELECT rule, subject FROM ticket WHERE closed_at IS NULL ORDER BY number")

    def announced(self) -> list[tuple[str, str]]:
        """Those that people were told of."""
        return self.sql("SELECT rule, subject FROM ticket WHERE closed_at IS NULL AND announced_at > 0 ORDER BY number")

    def kinds(self, subject: str) -> list[str]:
        """What the ledger says about the tickets of a subject."""
        query = "SELECT kind FROM ledger WHERE subject = ? AND kind LIKE 'ticket.%' ORDER BY seq"
        return [kind for (kind,) in self.sql(query, subject)]

    def told(self) -> list[str]:
        """Bodies of what waits for head office about tickets."""
        return [body for (body,) in self.sql("SELECT body FROM outbox WHERE kind = 'ticket' ORDER BY seq")]
