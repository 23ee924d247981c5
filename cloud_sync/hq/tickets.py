"""Tickets of all stores, as the stores told of them last. Nothing is decided here: a ticket belongs to its store."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, update

from cloud_sync.contract.attention import TicketTold
from cloud_sync.hq.database import upsert
from cloud_sync.hq.office import Office
from cloud_sync.hq.schema import stores, tickets

MOST = 200
CLOSED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket. Times are UTC epoch milliseconds by the store's clock; `subject`: the device that it is about."""

    store: str
    store_name: str
    timezone: str
    number: int
    rule: str
    subject: str
    critical: bool
    why: str
    opened_at: int
    taken_by: str
    closed_at: int | None


def take_ticket(sql: Connection, store: str, subject: str, told: TicketTold) -> None:
    """Keep a store's newest word about one of its tickets."""
    row = {
        "store": store, "number": told.ticket, "rule": told.rule, "subject": subject, "critical": told.critical,
        "why": told.why, "opened_at": told.opened_at, "taken_by": told.acknowledged_by, "closed_at": told.closed_at,
    }  # fmt: skip
    upsert(sql, tickets, [row])


def end_forgotten(sql: Connection, store: str, standing: Collection[int], at: int) -> None:
    """A store went on from a backup: of its tickets only those in `standing` are open, the others ended unseen."""
    cells = tickets.c
    known = sql.execute(select(cells.number).where(cells.store == store, cells.closed_at.is_(None))).scalars()
    gone = [{"of_store": store, "gone": number, "at": at} for number in known if number not in standing]
    if gone:
        ending = update(tickets).where(cells.store == bindparam("of_store"), cells.number == bindparam("gone"))
        sql.execute(ending.values(closed_at=bindparam("at")), gone)


def open_tickets(office: Office) -> list[Ticket]:
    """What is wrong now: critical first, then what nobody has taken, then the oldest."""
    cells = tickets.c
    return _read(
        office,
        _tickets()
        .where(cells.closed_at.is_(None))
        .order_by(cells.critical.desc(), cells.taken_by != "", cells.opened_at, cells.store, cells.number)
        .limit(MOST),
    )


def closed_tickets(office: Office) -> list[Ticket]:
    """What ended last."""
    cells = tickets.c
    return _read(
        office,
        _tickets()
        .where(cells.closed_at.is_not(None))
        .order_by(cells.closed_at.desc(), cells.store, cells.number)
        .limit(CLOSED_SHOWN),
    )


def _tickets() -> Select[Any]:
    cells = tickets.c
    return select(
        cells.store, stores.c.name, stores.c.timezone, cells.number, cells.rule, cells.subject, cells.critical,
        cells.why, cells.opened_at, cells.taken_by, cells.closed_at,
    ).join(stores, stores.c.id == cells.store)  # fmt: skip


def _read(office: Office, query: Select[Any]) -> list[Ticket]:
    with office.db.read() as sql:
        return [Ticket(*row) for row in sql.execute(query)]
