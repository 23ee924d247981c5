"""The goods entrance: scan a box, measure it, sign for it. Made for a phone in one hand."""

from functools import partial

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, empty, status_chip, text
from cloud_sync.pages.theme import State
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.receiving_sheet import KEEPS_ICON, SheetCard, held_line, open_dialog
from edge.console.pages.scanning import scan_field
from edge.console.pages.shell import Region, Visit, enter
from edge.console.pages.trace import to_trace
from edge.receiving.scanned import Scanned, read_code
from edge.views.fridges import read_fridges
from edge.views.receiving import Entrance, Expected, SheetRow, read_entrance

SIGNED = {"accepted": State.RIGHT, "rejected": State.OFFLINE}


def add(router: APIRouter, desk: Desk) -> None:
    """/receiving"""

    @router.page("/receiving")
    async def receiving(request: Request) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        with visit.page(visit.t("page.receiving"), "/receiving"):
            door = Door(visit)
            await door.refresh()
        visit.follow(door.refresh, "receiving")
        return None


class Door:
    """What is being checked first, then what is held, expected, and was signed last."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        t = visit.t
        if visit.may(Role.CLERK):
            with card(t("receiving.new")):
                scan_field(visit, t("receiving.code"), self._read)
        self._sheets = ui.element("div").classes("receiving-sheets")
        self._cards: dict[int, SheetCard] = {}
        self._held = Region()
        self._expected = Region()
        self._signed = Region()
        ui.link(t("receiving.trace"), "/trace").classes("console-more")

    async def refresh(self) -> None:
        """Bring the page up to date. A sheet that somebody writes on keeps what is typed."""
        visit = self._visit
        found, fridges = await visit.desk.look(lambda db: (read_entrance(db), read_fridges(db, visit.now, 0)))
        places = {one.id: one.name for one in fridges}
        for number in [number for number in self._cards if number not in {one.number for one in found.open}]:
            self._cards.pop(number).remove()
        for row in found.open:
            if row.number not in self._cards:
                with self._sheets:
                    self._cards[row.number] = SheetCard(visit, places, self.refresh)
            self._cards[row.number].show(row)
        ages = tuple(visit.ago(one.signed_at) for one in found.held)
        self._held.show((found.held, ages), partial(self._draw_held, found.held))
        dues = tuple(one.due <= visit.now for one in found.expected)
        self._expected.show((found.expected, dues), partial(self._draw_expected, found.expected))
        nothing = not (found.open or found.held or found.expected)
        ages = tuple(visit.ago(one.signed_at) for one in found.signed)
        self._signed.show((found.signed, ages, nothing), partial(self._draw_signed, found, nothing=nothing))

    def _draw_held(self, held: tuple[SheetRow, ...]) -> None:
        if held:
            with card(f"{self._visit.t('receiving.held')} · {self._visit.desk.figures.count(len(held))}"):
                for row in held:
                    held_line(self._visit, row, self.refresh)

    def _draw_expected(self, expected: tuple[Expected, ...]) -> None:
        visit, t = self._visit, self._visit.t
        if not expected:
            return
        with card(t("receiving.expected")):
            for one in expected:
                with ui.element("div").classes("console-line receiving-line"):
                    ui.icon(KEEPS_ICON[one.keeps]).props("aria-hidden=true").classes("aisle-soft")
                    with ui.element("div").classes("aisle-grow"):
                        text(f"{visit.desk.figures.count(one.quantity)} × {one.name or one.item}", "strong")
                        when = visit.exact(one.due)[:16]
                        parts = (one.source, one.delivery, t("receiving.due", when=when))
                        text(" · ".join(part for part in parts if part), "div").classes("aisle-soft aisle-small")
                    if one.due <= visit.now:
                        status_chip(State.NEEDS_YOU, t, t("receiving.late"))
                    if visit.may(Role.CLERK):
                        button = ui.button(t("receiving.here"), on_click=partial(self._arrived, one))
                        button.props("outline no-caps")

    def _draw_signed(self, found: Entrance, *, nothing: bool) -> None:
        visit, t = self._visit, self._visit.t
        if nothing and not found.signed:
            empty("local_shipping", t("receiving.none"), t("receiving.none.how"))
            return
        if not found.signed:
            return
        with card(t("receiving.signed")):
            for row in found.signed:
                with ui.link(target=to_trace(row.batch, row.item)).classes("console-line console-quiet"):
                    with ui.element("div").classes("aisle-grow"):
                        text(f"{visit.desk.figures.count(row.quantity)} × {row.name or row.item}", "strong")
                        parts = (t("receiving.batch", batch=row.batch), row.source, row.signed_by)
                        text(" · ".join(part for part in parts if part), "div").classes("aisle-soft aisle-small")
                    visit.when(row.signed_at).classes("aisle-small")
                    status_chip(SIGNED[row.state], t, t(f"receiving.state.{row.state}"))

    async def _read(self, codes: list[str]) -> None:
        """Every code of a photo is tried; the one that says most is taken."""
        read: list[Scanned] = []
        for code in codes:
            try:
                read.append(read_code(code))
            except ValueError:
                continue
        if not read:
            ui.notify(self._visit.t("receiving.unread"), type="warning", timeout=8_000)
            return
        best = max(read, key=lambda one: (bool(one.batch), bool(one.expires)))
        await open_dialog(self._visit, best, None)
        await self.refresh()

    async def _arrived(self, one: Expected) -> None:
        await open_dialog(self._visit, Scanned(one.item, one.batch, one.expires), one)
        await self.refresh()
