"""What became of each pushed row at its store: pending until the store's word, then its latest word."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select, update

from cloud_sync.contract.events import ChangeOutcome, RowOutcome
from cloud_sync.hq.office import Office
from cloud_sync.hq.schema import change_rows, changes

Status = Literal["pending", "landed", "held", "refused"]
STATUSES: tuple[Status, ...] = ("landed", "pending", "held", "refused")


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by what became of them. `pushed` is their sum."""

    landed: int = 0
    pending: int = 0
    held: int = 0
    refused: int = 0

    @property
    def pushed(self) -> int:
        """Every row that was ever pushed."""
        return self.landed + self.pending + self.held + self.refused


@dataclass(frozen=True, slots=True)
class PushedRow:
    """One row of one change, as a page shows it."""

    sequence: int
    item: str
    name: str
    minor: int
    currency: str
    per: str
    was_minor: int | None
    before_minor: int | None
    outcome: str
    why: str
    outcome_at: int | None
    author: str
    issued_at: int
    effective_at: int


@dataclass(slots=True)
class Outcomes:
    """What the events of a batch tell of rows, gathered: the rows of a change are looked up once, and written once."""

    sql: Connection
    store: str
    _items: dict[int, frozenset[str]] = field(default_factory=dict)
    _notes: list[dict[str, Any]] = field(default_factory=list)

    def hear(self, outcome: ChangeOutcome, told: tuple[int, int], at: int) -> list[str]:
        """Note outcomes told by the event (epoch, seq) `told`. Returns what the change does not have."""
        items = self._items_of(outcome.sequence)
        if not items:
            return ["no row at all"]
        if outcome.outcome_of_all is not None:
            for sequence in (outcome.sequence, *self._carried(outcome.sequence)):
                self._note(sequence, [(item, outcome.outcome_of_all) for item in sorted(items)], told, at)
        self._note(outcome.sequence, [(row.item, row) for row in outcome.rows if row.item in items], told, at)
        return [row.item[:20] for row in outcome.rows if row.item not in items]

    def write(self) -> None:
        """Write what was heard, in this order. A word that is older than the one noted changes nothing."""
        if self._notes:
            self.sql.execute(_NOTE, self._notes)
            self._notes = []

    def _items_of(self, sequence: int) -> frozenset[str]:
        found = self._items.get(sequence)
        if found is None:
            rows = self.sql.execute(_ITEMS, {"store": self.store, "sequence": sequence})
            found = self._items[sequence] = frozenset(rows.scalars())
        return found

    def _carried(self, sequence: int) -> list[int]:
        """The number of the end that a promotion carries, if it is one."""
        return list(self.sql.execute(_CARRIED, {"store": self.store, "end": sequence + 1}).scalars())

    def _note(self, sequence: int, rows: Sequence[tuple[str, RowOutcome]], told: tuple[int, int], at: int) -> None:
        same = {"of_store": self.store, "of_change": sequence, "epoch": told[0], "seq": told[1], "told_at": at}
        self._notes += [
            {
                **same,
                "of_item": item,
                "told": row.outcome,
                "told_why": row.why.replace("\0", " ").encode("utf-8", "replace").decode()[:300],
            }
            for item, row in rows
        ]


_ITEMS = select(change_rows.c.item).where(
    change_rows.c.store == bindparam("store"), change_rows.c.sequence == bindparam("sequence")
)
_CARRIED = select(changes.c.sequence).where(
    changes.c.store == bindparam("store"), changes.c.sequence == bindparam("end"), changes.c.envelope == ""
)
_NOTE = (
    update(change_rows)
    .where(
        change_rows.c.store == bindparam("of_store"),
        change_rows.c.sequence == bindparam("of_change"),
        change_rows.c.item == bindparam("of_item"),
        or_(
            change_rows.c.outcome_epoch < bindparam("epoch"),
            and_(change_rows.c.outcome_epoch == bindparam("epoch"), change_rows.c.outcome_seq <= bindparam("seq")),
        ),
    )
    .values(
        outcome=bindparam("told"),
        why=bindparam("told_why"),
        outcome_at=bindparam("told_at"),
        outcome_epoch=bindparam("epoch"),
        outcome_seq=bindparam("seq"),
    )
)


def counts(office: Office, stores: Sequence[str] | None = None) -> dict[str, Counts]:
    """Counts per store; a store that was never pushed anything is absent."""
    query = select(change_rows.c.store, change_rows.c.outcome, func.count()).group_by(
        change_rows.c.store, change_rows.c.outcome
    )
    if stores is not None:
        query = query.where(change_rows.c.store.in_(stores))
    found: dict[str, dict[str, int]] = {}
    with office.db.read() as sql:
        for store, outcome, number in sql.execute(query):
            found.setdefault(store, {})[outcome] = number
    return {store: Counts(**by_outcome) for store, by_outcome in found.items()}


def pushed_rows(
    office: Office, store: str, status: str = "", search: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[PushedRow], int]:
    """A page of a store's rows, newest change first, and how many there are in all."""
    where: list[ColumnElement[bool]] = [change_rows.c.store == store]
    if status:
        where.append(change_rows.c.outcome == status)
    if search:
        named = change_rows.c.name.icontains(search, autoescape=True)
        where.append(named | change_rows.c.item.contains(search, autoescape=True))
    names = [name for name in PushedRow.__slots__ if name in change_rows.c]
    columns: list[Any] = [change_rows.c[name] for name in names]
    columns += [changes.c.author, changes.c.issued_at, changes.c.effective_at]
    joined = and_(changes.c.store == change_rows.c.store, changes.c.sequence == change_rows.c.sequence)
    query = select(*columns).join(changes, joined).where(*where)
    query = query.order_by(change_rows.c.sequence.desc(), change_rows.c.item).offset(offset).limit(limit)
    with office.db.read() as sql:
        total = sql.execute(select(func.count()).select_from(change_rows).where(*where)).scalar_one()
        return [PushedRow(**row) for row in sql.execute(query).mappings()], total


def change_log(office: Office, store: str, offset: int = 0, limit: int = 50) -> list[dict[str, Any]]:
    """A store's changes, newest first, each with its counts."""
    columns = [changes.c[name] for name in ("sequence", "author", "issued_at", "effective_at", "expires_at", "rows")]
    query = select(*columns).where(changes.c.store == store).order_by(changes.c.sequence.desc())
    with office.db.read() as sql:
        found = [dict(row) for row in sql.execute(query.offset(offset).limit(limit)).mappings()]
        tally = select(change_rows.c.sequence, change_rows.c.outcome, func.count()).where(
            change_rows.c.store == store, change_rows.c.sequence.in_([row["sequence"] for row in found])
        )
        tally = tally.group_by(change_rows.c.sequence, change_rows.c.outcome)
        by_sequence = {row["sequence"]: row | dict.fromkeys(STATUSES, 0) for row in found}
        for sequence, outcome, number in sql.execute(tally):
            by_sequence[sequence][outcome] = number
    return list(by_sequence.values())
