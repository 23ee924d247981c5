"""The end of a store's change log: its head, and entries behind it. The statements are put together once."""

from typing import TypedDict

from sqlalchemy import Connection, bindparam, insert, select, update

from cloud_sync.hq.schema import changes, stores


class LogEntry(TypedDict):
    """A row of the log. Times are UTC epoch milliseconds; `envelope`: the signed change, see `changes`."""

    store: str
    sequence: int
    author: str
    issued_at: int
    effective_at: int
    expires_at: int
    rows: int
    envelope: str


def read_head(sql: Connection, store: str) -> int:
    """The last sequence of a store's log; other writers wait until this transaction ends."""
    return int(sql.execute(_READ, {"of_store": store}).scalar_one())


def keep_head(sql: Connection, store: str, head: int) -> None:
    """The log goes to `head` now."""
    sql.execute(_KEEP, {"of_store": store, "head": head})


def add_entry(sql: Connection, entry: LogEntry) -> None:
    """Append an entry."""
    sql.execute(_ADD, [entry])


_READ = select(stores.c.change_head).where(stores.c.id == bindparam("of_store")).with_for_update()
_KEEP = update(stores).where(stores.c.id == bindparam("of_store")).values(change_head=bindparam("head"))
_ADD = insert(changes)
