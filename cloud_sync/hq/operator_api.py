"""What operators and their programs call: stores, price files, changes, sums. JSON under /api."""

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, File, Form, Query, Request, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from cloud_sync.contract.change import ChangeRow
from cloud_sync.contract.epcis import MEDIA_TYPE
from cloud_sync.contract.goods import MAX_ENTRIES, Entry
from cloud_sync.hq.discounts import Ordered, read_discounts
from cloud_sync.hq.enrolment import NewCode, approve, keys_of, new_code
from cloud_sync.hq.epcis import read_epcis
from cloud_sync.hq.goods import send_goods
from cloud_sync.hq.http import BodyLimit, tell
from cloud_sync.hq.ledger_heads import list_heads
from cloud_sync.hq.office import HqError, Office
from cloud_sync.hq.outcomes import Counts, change_log, counts, pushed_rows
from cloud_sync.hq.price_csv import harmless
from cloud_sync.hq.push import difference, push_on
from cloud_sync.hq.signing_in import require_operator, signing_router
from cloud_sync.hq.stock_requests import open_requests, say_answered
from cloud_sync.hq.stores import add_store, get_store, list_stores
from cloud_sync.hq.sums import by_hour, footfall, misfit_count, sales_sum
from cloud_sync.hq.terms import Asked
from cloud_sync.hq.uploads import MAX_FILE, upload
from cloud_sync.pages.guard import Guard

Span = Annotated[int, Query(ge=0, le=2**53)]
Offset = Annotated[int, Query(ge=0, le=10**9)]
Limit = Annotated[int, Query(ge=1, le=500)]
StatusFilter = Literal["", "landed", "pending", "held", "refused"]


class NewStore(BaseModel):
    """A store to register."""

    model_config = ConfigDict(extra="forbid")
    id: str
    name: str
    currency: str = "EUR"
    timezone: str = "UTC"


class Approval(BaseModel):
    """Which key to approve, by what a person compared."""

    model_config = ConfigDict(extra="forbid")
    fingerprint: Annotated[str, Field(max_length=100)]


class Rows(BaseModel):
    """Price rows to push, as an alternative to a file."""

    model_config = ConfigDict(extra="forbid")
    rows: Annotated[list[ChangeRow], Field(min_length=1, max_length=200_000)]
    at: str = ""
    until: str = ""
    """When they end, as promotions."""
    deadline: str = ""
    """By when all of them begin, or none."""
    end_promotions: bool = False
    dry_run: bool = False


class GoodsOrders(BaseModel):
    """Orders about goods: deliveries, levels, reservations, coupons, discounts; see `contract.goods`."""

    model_config = ConfigDict(extra="forbid")
    entries: Annotated[list[Entry], Field(min_length=1, max_length=MAX_ENTRIES)]


def make_operator_api(office: Office, hosts: frozenset[str] | None = None) -> FastAPI:
    """The app behind `--console`, without pages. `hosts`: names it may be called by, None for any."""
    app = FastAPI(title="Aisle head office", docs_url=None, redoc_url=None)
    app.add_exception_handler(HqError, tell)
    app.add_middleware(BodyLimit, limit=MAX_FILE + (1 << 20))
    app.add_middleware(Guard, hosts=hosts)
    app.include_router(signing_router(office))
    app.include_router(_stores_router(office))
    app.include_router(_prices_router(office))
    app.include_router(_sums_router(office))
    return app


def _operator(office: Office) -> Any:
    def operator(request: Request) -> str:
        return require_operator(office, request)

    return Depends(operator)


def _stores_router(office: Office) -> APIRouter:
    router = APIRouter(prefix="/api")
    operator = _operator(office)

    @router.get("/me")
    def me(name: str = operator) -> dict[str, str]:
        return {"operator": name}

    @router.get("/stores", dependencies=[operator])
    def stores(search: str = "", offset: Offset = 0, limit: Limit = 100) -> list[dict[str, Any]]:
        found = list_stores(office, search[:80], limit, offset)
        tally = counts(office, [store.id for store in found])
        return [asdict(store) | {"prices": _tally(tally.get(store.id))} for store in found]

    @router.post("/stores", status_code=201, dependencies=[operator])
    def add(new: NewStore) -> dict[str, Any]:
        made = add_store(office, new.id, new.name, new.currency, new.timezone)
        return asdict(made) | {"enrolment": asdict(new_code(office, made.id))}

    @router.get("/stores/{store}", dependencies=[operator])
    def one(store: str) -> dict[str, Any]:
        found = get_store(office, store)
        age = None if found.contact_at is None else office.now() - found.contact_at
        return asdict(found) | {
            "prices": _tally(counts(office, [store]).get(store)),
            "contact_age_ms": age,
            "misfits": misfit_count(office, store),
            "keys": [asdict(key) | {"fingerprint": key.fingerprint} for key in keys_of(office, store)],
        }

    @router.post("/stores/{store}/code", dependencies=[operator])
    def code(store: str) -> NewCode:
        return new_code(office, store)

    @router.get("/stock-requests", dependencies=[operator])
    def requests(store: str = "", limit: Limit = 100) -> list[dict[str, Any]]:
        return [asdict(one) for one in open_requests(office, store or None, limit)]

    @router.post("/stores/{store}/stock-requests/{item}/answered", dependencies=[operator])
    def answered(store: str, item: str) -> dict[str, Any]:
        say_answered(office, store, item)
        return {"store": store, "item": item}

    @router.post("/stores/{store}/goods", status_code=201)
    def goods(store: str, given: GoodsOrders, name: str = operator) -> dict[str, Any]:
        return {"sequences": send_goods(office, store, given.entries, name)}

    @router.get("/stores/{store}/discounts", dependencies=[operator])
    def discounts(store: str) -> Ordered | None:
        return read_discounts(office, store)

    @router.get("/stores/{store}/epcis", dependencies=[operator])
    def epcis(store: str, since: Span = 0, until: Span = 2**53) -> JSONResponse:
        return JSONResponse(read_epcis(office, store, since, until), media_type=MEDIA_TYPE)

    @router.post("/stores/{store}/approve")
    def approve_key(store: str, approval: Approval, name: str = operator) -> dict[str, Any]:
        key = approve(office, store, approval.fingerprint, name)
        return asdict(key) | {"fingerprint": key.fingerprint}

    return router


