"""Taking a signed change in: checked, written and answered for in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from securesystemslib.signer import Key

from cloud_sync.contract.change import Change, ChangeRow, Untrusted, open_change
from cloud_sync.contract.events import RowOutcome
from edge.clock.calendar import Instants
from edge.law.lows import Record
from edge.law.settings import Law
from edge.prices.approvals import require_approvals
from edge.prices.books import known_prices
from edge.prices.checks import Accept, Hold, Limits, Refuse, Same, Seen, check_change, check_row
from edge.prices.history import read_records
from edge.prices.timing import Clockwork, takes_effect, write_timing
from edge.store import Transaction

CURSOR = "inbox.cursor"
"""The last sequence of the change log that this store has dealt with, whatever the verdict was."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one entry of the change log. `items` may be settled now; `why` is set when all of it was refused."""

    items: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Inbox:
    """Checks and writes changes. `trusted`: head office's keys by id. `undrawable`: see `check_row`."""

    store: str
    trusted: Mapping[str, Key]
    limits: Limits
    undrawable: Callable[[str], str]
    law: Law = field(default_factory=Law)
    clockwork: Clockwork = field(default_factory=Clockwork)

    def take(self, tx: Transaction, sequence: int, envelope: str) -> Taken:
        """Deal with entry `sequence` of the log: every row is accepted, held or refused, and head office hears of it.

        The cursor moves past whatever the entry holds, so that one bad entry cannot block those after it.
        """
        last = cursor(tx)
        if sequence <= last:
            return Taken(())
        try:
            change = open_change(envelope.encode(), self.trusted.values())
            why = check_change(change, store=self.store, last=last, now=tx.now)
            if not why and change.sequence != sequence:
                why = f"signed as number {change.sequence} but delivered as number {sequence}"
        except Untrusted as error:
            return self._refuse_all(tx, sequence, "unknown", 0, str(error))
        when = why or self.clockwork.reckon(tx, change)
        if isinstance(when, str):
            return self._refuse_all(tx, sequence, change.author, len(change.rows), when)
        tx.set_meta(CURSOR, str(sequence))
        tx.sql.execute(
            "INSERT INTO change VALUES (?, ?, ?, ?, 'taken', '')", (sequence, tx.now, change.author, len(change.rows))
        )
        tx.record("change.received", f"change-{sequence}", {"author": change.author, "rows": len(change.rows)})
        tx.topics.add("prices")
        return Taken(tuple(self._take_rows(tx, change, when)))

    def _take_rows(self, tx: Transaction, change: Change, when: Instants) -> list[str]:
        known = known_prices(tx, [row.item for row in change.rows])
        records = read_records(tx, [row.item for row in change.rows if row.was_minor is not None])
        starts, waits = max(tx.now, when.earlier), self.clockwork.waits(change)
        ready, written = [], []
        for row in change.rows:
            seen = Seen(known.get(row.item), records.get(row.item, Record()), starts)
            verdict = check_row(row, seen, self.limits, self.law, self.undrawable)
            if isinstance(verdict, Accept | Hold):
                self._note_override(tx, change.sequence, row)
                if waits:
                    write_timing(tx, change, row.item, when)
            match verdict:
                case Same():
                    tx.tell_outcome(
                        change.sequence, row.item, RowOutcome(item=row.item, outcome="landed", why="unchanged")
                    )
                case Refuse(why):
                    written.append(_price_row(change, row, when, tx.now, "refused", why))
                    tx.tell_outcome(change.sequence, row.item, RowOutcome(item=row.item, outcome="refused", why=why))
                case Hold(why, people):
                    require_approvals(tx, row.item, change.sequence, people)
                    written.append(_price_row(change, row, when, tx.now, "held", why))
                    tx.tell_outcome(change.sequence, row.item, RowOutcome(item=row.item, outcome="held", why=why))
                case Accept() if waits:
                    why = takes_effect(when.earlier)
                    written.append(_price_row(change, row, when, tx.now, "waiting", why))
                    tx.tell_outcome(change.sequence, row.item, RowOutcome(item=row.item, outcome="held", why=why))
                case Accept():
                    written.append(_price_row(change, row, when, tx.now, "active", ""))
                    ready.append(row.item)
        tx.sql.executemany("INSERT INTO price VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", written)
        return ready

    def _note_override(self, tx: Transaction, version: int, row: ChangeRow) -> None:
        """Keep the name of who answers for a word that the rule would have refused."""
        if row.override is not None and (word := self.law.words.hit(row.name)):
            body = {"version": version, "rule": "advertising word", "word": word, "by": row.override}
            tx.record("price.overridden", row.item, body)

    def _refuse_all(self, tx: Transaction, sequence: int, author: str, rows: int, why: str) -> Taken:
        tx.set_meta(CURSOR, str(sequence))
        tx.sql.execute(
            "INSERT OR REPLACE INTO change VALUES (?, ?, ?, ?, 'refused', ?)", (sequence, tx.now, author, rows, why)
        )
        tx.record("change.refused", f"change-{sequence}", {"why": why})
        tx.tell_refusal(sequence, why)
        return Taken((), why)


def cursor(tx: Transaction) -> int:
    """The last entry of the change log that was dealt with."""
    return int(tx.get_meta(CURSOR, "0"))


def _price_row(change: Change, row: ChangeRow, when: Instants, now: int, phase: str, why: str) -> tuple[object, ...]:
    told = {"held": "held", "waiting": "held", "refused": "refused"}.get(phase, "")
    return (
        row.item, change.sequence, row.name, row.minor, row.currency, row.per, row.unit_minor, row.unit, row.was_minor,
        when.earlier, now, change.author, phase, why, told, now,
    )  # fmt: skip
