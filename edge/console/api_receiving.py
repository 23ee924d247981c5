"""The goods entrance, the trace of a batch, and EPCIS events, for scripts and hand-held devices."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from cloud_sync.contract.epcis import MEDIA_TYPE, document
from cloud_sync.contract.goods import MAX_QUANTITY
from cloud_sync.contract.item import gtin14
from edge.console.accounts import Account, Role
from edge.console.answers import done
from edge.console.desk import Desk
from edge.console.door import need
from edge.epcis.book import read_events
from edge.epcis.events import Reading
from edge.inventory.desk import LONGEST_WHY
from edge.receiving.desk import LONGEST_SOURCE, ReceivingDesk
from edge.receiving.machine import Keeps
from edge.receiving.records import MOST_READINGS, Arrived, today
from edge.receiving.scanned import LONGEST, Scanned, read_code
from edge.views.receiving import SheetRow, read_entrance, read_readings, read_sheet_row
from edge.views.trace import trace

Number = Annotated[int, Path(ge=1, lt=2**31)]
When = Annotated[int, Query(ge=0, le=2**53)]


class Opened(BaseModel):
    """A batch at the door. `code` is what a scanner read of the box; what is given besides it counts instead of it."""

    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, Field(max_length=LONGEST)] = ""
    item: Annotated[str, Field(max_length=14)] = ""
    batch: Annotated[str, Field(max_length=20)] = ""
    expires: Annotated[str, Field(max_length=10)] = ""
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
    keeps: Keeps
    source: Annotated[str, Field(max_length=LONGEST_SOURCE)] = ""
    delivery: Annotated[str, Field(max_length=40)] = ""
    place: Annotated[int, Field(ge=0, le=200)] = 0


class Said(BaseModel):
    """One reading: hundredths of a degree Celsius, of a per cent, or both. `at` None: now; `sensor`: "" a person's."""

    model_config = ConfigDict(extra="forbid")
    centi: int | None = None
    humidity: int | None = None
    at: Annotated[int, Field(ge=0, le=2**53)] | None = None
    sensor: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,32}$")] = ""


class Signed(BaseModel):
    """`fridge`: where it is put."""

    model_config = ConfigDict(extra="forbid")
    why: Annotated[str, Field(max_length=LONGEST_WHY)] = ""
    fridge: Annotated[str, Field(max_length=32)] = ""


def receiving_api(desk: Desk) -> APIRouter:
    """/api/receiving; 409 with a reason when a thing cannot be done."""
    router, context = APIRouter(), desk.context
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]
    clerk = Annotated[Account, Depends(need(desk.accounts, Role.CLERK))]
    manager = Annotated[Account, Depends(need(desk.accounts, Role.MANAGER))]

    def door() -> ReceivingDesk:
        if context.receiving is None:
            raise HTTPException(404, "This console takes no deliveries.")
        return context.receiving

    @router.get("/api/receiving", response_model=None)
    async def entrance(by: viewer) -> dict[str, Any]:
        """What is expected, being checked, held, and was signed last."""
        found = await desk.look(read_entrance)
        groups = {"open": found.open, "held": found.held, "signed": found.signed}
        plain: dict[str, Any] = {name: [_plain(desk, one) for one in rows] for name, rows in groups.items()}
        return plain | {"expected": [asdict(one) for one in found.expected]}

    @router.get("/api/receiving/{number}", response_model=None)
    async def sheet(by: viewer, number: Number) -> dict[str, Any]:
        """One sheet with its readings."""
        row, said = await desk.look(lambda db: (read_sheet_row(db, number), read_readings(db, number)))
        if row is None:
            raise HTTPException(404, f"There is no sheet {number}.")
        return _plain(desk, row) | {"readings": said}

    @router.post("/api/receiving", status_code=201, response_model=None)
    async def open_sheet(by: clerk, given: Opened) -> dict[str, int]:
        return {"sheet": await done(_open(door(), given, by.name))}

    @router.post("/api/receiving/{number}/readings", status_code=201, response_model=None)
    async def measure(
        by: clerk, number: Number, given: Annotated[list[Said], Body(min_length=1, max_length=MOST_READINGS)]
    ) -> None:
        now = context.clock()
        said = [
            Reading(now if one.at is None else min(one.at, now), one.centi, one.humidity, one.sensor) for one in given
        ]
        await done(door().measure(number, said, by.name))

    @router.post("/api/receiving/{number}/accept", response_model=None)
    async def accept(by: clerk, number: Number, given: Signed) -> None:
        await done(door().accept(number, by.name, given.fridge))

    @router.post("/api/receiving/{number}/hold", response_model=None)
    async def hold(by: clerk, number: Number, given: Signed) -> None:
        await done(door().hold(number, by.name, given.why, given.fridge))

    @router.post("/api/receiving/{number}/release", response_model=None)
    async def release(by: manager, number: Number, given: Signed) -> None:
        await done(door().release(number, by.name, given.why))

    @router.post("/api/receiving/{number}/reject", response_model=None)
    async def reject(by: manager, number: Number, given: Signed) -> None:
        await done(door().reject(number, by.name, given.why))

    @router.post("/api/receiving/{number}/drop", response_model=None)
    async def drop(by: clerk, number: Number) -> None:
        await done(door().drop(number, by.name))

    @router.post("/api/receiving/{number}/move", response_model=None)
    async def move(by: clerk, number: Number, given: Signed) -> None:
        await done(door().move(number, by.name, given.fridge))

    return router


def trace_api(desk: Desk) -> APIRouter:
    """GET /api/trace and /api/epcis."""
    router, context = APIRouter(), desk.context
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]

    @router.get("/api/trace", response_model=None)
    async def follow(
        by: viewer, batch: Annotated[str, Query(max_length=20)], item: Annotated[str, Query(max_length=14)] = ""
    ) -> list[dict[str, Any]]:
        """Every item that a batch of this number came in of, and what became of it."""
        try:
            wanted = gtin14(item) if item else ""
        except ValueError as error:
            raise HTTPException(400, str(error)) from error
        return [asdict(one) for one in await desk.look(lambda db: trace(db, batch, context.clock(), wanted))]

    @router.get("/api/epcis", response_model=None)
    async def epcis(by: viewer, since: When = 0, until: When = 2**53) -> JSONResponse:
        """EPCIS 2.0 events of a span of time (UTC epoch milliseconds), as one JSON-LD document."""
        events: Sequence[dict[str, Any]] = await desk.look(lambda db: read_events(db.conn, since, until))
        return JSONResponse(
            document(events, context.clock()), media_type=MEDIA_TYPE,
            headers={"Content-Disposition": f'attachment; filename="epcis-{context.shop.id}.jsonld"'},
        )  # fmt: skip

    return router


async def _open(door: ReceivingDesk, given: Opened, by: str) -> int:
    read = read_code(given.code) if given.code else Scanned()
    arrived = Arrived(
        given.item or read.item, given.batch or read.batch, given.quantity, given.keeps, given.expires or read.expires,
        given.source, given.delivery, given.place,
    )  # fmt: skip
    return await door.open(arrived, by)


def _plain(desk: Desk, row: SheetRow) -> dict[str, Any]:
    context = desk.context
    found = asdict(row) | {"missing": [], "objections": []}
    if context.receiving is not None and row.state in ("open", "held"):
        day = today(context.clock(), context.shop.timezone)
        found["missing"] = list(row.missing())
        found["objections"] = list(row.objections(day, context.receiving.registrar.rules))
    return found