def _prices_router(office: Office) -> APIRouter:
    router = APIRouter(prefix="/api/stores/{store}")
    operator = _operator(office)

    @router.post("/prices")
    def take_file(
        store: str,
        file: Annotated[UploadFile, File()],
        at: Annotated[str, Form(max_length=60)] = "",
        until: Annotated[str, Form(max_length=60)] = "",
        deadline: Annotated[str, Form(max_length=60)] = "",
        map: Annotated[list[str] | None, Form()] = None,  # noqa: A002 - the form field's name
        dry_run: Annotated[bool, Form()] = False,
        name: str = operator,
    ) -> dict[str, Any]:
        mapping = dict(_pair(entry) for entry in map or ())
        return upload(
            office, store, file.file.read(MAX_FILE + 1), name, Asked(at, until, deadline), mapping, dry_run
        ).facts()

    @router.post("/rows")
    def take_rows(store: str, given: Rows, name: str = operator) -> dict[str, Any]:
        found = get_store(office, store)
        terms = Asked(given.at, given.until, given.deadline, given.end_promotions).terms(found.timezone)
        if given.dry_run:
            changed = len(difference(office, store, given.rows, terms.until))
            return {"changed": changed, "unchanged": len(given.rows) - changed, "sequences": []}
        done = push_on(office, store, given.rows, name, terms)
        return {
            "changed": done.pushed,
            "unchanged": done.unchanged,
            "sequences": done.sequences,
            "after_promotions": done.deferred,
        }

    @router.get("/changes", dependencies=[operator])
    def changes(store: str, offset: Offset = 0, limit: Limit = 50) -> list[dict[str, Any]]:
        get_store(office, store)
        return change_log(office, store, offset, limit)

    @router.get("/rows", dependencies=[operator])
    def rows(
        store: str, status: StatusFilter = "", search: str = "", offset: Offset = 0, limit: Limit = 50
    ) -> dict[str, Any]:
        get_store(office, store)
        found, total = pushed_rows(office, store, status, search[:80], offset, limit)
        return {"total": total, "rows": [asdict(row) for row in found]}

    @router.get("/rows.csv", dependencies=[operator])
    def rows_csv(store: str, status: StatusFilter = "", search: str = "") -> StreamingResponse:
        get_store(office, store)
        name = f"attachment; filename=prices-{store}.csv"
        lines = _csv_lines(office, store, status, search[:80])
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers={"content-disposition": name})

    return router


def _sums_router(office: Office) -> APIRouter:
    router = APIRouter(prefix="/api/stores/{store}", dependencies=[_operator(office)])

    @router.get("/sales")
    def sales(store: str, start: Span = 0, end: Span = 2**53) -> dict[str, Any]:
        get_store(office, store)
        return sales_sum(office, store, start, end)

    @router.get("/ledger-heads")
    def ledger_heads(store: str, limit: Limit = 500) -> list[dict[str, Any]]:
        """Heads of the store's ledger, the newest first, as `aisle ledger verify --anchors` takes them."""
        return [asdict(head) for head in list_heads(office, store, limit)]

    @router.get("/hours")
    def hours(store: str, start: Span, end: Span) -> list[dict[str, int]]:
        get_store(office, store)
        return by_hour(office, store, start, end)

    @router.get("/footfall")
    def zones_and_floor(store: str, start: Span, end: Span) -> list[dict[str, Any]]:
        get_store(office, store)
        return footfall(office, store, start, end)

    return router


def _tally(found: Counts | None) -> dict[str, int]:
    found = found or Counts()
    return asdict(found) | {"pushed": found.pushed}


def _pair(entry: str) -> tuple[str, str]:
    field, sign, header = entry.partition("=")
    if not sign:
        raise HqError(f"{entry[:60]!r} is no mapping; write field=Header, such as price=Cijena")
    return field.strip(), header.strip()


def _csv_lines(office: Office, store: str, status: str, search: str) -> Iterator[str]:
    """The rows as CSV, a page at a time, so that no list is too long for the memory."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    offset, first = 0, True
    while True:
        found, _ = pushed_rows(office, store, status, search, offset, 2000)
        if first and found:
            writer.writerow(asdict(found[0]))
            first = False
        for row in found:
            writer.writerow(harmless(str(value)) if value is not None else "" for value in asdict(row).values())
        yield out.getvalue()
        out.seek(0)
        out.truncate()
        offset += len(found)
        if len(found) < 2000:
            return
