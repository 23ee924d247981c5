"""Stock: what is there, what runs low, and booking deliveries, waste and counts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import empty, notice, stat_tile, status_chip, text
from cloud_sync.pages.theme import State
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.pager import Pager
from edge.console.pages.shell import Region, Visit, enter
from edge.inventory.desk import LONGEST_WHY, StockDesk
from edge.views.stock import Only, StockRow, StockSums, list_stock, sum_stock

PAGE = 40
STALE_MS = 60_000
"""Figures that lack a till's sales for longer than this say so."""
LEVEL = {
    "enough": (State.RIGHT, "stock.enough"),
    "safety": (State.CHANGING, "stock.safety"),
    "minimum": (State.NEEDS_YOU, "stock.minimum"),
}
ONLY = {Only.ALL: "stock.all", Only.LOW: "stock.low", Only.OUT: "stock.out", Only.WRONG: "stock.wrong"}


@dataclass(slots=True)
class Browse:
    """What this visitor looks at."""

    only: Only = Only.ALL
    words: str = ""
    page: int = 0


def add(router: APIRouter, desk: Desk) -> None:
    """/stock"""

    @router.page("/stock")
    async def stock(request: Request, only: str = "", text: str = "") -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        chosen = Only(only) if only in set(Only) else Only.ALL
        with visit.page(visit.t("page.stock"), "/stock"):
            shelf = Goods(visit, Browse(chosen, text[:80]))
            await shelf.refresh()
        visit.follow(shelf.refresh, "stock", "devices")
        return None


