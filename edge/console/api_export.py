"""Lists as CSV files, for a spreadsheet."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query
from sqlite_utils import Database
from starlette.responses import Response

from edge.console.accounts import Account, Role
from edge.console.answers import text_file
from edge.console.desk import Desk
from edge.console.door import need
from edge.console.tables import write_csv
from edge.views.devices import DeviceRow, list_devices
from edge.views.journal import list_deeds, list_ledger
from edge.views.labels import LabelFilter, LabelRow, LabelState, list_labels
from edge.views.prices import PriceRow, list_prices

T = TypeVar("T")
Text = Annotated[str, Query(max_length=80)]
PAGE, MOST = 500, 50_000
LABEL_HEAD = ("label", "place", "state", "item", "name", "shown", "wanted", "battery_mv", "why", "seen_at_ms")
PRICE_HEAD = (
    "item", "version", "name", "minor", "before_minor", "currency", "phase", "why", "author", "changed_at_ms",
)  # fmt: skip
DEVICE_HEAD = (
    "device", "role", "name", "place", "model", "firmware", "in_service", "state", "why", "battery_mv", "rssi",
)  # fmt: skip
LEDGER_HEAD = ("row", "at_ms", "kind", "subject", "body")
AUDIT_HEAD = ("at_ms", "who", "did", "body")


def export_files(desk: Desk) -> APIRouter:
    """GET /export/{labels,prices,devices}.csv: at most 50,000 rows each; ledger.csv and audit.csv: the newest 500."""
    router, context = APIRouter(include_in_schema=False), desk.context
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]

    @router.get("/export/labels.csv")
    def labels(
        by: viewer, state: LabelState | None = None, place: Text = "", text: Text = "", low_battery: bool = False
    ) -> Response:
        wanted, now = LabelFilter(state, place, text, low_battery), context.clock()
        rows = _every(desk, lambda db, start: list_labels(db, wanted, now, start=start, size=PAGE)[1])
        return text_file("labels.csv", write_csv(LABEL_HEAD, map(_label, rows)))

    @router.get("/export/prices.csv")
    def prices(by: viewer, phase: str = "", text: Text = "") -> Response:
        phases = (phase,) if phase else ()
        rows = _every(desk, lambda db, start: list_prices(db, phases=phases, text=text, start=start, size=PAGE)[1])
        return text_file("prices.csv", write_csv(PRICE_HEAD, map(_price, rows)))

    @router.get("/export/devices.csv")
    def devices(by: viewer) -> Response:
        rows = _every(desk, lambda db, start: list_devices(db, start=start, size=PAGE)[1])
        return text_file("devices.csv", write_csv(DEVICE_HEAD, map(_device, rows)))

    @router.get("/export/ledger.csv")
    def ledger(by: viewer, subject: Text = "") -> Response:
        rows = desk.read(lambda db: list_ledger(db, subject=subject, size=PAGE))
        cells = [(r.seq, r.at, r.kind, r.subject, str(dict(r.body))) for r in rows]
        return text_file("ledger.csv", write_csv(LEDGER_HEAD, cells))

    @router.get("/export/audit.csv")
    def audit(by: viewer) -> Response:
        rows = desk.read(lambda db: list_deeds(db, size=PAGE))
        return text_file("audit.csv", write_csv(AUDIT_HEAD, [(r.at, r.who, r.did, str(dict(r.body))) for r in rows]))

    return router


def _every(desk: Desk, page: Callable[[Database, int], list[T]]) -> list[T]:
    """All rows of one moment, page by page (`page(database, start)`), as far as a file holds them."""

    def read(database: Database) -> list[T]:
        rows: list[T] = []
        for start in range(0, MOST, PAGE):
            rows += (found := page(database, start))
            if len(found) < PAGE:
                break
        return rows

    return desk.read(read)


def _label(r: LabelRow) -> tuple[object, ...]:
    return (
        r.id, r.place, r.state.value, r.item, r.item_name, r.shown_minor, r.wanted_minor, r.battery_mv, r.why,
        r.seen_at,
    )  # fmt: skip


def _price(r: PriceRow) -> tuple[object, ...]:
    return (
        r.item, r.version, r.name, r.minor, r.before_minor, r.currency, r.phase, r.why, r.author, r.changed_at,
    )  # fmt: skip


def _device(r: DeviceRow) -> tuple[object, ...]:
    return (
        r.id, r.role, r.name, r.place, r.model, r.firmware, int(r.enrolled), r.state, r.why, r.battery_mv, r.rssi,
    )  # fmt: skip
