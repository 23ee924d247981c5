"""Reading from the ledger what a question needs: rows of a device, of a sale, and how the clock was set back."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from edge.prices.discounts import SET as DISCOUNTS_SET
from edge.proof.facts import RESTORED, Clock, Row, Step
from edge.proof.label import KINDS, label_timeline
from edge.proof.receipt import Judgement, judge, sale_time
from edge.proof.sold import read_line
from edge.proof.till import till_timeline
from edge.proof.timeline import Timeline
from edge.store import Transaction
from edge.store.transaction import CLOCK_BACK, GATEWAY

SHOP_SET = "shop.set"
"""Kind of the row that notes the settings that judging a receipt needs."""
NEAR_SALES = 50
"""Sales of a till, before and after, by which its clock is judged."""
MOST_LABELS = 200
"""Labels of one item that are looked at."""
_COLUMNS = "seq, at, kind, subject, body, hash"
_ITEM = "CASE WHEN typeof(body) = 'text' AND json_valid(body) THEN json_extract(body, '$.item') END"
_RECEIPT = "CASE WHEN typeof(body) = 'text' AND json_valid(body) THEN json_extract(body, '$.receipt') END"


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What the ledger says of the shop. `grace_ms`: how long a price counts as shown after it left a label."""

    timezone: str = "UTC"
    currency: str = "EUR"
    grace_ms: int = 0


def note_shop(tx: Transaction, facts: ShopFacts) -> None:
    """Write the settings into the ledger when they are not what it says; called at every start of the gateway."""
    if read_shop(tx.sql) != facts or not _newest(tx.sql, SHOP_SET):
        body = {"timezone": facts.timezone, "currency": facts.currency, "grace_ms": facts.grace_ms}
        tx.record(SHOP_SET, GATEWAY, body)


def read_shop(sql: sqlite3.Connection, before: int | None = None) -> ShopFacts:
    """The settings that held at row `before`, or hold now."""
    row = _newest(sql, SHOP_SET, before)
    if row is None:
        return ShopFacts()
    body = row.body
    return ShopFacts(str(body["timezone"]), str(body["currency"]), int(body["grace_ms"]))


def read_clock(sql: sqlite3.Connection) -> Clock:
    """When the ledger began, and every time the gateway's clock was found set back."""
    first = sql.execute("SELECT at FROM ledger ORDER BY seq LIMIT 1").fetchone()
    steps = [
        Step(row.seq, int(row.body["before"]), int(row.body["after"]), int(row.body["quiet"]))
        for row in _rows(sql, "subject = ? AND kind = ?", (GATEWAY, CLOCK_BACK))
    ]
    return Clock(first[0] if first else None, tuple(steps))


def read_label(sql: sqlite3.Connection, device: str, clock: Clock | None = None) -> Timeline:
    """A label's past."""
    rows = _rows(sql, f"subject = ? AND kind IN ({_marks(KINDS)})", (device, *KINDS))
    return label_timeline(device, _with_restores(sql, device, rows), read_clock(sql) if clock is None else clock)


def read_till(
    sql: sqlite3.Connection, device: str, item: str, clock: Clock | None = None, *, member: bool = False
) -> Timeline:
    """A till's past with one item. `member`: with its price for members."""
    rows = _rows(
        sql,
        "subject = ? AND (kind IN ('till.joined', 'till.forgot', 'device.retired')"
        " OR (kind IN ('till.sent', 'till.applied') AND instr(body, ?) > 0))",
        (device, item),
    )
    ticks = read_clock(sql) if clock is None else clock
    return till_timeline(device, item, _with_restores(sql, device, rows), ticks, member=member)


def labels_of(sql: sqlite3.Connection, item: str) -> list[str]:
    """Every label that ever stood for the item, was sent it or was read to show it."""
    found = sql.execute(
        f"SELECT DISTINCT subject FROM ledger WHERE {_ITEM} = ?"  # noqa: S608  an expression of ours
        " AND kind IN ('label.bound', 'label.sent', 'label.read') ORDER BY subject LIMIT ?",
        (item, MOST_LABELS),
    )
    return [subject for (subject,) in found]


