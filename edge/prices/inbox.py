"""Taking a signed change in: checked, written and answered for in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from securesystemslib.signer import Key

from cloud_sync.contract.change import Change, ChangeRow, Untrusted, open_change
from cloud_sync.contract.events import Outcome, RowOutcome
from cloud_sync.contract.reasons import say
from edge.clock.calendar import Instants
from edge.law.lows import Record
from edge.law.settings import Law
from edge.prices.approvals import require_approvals
from edge.prices.books import known_prices
from edge.prices.checks import (
    Accept,
    Hold,
    Limits,
    Refuse,
    Same,
    Seen,
    Verdict,
    check_afterwards,
    check_change,
    check_row,
)
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
        batch = {} if change.deadline is None else {"deadline": change.deadline}
        tx.record("change.received", f"change-{sequence}", {"author": change.author, "rows": len(change.rows)} | batch)
        tx.topics.add("prices")
        return Taken(tuple(self._take_rows(tx, change, when)))

    def _take_rows(self, tx: Transaction, change: Change, when: Instants) -> list[str]:
        known = known_prices(tx, [row.item for row in change.rows])
        records = read_records(tx, [row.item for row in change.rows if row.was_minor is not None])
        after = {row.item: row for row in change.afterwards}
        starts, waits = max(tx.now, when.earlier), self.clockwork.waits(change)
        desk = _Desk(tx, change, when, waits=waits)
        verdicts = {}
        for row in change.rows:
            seen = Seen(known.get(row.item), records.get(row.item, Record()), starts, change.until is not None)
            verdicts[row.item] = self._judge(row, seen, after.get(row.item))
        if change.deadline is not None:
            verdicts = _all_or_none(verdicts)
            if not any(isinstance(verdict, Refuse) for verdict in verdicts.values()):
                tx.sql.execute(
                    "INSERT INTO batch (sequence, deadline) VALUES (?, ?)", (change.sequence, change.deadline)
                )
        for row in change.rows:
            verdict = verdicts[row.item]
            if isinstance(verdict, Accept | Hold):
                self._note_override(tx, change.sequence, row)
                if waits:
                    write_timing(tx, change, row.item, when)
            desk.write(row, verdict)
            if row.item in after:
                desk.write_end(after[row.item], refused=isinstance(verdict, Refuse))
        desk.finish()
        return desk.ready

    def _judge(self, row: ChangeRow, seen: Seen, after: ChangeRow | None) -> Verdict:
        verdict = check_row(row, seen, self.limits, self.law, self.undrawable)
        if after is not None and not isinstance(verdict, Refuse):
            later = replace(seen, record=Record(), ends=False)
            if why := check_afterwards(after, later, self.limits, self.law, self.undrawable):
                return Refuse(why)
        return verdict

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


def _all_or_none(verdicts: dict[str, Verdict]) -> dict[str, Verdict]:
    """A batch with a row that is refused is refused, and each of its rows names that one."""
    for item, verdict in verdicts.items():
        if isinstance(verdict, Refuse):
            given_up = Refuse(say("batch-given-up", item=item, why=verdict.why))
            return {of: one if isinstance(one, Refuse) else given_up for of, one in verdicts.items()}
    return verdicts


class _Desk:
    """Writes down what became of each row of a change, and tells head office. `ready`: items that may be settled."""

    def __init__(self, tx: Transaction, change: Change, when: Instants, *, waits: bool) -> None:
        self._tx, self._change, self._when = tx, change, when
        self._waits = waits or change.deadline is not None
        self._written: list[tuple[object, ...]] = []
        self.ready: list[str] = []

    def write(self, row: ChangeRow, verdict: Verdict) -> None:
        """A row of the change, by its verdict."""
        tx, change = self._tx, self._change
        match verdict:
            case Same():
                tx.tell_outcome(change.sequence, row.item, RowOutcome(item=row.item, outcome="landed", why="unchanged"))
            case Refuse(why):
                self._note(row, change.sequence, "refused", why)
            case Hold(why, people):
                require_approvals(tx, row.item, change.sequence, people)
                self._note(row, change.sequence, "held", why)
            case Accept() if self._waits:
                self._note(row, change.sequence, "waiting", takes_effect(self._when.earlier))
            case Accept():
                self._note(row, change.sequence, "active", "")
                self.ready.append(row.item)

    def write_end(self, row: ChangeRow, *, refused: bool) -> None:
        """What an item costs when its promotion is over: a timed price like any other, under a version of its own."""
        change, until = self._change, self._change.until or 0
        if refused:
            self._note(row, change.last_version, "refused", say("never-began"))
            return
        end = change.model_copy(update={"sequence": change.last_version, "begins": None, "effective_at": until})
        write_timing(self._tx, end, row.item, Instants(until, until))
        self._note(row, change.last_version, "waiting", takes_effect(until))

    def finish(self) -> None:
        """Write the rows."""
        marks = ", ".join("?" * 19)
        self._tx.sql.executemany(f"INSERT INTO price ({_COLUMNS}) VALUES ({marks})", self._written)  # noqa: S608

    def _note(self, row: ChangeRow, version: int, phase: str, why: str) -> None:
        change, now = self._change, self._tx.now
        told: Outcome | None = _TOLD.get(phase)
        if told is not None:
            self._tx.tell_outcome(version, row.item, RowOutcome(item=row.item, outcome=told, why=why[:300]))
        end = version != change.sequence
        self._written.append(
            (row.item, version, row.name, row.minor, row.currency, row.per, row.unit_minor, row.unit, row.was_minor,
             change.until if end else self._when.earlier, now, change.author, phase, why, told or "", now,
             None if end else change.until, change.sequence if end else None, row.member_minor)
        )  # fmt: skip


_TOLD: dict[str, Outcome] = {"held": "held", "waiting": "held", "refused": "refused"}
_COLUMNS = (
    "item, version, name, minor, currency, per, unit_minor, unit, was_minor, effective_at, received_at, author, phase,"
    " why, told, changed_at, until, ends, member_minor"
)
