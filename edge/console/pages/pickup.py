"""The pick board: orders to put aside within half an hour, and orders to hand out."""

from functools import partial

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import empty, status_chip, text
from cloud_sync.pages.theme import State
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.scanning import on_enter
from edge.console.pages.shell import Region, Visit, enter
from edge.inventory.desk import StockDesk
from edge.pickup.clock import LATE_MS, Haste
from edge.pickup.codes import LONGEST_CODE, Collector, read_scanned
from edge.views.stock import Order, list_orders

MINUTE = 60_000
HASTE = {
    Haste.IN_TIME: (State.CHANGING, "pickup.left"),
    Haste.SOON: (State.NEEDS_YOU, "pickup.soon"),
    Haste.LATE: (State.FAILED, "pickup.late"),
}


def add(router: APIRouter, desk: Desk) -> None:
    """/pickup"""

    @router.page("/pickup")
    async def pickup(request: Request) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        with visit.page(visit.t("page.pickup"), "/pickup"):
            board = Board(visit)
            await board.refresh()
        visit.follow(board.refresh, "stock")
        return None


class Board:
    """One card per order; one that stays keeps its place."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._nothing = Region()
        self._pick_head, self._pick = Region(), ui.element("div").classes("pickup-board")
        self._give_head, self._give = Region(), ui.element("div").classes("pickup-board")
        self._cards: dict[tuple[str, str], Region] = {}

    async def refresh(self) -> None:
        """Bring the board up to date."""
        visit = self._visit
        orders = await visit.desk.look(lambda db: list_orders(db, visit.now))
        self._nothing.show(bool(orders), partial(_nothing, visit, len(orders)))
        for region, state, word in (
            (self._pick_head, "held", "pickup.to-pick"), (self._give_head, "aside", "pickup.to-give"),
        ):  # fmt: skip
            there = sum(order.state == state for order in orders)
            region.show(there, partial(_head, visit, word, there))
        now = {(order.id, order.state) for order in orders}
        for key in [key for key in self._cards if key not in now]:
            self._cards.pop(key).remove()
        for order in orders:
            key = order.id, order.state
            if key not in self._cards:
                with self._pick if order.state == "held" else self._give:
                    self._cards[key] = Region()
            left = (order.at + LATE_MS - visit.now) // MINUTE if order.state == "held" else 0
            self._cards[key].show((order, left), partial(self._draw, order, left))

    def _draw(self, order: Order, left: int) -> None:
        t, count = self._visit.t, self._visit.desk.figures.count
        with ui.element("article").classes("aisle-card"):
            with ui.element("div").classes("aisle-row"):
                text(order.id, "h2").classes("aisle-grow")
                if order.state == "held":
                    state, word = HASTE[order.haste]
                    status_chip(state, t, t(word, minutes=max(0, left)))
                else:
                    status_chip(State.RIGHT, t, t("pickup.aside"))
            for item, name, quantity in order.lines:
                with ui.element("div").classes("console-line"):
                    text(f"{count(quantity)} ×", "strong")
                    text(name or item).classes("aisle-grow")
            text(t("pickup.until", when=self._visit.exact(order.until))).classes("aisle-soft aisle-small")
            if self._visit.may(Role.CLERK):
                self._draw_pick(order) if order.state == "held" else self._draw_give(order)

    def _draw_pick(self, order: Order) -> None:
        visit, t = self._visit, self._visit.t
        goods, who = StockDesk(visit.desk.context.store), visit.account.name

        async def aside() -> None:
            if await visit.act(Role.CLERK, lambda: goods.set_aside(order.id, who), t("pickup.set-aside.done")):
                await self.refresh()

        async def missing() -> None:
            if not await visit.confirm(t("pickup.missing.title"), t("pickup.missing.body"), t("pickup.missing")):
                return
            if await visit.act(Role.CLERK, lambda: goods.missing(order.id, who), t("pickup.missing.done")):
                await self.refresh()

        with ui.element("div").classes("stock-acts"):
            ui.button(t("pickup.set-aside"), icon="shopping_bag", on_click=aside).props("unelevated no-caps")
            ui.button(t("pickup.missing"), icon="search_off", on_click=missing).props("outline no-caps")

    def _draw_give(self, order: Order) -> None:
        visit, t = self._visit, self._visit.t
        collector, who = Collector(visit.desk.context.store), visit.account.name

        async def unlock() -> None:
            if await visit.act(Role.MANAGER, lambda: collector.unlock(order.id, who), t("pickup.unlocked")):
                await self.refresh()

        if order.locked:
            text(t("pickup.locked"), "p")
            if visit.may(Role.MANAGER):
                ui.button(t("pickup.unlock"), icon="lock_open", on_click=unlock).props("outline no-caps")
            return
        with ui.element("div").classes("scan-field"):
            code = ui.input(t("pickup.code")).props(f"outlined dense inputmode=numeric maxlength={2 * LONGEST_CODE}")
            code.set_visibility(order.by_code)

            async def give(scanned: str) -> None:
                meant, typed = read_scanned(scanned.strip())
                if meant and meant != order.id:
                    ui.notify(t("pickup.other", order=meant), type="warning")
                    return
                if await visit.act(Role.CLERK, lambda: collector.collect(order.id, typed, who), t("pickup.given")):
                    await self.refresh()

            on_enter(code, give)
            button = ui.button(t("pickup.give"), icon="check", on_click=lambda: give(code.value or ""))
            button.props("unelevated no-caps")


def _head(visit: Visit, word: str, there: int) -> None:
    if there:
        text(f"{visit.t(word)} · {visit.desk.figures.count(there)}", "h2").classes("pickup-head")


def _nothing(visit: Visit, there: int) -> None:
    if not there:
        empty("shopping_bag", visit.t("pickup.none"), visit.t("pickup.none.how"))
