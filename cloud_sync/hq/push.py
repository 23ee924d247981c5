"""Price rows → signed changes in a store's log. One transaction: all of a push, or none of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from cloud_sync.contract.change import MAX_ROWS, Change, ChangeRow, sign_change
from cloud_sync.contract.feed import FeedEntry, FeedPage
from cloud_sync.hq.database import upsert
from cloud_sync.hq.office import HqError, Office
from cloud_sync.hq.schema import change_rows, changes, price_list, stores
from cloud_sync.hq.stores import find_store

LIFE = 7 * 86_400_000
"""Milliseconds after which a store no longer takes a change: counted from when it is to be in force."""

MAX_AHEAD = 366 * 86_400_000
MAX_PAGE = 50
_PAGE_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: rows that went into the log, rows that the list had already, and the new sequences."""

    pushed: int
    unchanged: int
    sequences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that would be pushed and what the list says now (None: the item is new)."""

    row: ChangeRow
    before: ChangeRow | None


def difference(office: Office, store: str, rows: Sequence[ChangeRow]) -> list[Difference]:
    """What a push of these rows would change, in their order."""
    with office.db.read() as sql:
        find_store(sql, store)
        return _difference(sql, store, rows)


def push(
    office: Office,
    store: str,
    rows: Sequence[ChangeRow],
    author: str,
    effective_at: int | None = None,
    begins: str | None = None,
) -> Pushed:
    """Append what differs from the store's price list to its change log, signed, and wake the store.

    `effective_at` in UTC epoch milliseconds, now when None or past; `begins`: see `Change.begins`. Raises HqError
    (rows that contradict each other, a time too far ahead) or NotFound.
    """
    if len({row.item for row in rows}) != len(rows):
        raise HqError("an item appears twice in one push")
    with office.db.write() as sql:
        found = find_store(sql, store)
        foreign = next((row for row in rows if row.currency != found.currency), None)
        if foreign is not None:
            raise HqError(f"{foreign.name}: the price is in {foreign.currency}, the store sells in {found.currency}")
        now = office.now()
        start = max(now, effective_at or now)
        if start > now + MAX_AHEAD:
            raise HqError("a change can be ordered for at most a year ahead")
        different = _difference(sql, store, rows)
        head = sql.execute(select(stores.c.change_head).where(stores.c.id == store).with_for_update()).scalar_one()
        sequences = []
        for place in range(0, len(different), MAX_ROWS):
            head += 1
            sequences.append(head)
            part = different[place : place + MAX_ROWS]
            change = Change(
                store=store,
                sequence=head,
                issued_at=now,
                expires_at=start + (LIFE if begins is None else 2 * LIFE),
                effective_at=start,
                begins=begins,
                author=author,
                rows=tuple(entry.row for entry in part),
            )
            _append(sql, change, part, sign_change(change, office.signer).decode())
        sql.execute(update(stores).where(stores.c.id == store).values(change_head=head))
    if sequences:
        office.hub.wake(store)
    return Pushed(len(different), len(rows) - len(different), tuple(sequences))


def feed(office: Office, store: str, after: int, limit: int) -> FeedPage:
    """A store's changes after its cursor, as many as fit one answer."""
    query = select(changes.c.sequence, changes.c.envelope).order_by(changes.c.sequence)
    query = query.where(changes.c.store == store, changes.c.sequence > after).limit(min(limit, MAX_PAGE))
    entries: list[FeedEntry] = []
    size = 0
    with office.db.read() as sql:
        head = find_store(sql, store).change_head
        for sequence, envelope in sql.execute(query):
            size += len(envelope)
            if entries and size > _PAGE_BYTES:
                break
            entries.append(FeedEntry(sequence=sequence, envelope=envelope))
    return FeedPage(entries=tuple(entries), head=head)


def _difference(sql: Connection, store: str, rows: Sequence[ChangeRow]) -> list[Difference]:
    """Rows that differ from the list, or whose last push the store refused: those may be tried again."""
    query = select(price_list.c.item, price_list.c.row).where(price_list.c.store == store)
    listed = {row.item: row.row for row in sql.execute(query)}
    refused = set(
        sql.execute(
            select(price_list.c.item)
            .join(
                change_rows,
                (change_rows.c.store == price_list.c.store)
                & (change_rows.c.sequence == price_list.c.sequence)
                & (change_rows.c.item == price_list.c.item),
            )
            .where(price_list.c.store == store, change_rows.c.outcome == "refused")
        ).scalars()
    )
    found = []
    for row in rows:
        before = listed.get(row.item)
        if before is None or row.item in refused or row.model_dump_json() != before:
            found.append(Difference(row, None if before is None else ChangeRow.model_validate_json(before)))
    return found


def _append(sql: Connection, change: Change, part: Sequence[Difference], envelope: str) -> None:
    key = {"store": change.store, "sequence": change.sequence}
    sql.execute(
        insert(changes).values(
            **key,
            author=change.author,
            issued_at=change.issued_at,
            effective_at=change.effective_at,
            expires_at=change.expires_at,
            rows=len(change.rows),
            envelope=envelope,
        )
    )
    shown = {"item", "name", "minor", "currency", "per", "was_minor"}
    sql.execute(
        insert(change_rows),
        [
            {
                **key,
                **entry.row.model_dump(include=shown),
                "before_minor": entry.before.minor if entry.before else None,
            }
            for entry in part
        ],
    )
    upsert(
        sql,
        price_list,
        [{**key, "item": entry.row.item, "row": entry.row.model_dump_json()} for entry in part],
    )
