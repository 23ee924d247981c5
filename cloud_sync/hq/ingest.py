"""Events from a store → rows, once in effect however often they come.

A cursor per (store, epoch) says what is on disk; what is at or below it is passed over. Epochs are kept, so a
late repeat from an earlier life of the gateway changes nothing. An epoch never seen before starts a cursor of
its own whatever its number: to refuse it would lose sales. A batch is one transaction.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, bindparam, insert, select

from cloud_sync.contract.attention import (
    CLOCK_KINDS,
    STANDING_KIND,
    TICKET_KIND,
    ClockTold,
    TicketsStanding,
    TicketTold,
)
from cloud_sync.contract.events import Batch, ChangeOutcome, Committed, Event, Sale, VisitMinute
from cloud_sync.contract.footfall import DAY_KIND, HEAT_KIND, FootfallDay, HeatDay
from cloud_sync.contract.goods import StockRequest
from cloud_sync.hq.clocks import take_clock
from cloud_sync.hq.database import upsert
from cloud_sync.hq.goods import coupon_told
from cloud_sync.hq.ledger_heads import keep_head
from cloud_sync.hq.office import Office
from cloud_sync.hq.outcomes import Outcomes
from cloud_sync.hq.schema import cursors, events, footfall_days, misfits, sale_lines, sales, visits
from cloud_sync.hq.stock_requests import take_request
from cloud_sync.hq.tickets import end_forgotten, take_ticket

MINUTE = 60_000
MAX_CROWD = 100_000
_LINE = {"version", "minor", "quantity", "total_minor"}
MAX_SALE = 10**12
"""Minor units. Larger figures are nonsense, and their sums would overflow."""

Row = dict[str, Any]


class Misfit(ValueError):
    """An event's body does not fit its kind. The text says how."""


@dataclass(slots=True)
class _Harvest:
    """What a batch adds to each table, gathered so that each table is written once."""

    store: str
    epoch: int
    now: int
    outcomes: Outcomes
    events: list[Row] = field(default_factory=list)
    misfits: list[Row] = field(default_factory=list)
    sales: list[Row] = field(default_factory=list)
    sale_lines: list[Row] = field(default_factory=list)
    visits: dict[tuple[str, str, int], Row] = field(default_factory=dict)
    footfall: dict[tuple[str, str, int], Row] = field(default_factory=dict)


def ingest(office: Office, store: str, batch: Batch) -> Committed:
    """Apply a batch and return what is on disk afterwards: the cursor of its epoch."""
    with office.db.write() as sql:
        lives: dict[int, int] = dict(map(tuple, sql.execute(_CURSORS, {"of_store": store})))
        known = lives.pop(batch.epoch, -1)
        restored = bool(lives)
        harvest = _Harvest(store, batch.epoch, office.now(), Outcomes(sql, store))
        for event in batch.events:
            if event.seq > known and not (restored and _told_before(sql, store, batch.epoch, event)):
                _take(sql, harvest, event)
        _write(sql, harvest)
        last = max(known, batch.events[-1].seq)
        if last > known:
            row = {"store": store, "epoch": batch.epoch, "seq": last, "at": office.now()}
            upsert(sql, cursors, [row])
    return Committed(epoch=batch.epoch, seq=last)


def _told_before(sql: Connection, store: str, epoch: int, event: Event) -> bool:
    """Whether an earlier life of the gateway told this event of a device already.

    A device that was not given its receipt before the gateway's disk was set back tells the event again.
    """
    if event.device_epoch is None or event.device_seq is None:
        return False
    told = {
        "of_store": store,
        "of_device": _storable(event.device),
        "told_epoch": event.device_epoch,
        "told_seq": event.device_seq,
        "of_epoch": epoch,
    }
    return sql.execute(_TOLD_BEFORE, told).first() is not None


_CURSORS = select(cursors.c.epoch, cursors.c.seq).where(cursors.c.store == bindparam("of_store")).with_for_update()
_TOLD_BEFORE = (
    select(events.c.seq)
    .where(
        events.c.store == bindparam("of_store"),
        events.c.device == bindparam("of_device"),
        events.c.device_epoch == bindparam("told_epoch"),
        events.c.device_seq == bindparam("told_seq"),
        events.c.epoch != bindparam("of_epoch"),
    )
    .limit(1)
)


def _take(sql: Connection, harvest: _Harvest, event: Event) -> None:
    key = {"store": harvest.store, "epoch": harvest.epoch, "seq": event.seq}
    head = {"kind": _storable(event.kind), "device": _storable(event.device), "at": event.at}
    try:
        # Escaped ASCII: whatever a device wrote, the text is one that every database takes.
        body = json.dumps(event.body, allow_nan=False, separators=(",", ":"))
        reader = _READERS.get(event.kind)
        if reader is not None:
            reader(sql, harvest, event, key)
    except ValueError as error:  # a pydantic ValidationError is one too
        why = str(error) if isinstance(error, Misfit) else _reason(error)
        body = json.dumps(event.body, default=str)[:20_000]
        harvest.misfits.append({**key, **head, "why": why[:500], "body": body})
        return
    rest = {
        "cls": event.cls.value,
        "device_epoch": event.device_epoch,
        "device_seq": event.device_seq,
        "received_at": event.received_at,
    }
    harvest.events.append({**key, **head, **rest, "body": body})


