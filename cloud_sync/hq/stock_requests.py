"""What stores ask for because their stock fell to a level; open until goods are sent, or somebody says so."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, update

from cloud_sync.contract.goods import StockRequest
from cloud_sync.hq.database import upsert
from cloud_sync.hq.office import NotFound, Office
from cloud_sync.hq.schema import change_rows, stock_requests

MOST = 200


@dataclass(frozen=True, slots=True)
class Request:
    """One open request. `free`: what was there and promised to nobody; `level`: "minimum" is the urgent one."""

    store: str
    item: str
    name: str
    level: str
    free: int
    safety: int
    at: int
    """When the store asked, UTC epoch milliseconds."""


def take_request(sql: Connection, store: str, request: StockRequest, epoch: int, at: int) -> None:
    """Keep what a store asks for; a crossing that is known, or older than it, changes nothing."""
    known = sql.execute(
        select(stock_requests.c.epoch, stock_requests.c.crossing)
        .where(stock_requests.c.store == store, stock_requests.c.item == request.item)
        .with_for_update()
    ).first()
    if known is not None and (epoch, request.crossing) <= (known.epoch, known.crossing):
        return
    row = {
        "store": store, "item": request.item, "level": request.level, "free": request.hand - request.reserved,
        "safety": request.safety, "crossing": request.crossing, "epoch": epoch, "at": at, "answered_at": None,
    }  # fmt: skip
    upsert(sql, stock_requests, [row])


def answer(sql: Connection, store: str, items: Iterable[str], now: int) -> int:
    """Goods are on their way; returns how many requests that answers."""
    return sql.execute(_ANSWER, {"of_store": store, "items": list(items), "now": now}).rowcount


_ANSWER = (
    update(stock_requests)
    .where(
        stock_requests.c.store == bindparam("of_store"),
        stock_requests.c.item.in_(bindparam("items", expanding=True)),
        stock_requests.c.answered_at.is_(None),
    )
    .values(answered_at=bindparam("now"))
)


def say_answered(office: Office, store: str, item: str) -> int:
    """An operator says that a request needs nothing more; returns when. Raises NotFound where none is open."""
    now = office.now()
    with office.db.write() as sql:
        if not answer(sql, store, [item], now):
            raise NotFound(f"{store} has no open request for {item}")
    return now


def open_requests(office: Office, store: str | None = None, limit: int = MOST) -> list[Request]:
    """What is asked for, of one store or of all: urgent first, then the oldest."""
    named = (
        select(change_rows.c.name)
        .where(change_rows.c.store == stock_requests.c.store, change_rows.c.item == stock_requests.c.item)
        .order_by(change_rows.c.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    cells = stock_requests.c
    query = select(cells.store, cells.item, named.label("name"), cells.level, cells.free, cells.safety, cells.at).where(
        cells.answered_at.is_(None)
    )
    if store is not None:
        query = query.where(cells.store == store)
    with office.db.read() as sql:
        rows = sql.execute(query.order_by(cells.level, cells.at, cells.store, cells.item).limit(min(limit, MOST)))
        return [Request(row.store, row.item, row.name or "", *row[3:]) for row in rows]