def tills_of(sql: sqlite3.Connection) -> list[str]:
    """Every till that the gateway knows, in service or not."""
    found = sql.execute("SELECT id FROM device WHERE role = 'till' ORDER BY id")
    return [device for (device,) in found]


def has_rows(sql: sqlite3.Connection, subject: str) -> bool:
    """Whether the ledger speaks of this device at all."""
    return sql.execute("SELECT 1 FROM ledger WHERE subject = ? LIMIT 1", (subject,)).fetchone() is not None


def read_sales(sql: sqlite3.Connection, receipt: str) -> list[Row]:
    """The sales of this receipt number; one, unless tills reuse numbers."""
    return _rows(sql, f"{_RECEIPT} = ? AND kind = 'sale'", (receipt,))


def judge_sale(sql: sqlite3.Connection, sale: Row, grace_ms: int | None = None) -> Judgement:
    """Judge a sale by the whole ledger. `grace_ms`: None takes the setting that held then."""
    clock = read_clock(sql)
    items = list(dict.fromkeys(str(line[0]) for line in sale.body["lines"]))
    labels = {item: [read_label(sql, name, clock) for name in labels_of(sql, item)] for item in items}
    tills = {
        (item, member): read_till(sql, sale.subject, item, clock, member=member)
        for item in items
        for member in (False, True)
    }
    if grace_ms is None:
        grace_ms = read_shop(sql, sale.seq).grace_ms
    sold_per = partial(_sold_per, sql)
    by_rule = any(read_line(line, sold_per).discount is not None for line in sale.body["lines"])
    rules = _rows(sql, "subject = ? AND kind = ?", (GATEWAY, DISCOUNTS_SET)) if by_rule else ()
    return judge(sale, sale_time(sale, _near(sql, sale, clock)), labels, tills, grace_ms, sold_per, rules)


def _sold_per(sql: sqlite3.Connection, item: str, version: int) -> str:
    """What a price version buys; a piece where the version is not known any more."""
    row = sql.execute("SELECT per FROM price WHERE item = ? AND version = ?", (item, version)).fetchone()
    return str(row[0]) if row else "each"


def _with_restores(sql: sqlite3.Connection, device: str, rows: list[Row]) -> list[Row]:
    """The rows of a device, and where the gateway went on from a backup: what happened since the copy is lost."""
    found = sql.execute(
        "SELECT later.seq, last.at, later.hash FROM ledger later JOIN ledger last ON last.seq = later.seq - 1"
        " WHERE later.subject = ? AND later.kind = ?",
        (GATEWAY, RESTORED),
    )
    restored = [Row(seq, at, RESTORED, device, {}, bytes(digest).hex()) for seq, at, digest in found]
    return sorted([*rows, *restored], key=lambda row: row.seq) if restored else rows


def _near(sql: sqlite3.Connection, sale: Row, clock: Clock) -> list[Row]:
    """Sales of the same till around this one, with no step of the clock between."""
    low = max((step.seq for step in clock.steps if step.seq <= sale.seq), default=0)
    high = min((step.seq for step in clock.steps if step.seq > sale.seq), default=2**62)
    where = "subject = ? AND kind = 'sale' AND seq > ? AND seq < ?"
    before = _rows(sql, where, (sale.subject, low, sale.seq), f"DESC LIMIT {NEAR_SALES}")
    after = _rows(sql, where, (sale.subject, sale.seq, high), f"LIMIT {NEAR_SALES}")
    return [*before, *after]


def _newest(sql: sqlite3.Connection, kind: str, before: int | None = None) -> Row | None:
    top = 2**62 if before is None else before
    found = _rows(sql, "subject = ? AND kind = ? AND seq < ?", (GATEWAY, kind, top), "DESC LIMIT 1")
    return found[0] if found else None


def _rows(sql: sqlite3.Connection, where: str, values: tuple[object, ...], order: str = "") -> list[Row]:
    found = sql.execute(f"SELECT {_COLUMNS} FROM ledger WHERE {where} ORDER BY seq {order}", values)  # noqa: S608
    return [
        Row(seq, at, kind, subject, json.loads(body), bytes(digest).hex())
        for seq, at, kind, subject, body, digest in found
    ]


def _marks(values: Iterable[object]) -> str:
    return ",".join("?" for _ in values)
