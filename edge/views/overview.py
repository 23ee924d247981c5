"""The whole shop at a glance."""

from dataclasses import dataclass

from sqlite_utils import Database

from cloud_sync.queue.outbox import Depth, Outbox
from edge.views.day import day_of
from edge.views.devices import DeviceRow, list_tills
from edge.views.labels import LabelCounts, count_labels
from edge.views.receiving import Waiting, count_waiting
from edge.views.stock import Orders, StockSums, count_orders, sum_stock
from edge.views.tickets import Ticket, open_tickets
from edge.views.visitors import Visitors, read_visitors


@dataclass(frozen=True, slots=True)
class Sales:
    """Receipts of today and their sum, in minor units of the shop's currency."""

    receipts: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the first page. `at`: when it was read, UTC epoch milliseconds."""

    at: int
    labels: LabelCounts
    tills: tuple[DeviceRow, ...]
    visitors: Visitors
    sales: Sales
    queue: Depth
    landed_today: int
    on_the_way: int
    for_approval: int
    tickets: tuple[Ticket, ...]
    """Faults that are open."""
    stock: StockSums
    orders: Orders
    entrance: Waiting


def read_overview(database: Database, now: int, timezone: str, currency: str) -> Overview:
    """Read it all from one consistent moment."""
    day = day_of(now, timezone)
    sales = database.conn.execute(
        "SELECT COUNT(*), COALESCE(SUM(total_minor), 0) FROM sale WHERE at >= ? AND at < ? AND currency = ?",
        (day.start, day.end, currency),
    ).fetchone()
    landed, active, held = (
        database.conn.execute(query, values).fetchone()[0]
        for query, values in (
            ("SELECT COUNT(*) FROM price WHERE phase = 'landed' AND changed_at >= ?", (day.start,)),
            ("SELECT COUNT(*) FROM price WHERE phase = 'active'", ()),
            ("SELECT COUNT(*) FROM price WHERE phase = 'held'", ()),
        )
    )
    return Overview(
        at=now,
        labels=count_labels(database, now),
        tills=tuple(list_tills(database)),
        visitors=read_visitors(database, now, timezone),
        sales=Sales(sales[0], sales[1]),
        queue=Outbox.depth(database.conn),
        landed_today=landed,
        on_the_way=active,
        for_approval=held,
        tickets=tuple(open_tickets(database)),
        stock=sum_stock(database, now),
        orders=count_orders(database, now),
        entrance=count_waiting(database, now),
    )
