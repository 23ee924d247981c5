"""Tickets, and how much of the time each device was ready."""

from dataclasses import dataclass
from itertools import pairwise

from sqlite_utils import Database

from edge.alarms.availability import Availability, Change, availability
from edge.store.transaction import GATEWAY
from edge.views.day import day_of

MOST = 200
MOST_DEVICES = 100


@dataclass(frozen=True, slots=True)
class Ticket:
    """One fault. Times are UTC epoch milliseconds; `name` and `place` are the device's, where it is one."""

    number: int
    rule: str
    subject: str
    """The device, fridge or part of the box; `switch-1:7` is port 7 of a switch."""
    name: str
    place: str
    role: str
    """The device's; "" for what is none."""
    critical: bool
    value: str
    why: str
    opened_at: int
    announced_at: int | None
    acknowledged_at: int | None
    acknowledged_by: str
    closed_at: int | None
    calming: bool
    """It does not fire at this moment; the ticket closes soon if it stays so."""

    @property
    def part(self) -> str:
        """Which port of the gear; "" for a whole device."""
        return self.subject.partition(":")[2]

    @property
    def device(self) -> str:
        """The device that it is about, or that it is a part of."""
        return self.subject.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Ready:
    """One device, or this box (`gateway`): ready for how much of today and of the last seven days."""

    device: str
    role: str
    name: str
    today: Availability
    week: Availability


_COLUMNS = (
    "SELECT t.number, t.rule, t.subject, COALESCE(f.name, d.name, ''), COALESCE(f.place, d.place, ''),"
    " COALESCE(d.role, ''), t.critical, t.value, t.why, t.opened_at, t.announced_at, t.acknowledged_at,"
    " t.acknowledged_by, t.closed_at,"
    " COALESCE(a.phase, '') = 'calming' FROM ticket t LEFT JOIN device d ON d.id ="
    " CASE instr(t.subject, ':') WHEN 0 THEN t.subject ELSE substr(t.subject, 1, instr(t.subject, ':') - 1) END"
    " LEFT JOIN fridge f ON f.id = t.subject AND t.rule LIKE 'cold-%' LEFT JOIN alarm a ON a.ticket = t.number"
)


def count_tickets(database: Database) -> int:
    """What the bell shows: tickets that people were told of, and that nobody has taken on."""
    query = "SELECT COUNT(*) FROM ticket WHERE closed_at IS NULL AND announced_at > 0 AND acknowledged_at IS NULL"
    return int(database.conn.execute(query).fetchone()[0])


def open_tickets(database: Database) -> list[Ticket]:
    """Those that nobody has taken on first, critical ones before the others, the oldest first."""
    order = " WHERE t.closed_at IS NULL ORDER BY t.acknowledged_at IS NOT NULL, -t.critical, t.opened_at LIMIT ?"
    return [_ticket(row) for row in database.conn.execute(_COLUMNS + order, (MOST,))]


def closed_tickets(database: Database, most: int = 50) -> list[Ticket]:
    """The last to close first."""
    order = " WHERE t.closed_at IS NOT NULL ORDER BY t.closed_at DESC LIMIT ?"
    return [_ticket(row) for row in database.conn.execute(_COLUMNS + order, (most,))]


def read_availability(database: Database, now: int, timezone: str) -> list[Ready]:
    """This box first, then devices in service but for labels; labels only where one of them broke down this week."""
    today, week = day_of(now, timezone).start, day_of(now, timezone, 6).start
    devices = database.conn.execute(
        "SELECT id, role, name FROM device d WHERE enrolled = 1 AND (role != 'label' OR EXISTS"
        " (SELECT 1 FROM device_change c WHERE c.device = d.id AND c.at >= ? AND c.state IN ('lost', 'fault')))"
        " ORDER BY role = 'label', role DESC, id LIMIT ?",
        (week, MOST_DEVICES),
    ).fetchall()
    off = _changes(database, GATEWAY, week)
    gaps = _down(off, now)
    found = [Ready(GATEWAY, GATEWAY, "", availability(off, today, now), availability(off, week, now))]
    for device, role, name in devices:
        changes = _changes(database, device, week)
        found.append(Ready(device, role, name, *(availability(changes, start, now, gaps) for start in (today, week))))
    return found


def _changes(database: Database, device: str, start: int) -> list[Change]:
    """Changes of state from the last one before `start` on."""
    rows = database.conn.execute(
        "SELECT at, state FROM device_change WHERE device = ? AND at >= COALESCE("
        " (SELECT MAX(at) FROM device_change WHERE device = ? AND at <= ?), ?) ORDER BY at, n",
        (device, device, start, start),
    )
    return [Change(at, state) for at, state in rows]


def _down(changes: list[Change], now: int) -> list[tuple[int, int]]:
    """The stretches in which this box was off."""
    found: list[tuple[int, int]] = []
    for change, following in pairwise([*changes, Change(now, "")]):
        if change.state == "lost" and following.at > change.at:
            found.append((change.at, following.at))
    return found


def _ticket(row: tuple) -> Ticket:  # type: ignore[type-arg]  # a database row: its columns are named above
    number, rule, subject, name, place, role, critical, value, why, opened, announced, taken, by, closed, calming = row
    return Ticket(
        number, rule, subject, name, place, role, bool(critical), value, why, opened, announced, taken, by, closed,
        bool(calming),
    )  # fmt: skip
