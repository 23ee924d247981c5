"""Price rows → signed changes in a store's log. One transaction: all of a push, or none of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, func, insert, select

from cloud_sync.contract.change import MAX_ROWS, OCCASIONS, Change, ChangeRow, sign_change
from cloud_sync.contract.feed import FeedEntry, FeedPage
from cloud_sync.hq.change_log import LogEntry, add_entry, keep_head, read_head
from cloud_sync.hq.database import upsert
from cloud_sync.hq.office import HqError, Office
from cloud_sync.hq.promotions import (
    Portion,
    Promotion,
    forget_promotions,
    keep_promotions,
    promoted,
    read_promotions,
    regular,
)
from cloud_sync.hq.schema import change_rows, changes, price_list
from cloud_sync.hq.stores import find_store
from cloud_sync.hq.terms import Terms
from cloud_sync.hq.times import latest_reading

LIFE = 7 * 86_400_000
"""Milliseconds after which a store no longer takes a change: counted from when it is to be in force."""

MAX_AHEAD = 366 * 86_400_000
MAX_PAGE = 50
_PAGE_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: rows that went into the log, rows that the list had already, and the new sequences.

    `deferred`: of the rows pushed, those that wait for the end of a promotion.
    """

    pushed: int
    unchanged: int
    sequences: tuple[int, ...]
    deferred: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that would be pushed and what the list says now (None: the item is new)."""

    row: ChangeRow
    before: ChangeRow | None


def difference(office: Office, store: str, rows: Sequence[ChangeRow], until: int | None = None) -> list[Difference]:
    """What a push of these rows would change, in their order. `until`: as promotions that end then."""
    with office.db.read() as sql:
        find_store(sql, store)
        if until is not None:
            return _promotion_difference(sql, store, rows, until, office.now())
        return _difference(sql, store, rows)


def push(
    office: Office,
    store: str,
    rows: Sequence[ChangeRow],
    author: str,
    effective_at: int | None = None,
    begins: str | None = None,
) -> Pushed:
    """Append what differs from the store's price list to its change log; see `push_on` and `Change.begins`."""
    return push_on(office, store, rows, author, Terms(effective_at, begins))


def push_on(office: Office, store: str, rows: Sequence[ChangeRow], author: str, terms: Terms) -> Pushed:
    """Append what differs from the store's price list to its change log, signed, and wake the store.

    Raises HqError (rows that contradict each other, a time too far ahead, a promotion of an item without a regular
    price) or NotFound.
    """
    if len({row.item for row in rows}) != len(rows):
        raise HqError("an item appears twice in one push")
    with office.db.write() as sql:
        found = find_store(sql, store)
        foreign = next((row for row in rows if row.currency != found.currency), None)
        if foreign is not None:
            raise HqError(f"{foreign.name}: the price is in {foreign.currency}, the store sells in {found.currency}")
        now = office.now()
        start = max(now, terms.effective_at or now)
        if max(start, terms.until or 0) > now + MAX_AHEAD:
            raise HqError("a change can be ordered for at most a year ahead")
        if terms.until is None:
            different = _difference(sql, store, rows)
            if terms.end_promotions:
                forget_promotions(sql, store, [entry.row.item for entry in different])
            known = read_promotions(sql, store, now)
            rows_to_push = [entry.row for entry in different]
            portions = regular(rows_to_push, start, known, _settled(terms, found.timezone, rows_to_push, known))
        else:
            different = _promotion_difference(sql, store, rows, terms.until, now)
            portions = [promoted(sql, store, [entry.row for entry in different], start, terms.until)]
        if terms.deadline is not None:
            _check_batch(portions, start, terms.deadline)
        before = {entry.row.item: entry.before for entry in different}
        head = read_head(sql, store)
        sequences = []
        for portion in portions:
            begins = terms.begins if portion.effective_at == start else None
            for part in _parts(portion):
                sequences.append(head + 1)
                change = _change(store, head + 1, author, now, part, replace(terms, begins=begins))
                head = _append(office, sql, change, part, before)
        keep_head(sql, store, head)
    if sequences:
        office.hub.wake(store)
    deferred = sum(len(part.rows) for part in portions if part.until is None and part.effective_at > start)
    return Pushed(len(different), len(rows) - len(different), tuple(sequences), deferred)


def feed(office: Office, store: str, after: int, limit: int) -> FeedPage:
    """A store's changes after its cursor, as many as fit one answer."""
    entries: list[FeedEntry] = []
    size = 0
    with office.db.read() as sql:
        find_store(sql, store)
        which = {"of_store": store, "after": after, "most": min(limit, MAX_PAGE)}
        head = sql.execute(_LAST_ENTRY, which).scalar() or 0
        for sequence, envelope in sql.execute(_ENTRIES, which):
            size += len(envelope)
            if entries and size > _PAGE_BYTES:
                break
            entries.append(FeedEntry(sequence=sequence, envelope=envelope))
    return FeedPage(entries=tuple(entries), head=head)


_LAST_ENTRY = select(func.max(changes.c.sequence)).where(
    changes.c.store == bindparam("of_store"), changes.c.envelope != ""
)
_ENTRIES = (
    select(changes.c.sequence, changes.c.envelope)
    .where(changes.c.store == bindparam("of_store"), changes.c.sequence > bindparam("after"), changes.c.envelope != "")
    .order_by(changes.c.sequence)
    .limit(bindparam("most"))
)


