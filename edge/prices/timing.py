"""When a price begins: kept for every price that waits for its time, and asked when that time has come.

A wall time that the store's clock skips or shows twice has two readings. A cut begins at the earlier, a raise at the
later: so nobody pays more than what the shop announced, whichever reading they had in mind. What counts as a raise is
decided when it is about to begin, by what tills and labels may be presenting then.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cloud_sync.contract.change import Change
from cloud_sync.contract.reasons import say
from edge.clock.calendar import Calendar, Instants, closed_from, is_open, resolve
from edge.clock.kept import ShopHours
from edge.clock.watch import ClockWatch
from edge.store import Transaction

_OCCASIONS = {"opening": "opening", "closing": "closing", "opening-day": "opening day"}
"""What a change's occasion is called in a reason."""
_TAKES_EFFECT = "takes effect at "


@dataclass(frozen=True, slots=True)
class MayBegin:
    """Call it as `hold` of the price engine: why a price whose time has come has to wait, or "". Cuts never wait.

    `only_closed`: raises begin only while the shop is closed.
    """

    clock: ClockWatch
    hours: ShopHours
    only_closed: bool = False

    def __call__(self, tx: Transaction, item: str, version: int) -> str:
        """Runs inside the transaction in which the price is to begin."""
        if not is_raise(tx, item, version):
            return ""
        if why := self.clock.doubt(tx):
            return why
        row = tx.sql.execute("SELECT raise_at FROM timing WHERE item = ? AND version = ?", (item, version)).fetchone()
        if row is not None and row[0] > tx.now:
            return takes_effect(row[0])
        if self.only_closed and is_open(calendar := self.hours(tx.sql), tx.now):
            until = closed_from(calendar, tx.now)
            return say("shop-open") if until is None else takes_effect(until)
        return ""


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What the inbox needs to know of time. `hours` reads the store's calendar; `every_row`: all rows are timed."""

    hours: Callable[[Transaction], Calendar] | None = None
    every_row: bool = False

    def reckon(self, tx: Transaction, change: Change) -> Instants | str:
        """When a change is in force by this store's calendar, or why it never is."""
        if change.begins is None:
            return Instants(change.effective_at, change.effective_at)
        if self.hours is None:
            return say("no-zone", begins=change.begins)
        found = resolve(self.hours(tx), change.begins, change.effective_at)
        if found is None:
            return say("no-occasion", occasion=_OCCASIONS[change.begins])
        if change.expires_at <= found.earlier:
            return "expires before it would take effect"
        return found

    def waits(self, change: Change) -> bool:
        """Whether rows of a change wait for the moment at which they may begin."""
        return self.every_row or change.timed


def write_timing(tx: Transaction, change: Change, item: str, when: Instants) -> None:
    """Keep when a row begins that waits for its time."""
    values = (item, change.sequence, when.later, change.begins or "", change.effective_at)
    tx.sql.execute("INSERT INTO timing VALUES (?, ?, ?, ?, ?)", values)


def is_timed(tx: Transaction, item: str, version: int) -> bool:
    """Whether a price waits for its time before it begins."""
    row = tx.sql.execute("SELECT 1 FROM timing WHERE item = ? AND version = ?", (item, version)).fetchone()
    return row is not None


def is_raise(tx: Transaction, item: str, version: int) -> bool:
    """Whether a price is above any that is in force, or that a till or label of the item may be presenting."""
    row = tx.sql.execute(
        "SELECT 1 FROM price p WHERE p.item = ?1 AND p.version = ?2 AND (p.minor >"
        " (SELECT MIN(s.minor) FROM showing s WHERE s.item = ?1) OR p.minor > (SELECT f.minor FROM price f"
        "  WHERE f.item = ?1 AND f.phase IN ('active', 'landed') ORDER BY f.version DESC LIMIT 1)"
        " OR COALESCE(p.member_minor, p.minor) > (SELECT COALESCE(f.member_minor, f.minor) FROM price f"
        "  WHERE f.item = ?1 AND f.phase IN ('active', 'landed') ORDER BY f.version DESC LIMIT 1)"
        " OR COALESCE(p.member_minor, p.minor) > (SELECT MIN(m.minor) FROM member m WHERE m.item = ?1))",
        (item, version),
    ).fetchone()
    return row is not None


def due_on_arrival(tx: Transaction) -> bool:
    """Whether a price that was written in this very transaction might begin at once."""
    row = tx.sql.execute(
        "SELECT 1 FROM price WHERE phase = 'waiting' AND effective_at <= ?1 AND changed_at = ?1 LIMIT 1", (tx.now,)
    ).fetchone()
    return row is not None


def next_moment(tx: Transaction) -> int | None:
    """The next moment after now at which a price that waits may begin."""
    row = tx.sql.execute(
        "SELECT MIN(at) FROM (SELECT p.effective_at AS at FROM price p WHERE p.phase = 'waiting' UNION ALL"
        " SELECT t.raise_at FROM price p JOIN timing t ON t.item = p.item AND t.version = p.version"
        " WHERE p.phase = 'waiting') WHERE at > ?",
        (tx.now,),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def retime(tx: Transaction, calendar: Calendar) -> None:
    """The calendar has changed: prices that wait for an occasion wait for the one that it says now."""
    rows = tx.sql.execute(
        "SELECT t.item, t.version, t.begins, t.after FROM timing t"
        " JOIN price p ON p.item = t.item AND p.version = t.version"
        " WHERE p.phase IN ('waiting', 'held') AND t.begins IN ('opening', 'closing', 'opening-day')"
    ).fetchall()
    for item, version, begins, after in rows:
        when = resolve(calendar, begins, max(after, tx.now))
        if when is not None:
            at = (item, version)
            tx.sql.execute("UPDATE timing SET raise_at = ? WHERE item = ? AND version = ?", (when.later, *at))
            tx.sql.execute("UPDATE price SET effective_at = ? WHERE item = ? AND version = ?", (when.earlier, *at))
            tx.sql.execute(
                "UPDATE price SET why = ? WHERE item = ? AND version = ? AND phase = 'waiting'",
                (takes_effect(when.earlier), *at),
            )


def takes_effect(at: int) -> str:
    """The reason of a price that waits for its time."""
    return f"{_TAKES_EFFECT}{at}"


def begins_at(why: str) -> int | None:
    """The moment that such a reason names; None for any other."""
    at = why.removeprefix(_TAKES_EFFECT)
    return int(at) if at != why and at.isascii() and at.isdigit() else None
