"""Orders to put aside and to hand out, for scripts and tablets."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path

from edge.console.accounts import Account, Role
from edge.console.answers import done
from edge.console.desk import Desk
from edge.console.door import need
from edge.inventory.desk import StockDesk
from edge.pickup.codes import LONGEST_CODE, Collector
from edge.views.stock import Order, list_orders

OrderId = Annotated[str, Path(max_length=40)]


def pickup_api(desk: Desk) -> APIRouter:
    """/api/pickup; 409 with a reason when a thing cannot be done."""
    router, context = APIRouter(), desk.context
    goods, collector = StockDesk(context.store), Collector(context.store)
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]
    clerk = Annotated[Account, Depends(need(desk.accounts, Role.CLERK))]
    manager = Annotated[Account, Depends(need(desk.accounts, Role.MANAGER))]

    @router.get("/api/pickup", response_model=None)
    async def orders(by: viewer) -> list[dict[str, Any]]:
        """Orders to put aside and to hand out, with their clocks."""
        return [_plain(one) for one in await desk.look(lambda db: list_orders(db, context.clock()))]

    @router.post("/api/pickup/{order}/aside", response_model=None)
    async def aside(by: clerk, order: OrderId) -> None:
        await done(goods.set_aside(order, by.name))

    @router.post("/api/pickup/{order}/missing", response_model=None)
    async def missing(by: clerk, order: OrderId) -> None:
        await done(goods.missing(order, by.name))

    @router.post("/api/pickup/{order}/collect", response_model=None)
    async def collect(
        by: clerk, order: OrderId, code: Annotated[str, Body(embed=True, max_length=LONGEST_CODE)] = ""
    ) -> None:
        await done(collector.collect(order, code, by.name))

    @router.post("/api/pickup/{order}/unlock", response_model=None)
    async def unlock(by: manager, order: OrderId) -> None:
        await done(collector.unlock(order, by.name))

    return router


def _plain(order: Order) -> dict[str, Any]:
    """An order as plain data; times in UTC epoch milliseconds."""
    lines = [{"item": item, "name": name, "quantity": quantity} for item, name, quantity in order.lines]
    return {**asdict(order), "haste": order.haste.value, "lines": lines}