def _settled(terms: Terms, timezone: str, rows: Sequence[ChangeRow], known: Mapping[str, Promotion]) -> int:
    """By when a start on the store's own clock has come by either reading; 0 for an instant. Raises HqError."""
    if terms.begins is None:
        return 0
    if terms.begins not in OCCASIONS:
        return latest_reading(terms.begins, timezone)
    on_promotion = next((row for row in rows if row.item in known), None)
    if on_promotion is not None:
        raise HqError(f"{on_promotion.name} is on promotion, or is going to be: order its price for a time of day")
    return 0


def _difference(sql: Connection, store: str, rows: Sequence[ChangeRow]) -> list[Difference]:
    """Rows that differ from the list, or whose last push the store refused: those may be tried again."""
    found = []
    for place in range(0, len(rows), _CHUNK):
        part = rows[place : place + _CHUNK]
        which = {"of_store": store, "items": [row.item for row in part]}
        listed = {item: (before, outcome) for item, before, outcome in sql.execute(_LISTED, which)}
        for row in part:
            before, outcome = listed.get(row.item, (None, None))
            if before is not None and outcome != "refused" and row.model_dump_json() == before:
                continue
            listed_row = None if before is None else ChangeRow.model_validate_json(before)
            if row != listed_row or outcome == "refused":
                found.append(Difference(row, listed_row))
    return found


_CHUNK = 500
"""Items in one statement; databases bound the parameters of a statement."""
_LISTED = (
    select(price_list.c.item, price_list.c.row, change_rows.c.outcome)
    .outerjoin(
        change_rows,
        (change_rows.c.store == price_list.c.store)
        & (change_rows.c.sequence == price_list.c.sequence)
        & (change_rows.c.item == price_list.c.item),
    )
    .where(price_list.c.store == bindparam("of_store"), price_list.c.item.in_(bindparam("items", expanding=True)))
)


def _promotion_difference(
    sql: Connection, store: str, rows: Sequence[ChangeRow], until: int, now: int
) -> list[Difference]:
    """Rows that are not already on promotion at this price until then."""
    known = read_promotions(sql, store, now)
    found = []
    for row in rows:
        before = known.get(row.item)
        if before is None or (before.row, before.until) != (row, until):
            found.append(Difference(row, None if before is None else before.row))
    return found


def _parts(portion: Portion) -> Iterator[Portion]:
    for place in range(0, len(portion.rows), MAX_ROWS):
        end = place + MAX_ROWS
        yield replace(portion, rows=portion.rows[place:end], afterwards=portion.afterwards[place:end])


def _check_batch(portions: Sequence[Portion], start: int, deadline: int) -> None:
    """Raises HqError for what a store cannot begin with as one."""
    if deadline <= start:
        raise HqError("the deadline of a batch has to be after the time from which it may begin")
    if sum(len(portion.rows) for portion in portions) > MAX_ROWS:
        raise HqError(f"a batch has at most {MAX_ROWS} rows that change")
    if len(portions) > 1 or any(portion.effective_at > start for portion in portions):
        raise HqError("an item of the batch is on promotion, or is going to be: push it by itself, or after that")


def _change(store: str, sequence: int, author: str, now: int, part: Portion, terms: Terms) -> Change:
    return Change(
        store=store,
        sequence=sequence,
        issued_at=now,
        expires_at=max(part.effective_at, terms.deadline or 0) + (LIFE if terms.begins is None else 2 * LIFE),
        effective_at=part.effective_at,
        begins=terms.begins,
        author=author,
        rows=tuple(part.rows),
        until=part.until,
        afterwards=tuple(part.afterwards),
        deadline=terms.deadline,
    )


def _append(
    office: Office, sql: Connection, change: Change, part: Portion, before: Mapping[str, ChangeRow | None]
) -> int:
    """Write a change into the log and into the list. Returns the highest number that it uses."""
    _note_change(sql, change, change.rows, before, sign_change(change, office.signer).decode())
    if change.until is None:
        rows = [{"item": row.item, "row": row.model_dump_json()} for row in change.rows]
        upsert(sql, price_list, [{"store": change.store, "sequence": change.sequence, **row} for row in rows])
        return change.sequence
    keep_promotions(sql, change.store, change.sequence, part)
    promoted_at: dict[str, ChangeRow | None] = {row.item: row for row in change.rows}
    end = change.model_copy(update={"sequence": change.last_version, "effective_at": change.until})
    _note_change(sql, end, change.afterwards, promoted_at, "")
    return change.last_version


def _note_change(
    sql: Connection,
    change: Change,
    rows: Sequence[ChangeRow],
    before: Mapping[str, ChangeRow | None],
    envelope: str,
) -> None:
    """Write down a change and its rows, whose outcome the store will tell. `before`: what the items cost until then."""
    key = {"store": change.store, "sequence": change.sequence}
    entry: LogEntry = {
        "store": change.store,
        "sequence": change.sequence,
        "author": change.author,
        "issued_at": change.issued_at,
        "effective_at": change.effective_at,
        "expires_at": change.expires_at,
        "rows": len(rows),
        "envelope": envelope,
    }
    add_entry(sql, entry)
    shown = {"item", "name", "minor", "currency", "per", "was_minor"}
    lines = []
    for row in rows:
        earlier = before.get(row.item)
        lines.append({**key, **row.model_dump(include=shown), "before_minor": earlier.minor if earlier else None})
    sql.execute(_ROWS, lines)


_ROWS = insert(change_rows)
