"""Stock for scripts and tablets: read by any viewer, booked by clerks."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from cloud_sync.contract.goods import MAX_QUANTITY
from edge.console.accounts import Account, Role
from edge.console.answers import done
from edge.console.desk import Desk
from edge.console.door import need
from edge.inventory.desk import LONGEST_WHY, StockDesk
from edge.views.stock import Only, StockRow, StockSums, list_stock, sum_stock

MOST_LISTED = 500
ItemCode = Annotated[str, Path(max_length=14)]


class Booked(BaseModel):
    """So much came in, or was thrown away and why."""

    model_config = ConfigDict(extra="forbid")
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
    why: Annotated[str, Field(max_length=LONGEST_WHY)] = ""
    batch: Annotated[str, Field(max_length=20)] = ""
    """Of which batch it was, for what is thrown away."""


class Found(BaseModel):
    """What a person counted."""

    model_config = ConfigDict(extra="forbid")
    counted: Annotated[int, Field(ge=0, le=MAX_QUANTITY)]


class Marks(BaseModel):
    """An item's levels."""

    model_config = ConfigDict(extra="forbid")
    minimum: Annotated[int, Field(ge=0, le=MAX_QUANTITY)]
    safety: Annotated[int, Field(ge=0, le=MAX_QUANTITY)]


def stock_api(desk: Desk) -> APIRouter:
    """/api/stock; 409 with a reason when a thing cannot be done."""
    router, context = APIRouter(), desk.context
    goods = StockDesk(context.store)
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]
    clerk = Annotated[Account, Depends(need(desk.accounts, Role.CLERK))]
    manager = Annotated[Account, Depends(need(desk.accounts, Role.MANAGER))]

    @router.get("/api/stock", response_model=None)
    async def stock(
        by: viewer,
        only: Only = Only.ALL,
        text: Annotated[str, Query(max_length=80)] = "",
        start: Annotated[int, Query(ge=0, le=10**6)] = 0,
        size: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
    ) -> dict[str, Any]:
        """Items with what is there, promised and free. `as_of`: up to then every till's sales are counted."""
        sums, (total, rows) = await desk.look(
            lambda db: (sum_stock(db, context.clock()), list_stock(db, only, text, start, size))
        )
        return {**asdict(sums), "out_rate": _share(sums), "total": total, "rows": [_plain(row) for row in rows]}

    @router.get("/api/stock/out-rate", response_model=None)
    async def out_rate(by: viewer, items: Annotated[str, Query(max_length=15 * MOST_LISTED)]) -> dict[str, Any]:
        """The stock-out rate of a list of items (GTIN-14, with commas between)."""
        listed = sorted({item.strip() for item in items.split(",") if item.strip()})
        sums = await desk.look(lambda db: sum_stock(db, context.clock(), listed))
        return {"items": sums.items, "out": sums.out, "rate": _share(sums), "as_of": sums.as_of}

    @router.post("/api/stock/{item}/deliveries", status_code=201, response_model=None)
    async def deliver(by: clerk, item: ItemCode, given: Booked) -> None:
        await done(goods.deliver(item, given.quantity, by.name, given.why))

    @router.post("/api/stock/{item}/waste", status_code=201, response_model=None)
    async def waste(by: clerk, item: ItemCode, given: Booked) -> None:
        await done(goods.waste(item, given.quantity, by.name, given.why, given.batch))

    @router.post("/api/stock/{item}/counts", status_code=201, response_model=None)
    async def count(by: clerk, item: ItemCode, given: Found) -> dict[str, Any]:
        """The difference to the book."""
        found = await done(goods.count(item, given.counted, by.name))
        return {**asdict(found), "difference": found.difference}

    @router.post("/api/stock/{item}/levels", status_code=201, response_model=None)
    async def levels(by: manager, item: ItemCode, given: Marks) -> None:
        await done(goods.levels(item, given.minimum, given.safety, by.name))

    return router


def _share(sums: StockSums) -> float | None:
    return None if sums.out_rate is None else float(sums.out_rate)


def _plain(row: StockRow) -> dict[str, Any]:
    return {**asdict(row), "free": row.free}