class Goods:
    """Figures, filters, and the page of items that they let through."""

    def __init__(self, visit: Visit, browse: Browse) -> None:
        self._visit, self._browse = visit, browse
        self._age = Region()
        self._tiles = Region("aisle-tiles")
        with ui.element("div").classes("console-filters"):
            self._chips = Region("console-chips")
            search = ui.input(visit.t("stock.search"), value=browse.words).props(
                "outlined dense clearable debounce=300"
            )
            search.on_value_change(lambda event: self._find(event.value or ""))
        self._list = Region()
        self._pager = Pager(visit, PAGE, self._turn)

    async def refresh(self) -> None:
        """Read the page anew."""
        visit, browse = self._visit, self._browse
        sums, (total, rows) = await visit.desk.look(
            lambda db: (sum_stock(db, visit.now), list_stock(db, browse.only, browse.words, browse.page * PAGE, PAGE))
        )
        stale = visit.now - sums.as_of >= STALE_MS
        self._age.show(visit.ago(sums.as_of) if stale else "", lambda: self._draw_age(sums, stale))
        facts = (sums.items, sums.low, sums.out, sums.wrong, browse.only)
        self._tiles.show(facts, lambda: self._draw_tiles(sums))
        self._chips.show(browse.only, self._draw_chips)
        ages = tuple(visit.ago(row.heard_at) for row in rows)
        self._list.show((tuple(rows), ages, sums.items), lambda: self._draw_rows(rows, sums.items))
        self._pager.show(browse.page, total)

    def _draw_age(self, sums: StockSums, stale: bool) -> None:
        t = self._visit.t
        if stale:
            with notice(State.OFFLINE, t("stock.stale", ago=self._visit.ago(sums.as_of)), t("stock.stale.what")):
                pass

    def _draw_tiles(self, sums: StockSums) -> None:
        t, figures = self._visit.t, self._visit.desk.figures
        rate = "–" if sums.out_rate is None else figures.percent(sums.out_rate)
        stat_tile(t("stock.items"), figures.count(sums.items))
        stat_tile(t("stock.low"), figures.count(sums.low), State.NEEDS_YOU if sums.low else None)
        note = t("stock.rate", rate=rate)
        stat_tile(t("stock.out"), figures.count(sums.out), State.FAILED if sums.out else None, note)
        if sums.wrong:
            stat_tile(t("stock.wrong"), figures.count(sums.wrong), State.NEEDS_YOU, t("stock.wrong.how"))

    def _draw_chips(self) -> None:
        for one, word in ONLY.items():
            chosen = one is self._browse.only
            button = ui.button(self._visit.t(word), on_click=partial(self._choose, one))
            button.props("unelevated dense no-caps" if chosen else "outline dense no-caps").classes("q-px-sm")
            button.props["aria-pressed"] = str(chosen).lower()

    def _draw_rows(self, rows: list[StockRow], items: int) -> None:
        t = self._visit.t
        if not rows:
            nothing = ("stock.none", "stock.none.how") if not items else ("stock.no-match", "stock.no-match.how")
            empty("inventory_2", t(nothing[0]), t(nothing[1]))
            return
        with ui.element("section").classes("aisle-card"), ui.element("div").classes("console-list"):
            for row in rows:
                self._draw_row(row)

    def _draw_row(self, row: StockRow) -> None:
        visit, t, count = self._visit, self._visit.t, self._visit.desk.figures.count
        with ui.element("button").classes("inspect-line").props('type="button"') as line:
            with ui.element("span").classes("aisle-grow"):
                text(row.name or row.item, "strong")
                parts = [t("stock.heard", ago=visit.ago(row.heard_at))]
                if row.reserved:
                    parts.append(t("stock.reserved", count=count(row.reserved)))
                if row.difference:
                    parts.append(t("stock.difference", difference=_signed(row.difference, count)))
                text(" · ".join(parts), "div").classes("aisle-soft aisle-small")
            text(count(row.free), "strong").classes("stock-free").props["title"] = t("stock.free")
            state, word = LEVEL[row.level]
            if row.hand < 0:
                state, word = State.NEEDS_YOU, "stock.wrong"
            elif row.free <= 0:
                state, word = State.FAILED, "stock.out"
            status_chip(state, t, t(word))
        line.on("click", partial(self._book, row))

    async def _book(self, row: StockRow) -> None:
        """A dialog: what is known of the item, and the three things that can be booked."""
        visit, t, count = self._visit, self._visit.t, self._visit.desk.figures.count
        goods, who = StockDesk(visit.desk.context.store), visit.account.name
        with ui.dialog() as dialog, ui.card().classes("console-dialog"):
            text(row.name or row.item, "h2")
            text(row.item).classes("aisle-soft aisle-small")
            text(t("stock.has", hand=count(row.hand), reserved=count(row.reserved), free=count(row.free)))
            if row.counted_at is not None:
                text(t("stock.counted", ago=visit.ago(row.counted_at), found=count(row.counted or 0),
                       difference=_signed(row.difference or 0, count))).classes("aisle-soft")  # fmt: skip
            if row.safety is not None and row.minimum is not None:
                text(t("stock.levels", minimum=count(row.minimum), safety=count(row.safety))).classes("aisle-soft")
            if visit.may(Role.CLERK):
                amount = ui.number(t("stock.quantity"), min=0, precision=0).props("outlined autofocus")
                why = ui.input(t("stock.why")).props(f"outlined dense maxlength={LONGEST_WHY}")

                async def book(deed: Callable[[int], Awaitable[object]], done: str) -> None:
                    if amount.value is None:
                        ui.notify(t("stock.no-quantity"), type="warning")
                    elif await visit.act(Role.CLERK, lambda: deed(int(amount.value)), done):
                        dialog.submit(None)

                with ui.element("div").classes("stock-acts"):
                    for word, icon, done, deed in (
                        ("stock.deliver", "local_shipping", "stock.delivered",
                         lambda n: goods.deliver(row.item, n, who, why.value or "")),
                        ("stock.waste", "delete_outline", "stock.wasted",
                         lambda n: goods.waste(row.item, n, who, why.value or "")),
                        ("stock.count", "fact_check", "stock.noted", lambda n: goods.count(row.item, n, who)),
                    ):  # fmt: skip
                        ui.button(t(word), icon=icon, on_click=partial(book, deed, t(done))).props("outline no-caps")
            ui.button(t("act.close"), on_click=lambda: dialog.submit(None)).props("flat")
        await dialog
        dialog.delete()
        await self.refresh()

    async def _choose(self, only: Only) -> None:
        self._browse.only, self._browse.page = only, 0
        await self.refresh()

    async def _find(self, words: str) -> None:
        self._browse.words, self._browse.page = words[:80], 0
        await self.refresh()

    async def _turn(self, page: int) -> None:
        self._browse.page = page
        await self.refresh()


def _signed(difference: int, count: Callable[[int], str]) -> str:
    return f"+{count(difference)}" if difference > 0 else f"−{count(-difference)}" if difference else "0"