def _read_sale(_sql: Connection, harvest: _Harvest, event: Event, key: Mapping[str, Any]) -> None:
    sale = Sale.model_validate(event.body)
    if not (len(sale.currency) == 3 and sale.currency.isascii() and sale.currency.isupper()):
        raise Misfit(f"currency: {sale.currency[:10]!r} is none")
    if max(sale.total_minor, *(line.total_minor for line in sale.lines)) > MAX_SALE:
        raise Misfit("total_minor: more than a sale can be")
    if any(len(line.item) > 64 for line in sale.lines):
        raise Misfit("lines: an item has more than 64 characters")
    harvest.sales.append(
        {
            **key,
            "receipt": _storable(sale.receipt),
            "device": _storable(event.device),
            "total_minor": sale.total_minor,
            "currency": sale.currency,
            "at": event.at,
        }
    )
    harvest.sale_lines += (
        {**key, "line": number, **line.model_dump(include=_LINE), "item": _storable(line.item)}
        for number, line in enumerate(sale.lines, start=1)
    )


def _read_visit(_sql: Connection, harvest: _Harvest, event: Event, _key: Mapping[str, Any]) -> None:
    visit = VisitMinute.model_validate(event.body)
    if visit.minute % MINUTE:
        raise Misfit("minute: not the start of a minute")
    place = (_storable(event.device), _storable(visit.line), visit.minute)
    if max(visit.entered, visit.left) > MAX_CROWD:
        raise Misfit("entered, left: more people than a minute holds")
    names = dict(zip(("store", "device", "line", "minute"), (harvest.store, *place), strict=True))
    harvest.visits[place] = {**names, "entered": visit.entered, "left": visit.left}  # the later word replaces


def _read_outcome(_sql: Connection, harvest: _Harvest, event: Event, _key: Mapping[str, Any]) -> None:
    outcome = ChangeOutcome.model_validate(event.body)
    strangers = harvest.outcomes.hear(outcome, (harvest.epoch, event.seq), event.received_at)
    if strangers:
        raise Misfit(f"change {outcome.sequence} has no such row: {', '.join(strangers[:5])}"[:300])


def _read_head(sql: Connection, harvest: _Harvest, event: Event, _key: Mapping[str, Any]) -> None:
    if wrong := keep_head(sql, harvest.store, dict(event.body), event.at):
        raise Misfit(wrong)


def _read_footfall(_sql: Connection, harvest: _Harvest, event: Event, _key: Mapping[str, Any]) -> None:
    """A day of a camera: its body is kept whole, the later word replaces."""
    told = (FootfallDay if event.kind == DAY_KIND else HeatDay).model_validate(event.body)
    place = (_storable(event.device), event.kind, told.day)
    names = dict(zip(("store", "device", "kind", "day"), (harvest.store, *place), strict=True))
    harvest.footfall[place] = {**names, "body": told.model_dump_json()}


def _read_coupon(sql: Connection, harvest: _Harvest, event: Event, _key: Mapping[str, Any]) -> None:
    coupon = _storable(str(event.body.get("id", "")))[:40]
    if wrong := coupon_told(sql, harvest.store, coupon, used=event.kind == "coupon.used"):
        raise Misfit(wrong)


def _read_request(sql: Connection, harvest: _Harvest, event: Event, _key: Mapping[str, Any]) -> None:
    take_request(sql, harvest.store, StockRequest.model_validate(event.body), harvest.epoch, event.at)


def _read_ticket(sql: Connection, harvest: _Harvest, event: Event, _key: Mapping[str, Any]) -> None:
    told = TicketTold.model_validate(event.body)
    safe = {"why": _storable(told.why), "acknowledged_by": _storable(told.acknowledged_by)}
    take_ticket(sql, harvest.store, _storable(event.device), told.model_copy(update=safe))


def _read_standing(sql: Connection, harvest: _Harvest, event: Event, _key: Mapping[str, Any]) -> None:
    end_forgotten(sql, harvest.store, frozenset(TicketsStanding.model_validate(event.body).open), event.at)


def _read_clock(sql: Connection, harvest: _Harvest, event: Event, _key: Mapping[str, Any]) -> None:
    told = ClockTold.model_validate(event.body)
    safe = told.model_copy(update={"why": _storable(told.why)})
    take_clock(sql, harvest.store, safe, trusted=event.kind == "clock.trusted", now=harvest.now)


_READERS: dict[str, Callable[[Connection, _Harvest, Event, Mapping[str, Any]], None]] = {
    "sale": _read_sale,
    "visit.minute": _read_visit,
    "price.outcome": _read_outcome,
    "ledger.head": _read_head,
    DAY_KIND: _read_footfall,
    HEAT_KIND: _read_footfall,
    "stock.request": _read_request,
    "coupon.used": _read_coupon,
    "coupon.returned": _read_coupon,
    TICKET_KIND: _read_ticket,
    STANDING_KIND: _read_standing,
    **dict.fromkeys(CLOCK_KINDS, _read_clock),
}
"""Kind → reader of its body. Events of other kinds are kept as they are."""


_ADD_EVENTS, _ADD_MISFITS, _ADD_SALES, _ADD_LINES = map(insert, (events, misfits, sales, sale_lines))


def _write(sql: Connection, harvest: _Harvest) -> None:
    for statement, rows in (
        (_ADD_EVENTS, harvest.events),
        (_ADD_MISFITS, harvest.misfits),
        (_ADD_SALES, harvest.sales),
        (_ADD_LINES, harvest.sale_lines),
    ):
        if rows:
            sql.execute(statement, rows)
    harvest.outcomes.write()
    upsert(sql, visits, list(harvest.visits.values()))
    upsert(sql, footfall_days, list(harvest.footfall.values()))


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)


def _storable(text: str) -> str:
    """Text without NUL and lone surrogates, which PostgreSQL refuses."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
