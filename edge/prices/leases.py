"""Leases: how long a till may go on selling without a word from the gateway. Pure but for the rows it writes.

A till counts its lease from the moment it *asked*; the gateway counts from the moment it *heard*, and adds
a margin for drift. So the gateway never believes a lease ended that the till still counts. Both count on monotonic
clocks. While a lease lives, no label shows a cut that its till has not confirmed; once it has ended, the till sells
nothing, and labels need not wait for it. It gets a new one when nothing that it may charge is above what a label may
show. A till that never asks counts as selling for ever: cuts wait for it.
"""

from dataclasses import dataclass, field

from edge.prices.engine import PriceEngine
from edge.store import Transaction

DRIFT_PER_MILLE = 10
"""How much faster or slower one of the two clocks may run."""


@dataclass(slots=True)
class Leases:
    """The leases that are out. `length_ms`: what a till is granted. Times are the gateway's monotonic milliseconds."""

    length_ms: int = 60_000
    _until: dict[str, int] = field(default_factory=dict)

    def resume(self, tx: Transaction, monotonic: int) -> None:
        """The gateway has just started: every till that was selling may hold a lease that it got a moment ago."""
        for (till,) in tx.sql.execute("SELECT device FROM lease WHERE state = 'live'"):
            self._until[till] = self._end(monotonic)

    def ask(self, tx: Transaction, engine: PriceEngine, till: str, monotonic: int) -> bool:
        """A till asks for a lease. Returns whether it is granted; the grant must not be sent before the commit.

        One that is out of service gets none.
        """
        retired = tx.sql.execute("SELECT 1 FROM device WHERE id = ? AND enrolled = 0", (till,)).fetchone()
        if retired:
            return False
        row = tx.sql.execute("SELECT state FROM lease WHERE device = ?", (till,)).fetchone()
        if row is None or row[0] == "ended":
            if row is not None and not caught_up(tx, till):
                return False
            tx.sql.execute("INSERT OR REPLACE INTO lease VALUES (?, 'live', ?)", (till, tx.now))
            tx.record("till.lease", till, {"state": "live"})
            engine.settle(tx, _items_of(tx, till))
        # Before the commit already: should it fail, the till hears nothing, and waiting a little longer harms nobody.
        self._until[till] = max(self._end(monotonic), self._until.get(till, 0))
        return True

    def sweep(self, tx: Transaction, engine: PriceEngine, monotonic: int) -> list[str]:
        """End the leases whose time is over. Returns the tills that have stopped selling by it."""
        ended = [till for till, until in self._until.items() if until <= monotonic]
        for till in ended:
            tx.sql.execute("UPDATE lease SET state = 'ended', at = ? WHERE device = ?", (tx.now, till))
            tx.record("till.lease", till, {"state": "ended"})
            engine.settle(tx, _items_of(tx, till))
        tx.after(lambda: self._forget(ended))
        return ended

    def due(self, monotonic: int) -> bool:
        """Whether `sweep` has anything to do."""
        return any(until <= monotonic for until in self._until.values())

    def _forget(self, tills: list[str]) -> None:
        for till in tills:
            self._until.pop(till, None)

    def _end(self, monotonic: int) -> int:
        return monotonic + self.length_ms + self.length_ms * DRIFT_PER_MILLE // 1000 + 1


def caught_up(tx: Transaction, till: str) -> bool:
    """Whether nothing that the till may charge is above what any label of the item may show."""
    row = tx.sql.execute(
        "SELECT 1 FROM showing t JOIN showing l ON l.item = t.item AND l.role = 'label' AND l.minor < t.minor"
        " WHERE t.device = ?"
        " AND NOT EXISTS (SELECT 1 FROM covered c WHERE c.device = l.device AND c.counted = 0) LIMIT 1",
        (till,),
    ).fetchone()
    return row is None and _caught_up_for_members(tx, till)


def _caught_up_for_members(tx: Transaction, till: str) -> bool:
    """The same for what members pay: a price of their own once the till has confirmed one, else that for all."""
    row = tx.sql.execute(
        "SELECT 1 FROM price p JOIN showing l ON l.item = p.item AND l.version = p.version AND l.role = 'label'"
        " WHERE p.member_minor IS NOT NULL AND ("
        "  EXISTS (SELECT 1 FROM member m WHERE m.device = ?1 AND m.item = p.item AND m.minor > p.member_minor)"
        "  OR EXISTS (SELECT 1 FROM showing t WHERE t.device = ?1 AND t.item = p.item AND t.minor > p.member_minor"
        "    AND NOT EXISTS (SELECT 1 FROM member m WHERE m.device = ?1 AND m.item = p.item AND m.confirmed = 1)))"
        " AND NOT EXISTS (SELECT 1 FROM covered c WHERE c.device = l.device AND c.counted = 0)"
        " LIMIT 1",
        (till,),
    ).fetchone()
    return row is None


def _items_of(tx: Transaction, till: str) -> list[str]:
    """Items of the till that are still on their way."""
    return [
        row[0]
        for row in tx.sql.execute(
            "SELECT DISTINCT p.item FROM price p JOIN showing s ON s.item = p.item AND s.device = ?"
            " WHERE p.phase = 'active'",
            (till,),
        )
    ]
