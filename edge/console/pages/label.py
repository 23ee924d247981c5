"""One label: picture now, picture wanted, what happened to it, and what can be done."""

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, empty, notice, text
from cloud_sync.pages.theme import State
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.binding import bind_dialog
from edge.console.pages.lamps import blink
from edge.console.pages.looks import label_chip, sentence
from edge.console.pages.shell import Region, Visit, enter
from edge.console.pages.todo import to_scan
from edge.views.label import LabelDetail, read_label
from edge.views.labels import LOW_BATTERY_MV, LabelRow


def add(router: APIRouter, desk: Desk) -> None:
    """/labels/{device}"""

    @router.page("/labels/{device}")
    async def label(request: Request, device: str) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        found = await desk.look(lambda db: read_label(db, device, visit.now))
        with visit.page(found.row.item_name or device if found else device, "/labels"):
            if found is None:
                empty("sell", visit.t("label.unknown"), visit.t("label.unknown.how"))
                return None
            sheet = Sheet(visit, found)

        async def refresh() -> None:
            now = await desk.look(lambda db: read_label(db, device, visit.now))
            if now is None:
                ui.navigate.to("/labels")
            else:
                sheet.show(now)

        visit.follow(refresh, "labels", "devices", "prices", "sendings")
        return None


class Sheet:
    """The regions of the page of one label."""

    def __init__(self, visit: Visit, found: LabelDetail) -> None:
        self._visit = visit
        ui.link("← " + visit.t("label.back"), "/labels").classes("console-more")
        self._cover = Region()
        self._pictures = Region("aisle-two")
        with ui.element("div").classes("console-acts"):
            self._draw_acts(found.row)
        with ui.element("div").classes("aisle-two"):
            with card(visit.t("label.facts")):
                self._facts = Region("console-stack")
            with card(visit.t("label.history")):
                self._history = Region()
        self.show(found)

    def show(self, found: LabelDetail) -> None:
        """Bring the page up to date."""
        visit, row = self._visit, found.row
        since = visit.ago(found.covered_at)
        self._cover.show((found.covered_by, since), lambda: self._draw_cover(found.covered_by, since))
        self._pictures.show((row, visit.ago(row.since), visit.ago(row.shown_at)), lambda: self._draw_pictures(row))
        self._facts.show((found.row, found.bound_by, visit.ago(row.seen_at)), lambda: self._draw_facts(found))
        ages = tuple((one.seq, visit.ago(one.at)) for one in found.history)
        self._history.show(ages, lambda: self._draw_history(found))

    def _draw_cover(self, by: str, since: str) -> None:
        if by:
            t = self._visit.t
            with notice(State.NEEDS_YOU, t("label.covered", by=by, since=since), t("label.covered.what")):
                pass

    def _draw_pictures(self, row: LabelRow) -> None:
        t, money = self._visit.t, self._visit.desk.figures.money
        with card(t("label.now")):
            self._picture(row, "now", row.shown_item, row.shown_version)
            with ui.element("div").classes("aisle-row"):
                label_chip(row, t)
                text(money(row.shown_minor, row.currency), "strong")
                ui.element("div").classes("aisle-grow")
                text(t("label.confirmed")).classes("aisle-soft aisle-small")
                self._visit.when(row.shown_at).classes("aisle-small")
            if row.why:
                text(self._visit.reason(row.why), "div").classes("aisle-small")
        with card(t("label.wanted")):
            self._picture(row, "wanted", row.wanted_item, row.wanted_version)
            with ui.element("div").classes("aisle-row"):
                text(money(row.wanted_minor, row.currency), "strong")
                same = (row.wanted_item, row.wanted_version) == (row.shown_item, row.shown_version)
                text(t("label.same" if same else "label.differs")).classes("aisle-soft aisle-small")

    def _picture(self, row: LabelRow, which: str, item: str, version: int) -> None:
        t = self._visit.t
        with ui.element("div").classes("console-picture console-picture-big"):
            picture = ui.element("img")
            picture.props["src"] = f"/labels/{quote(row.id)}/{which}.png" + (f"?v={item}-{version}" if version else "")
            picture.props["alt"] = t("label.picture" if version else "label.nothing", name=row.item_name or row.id)

    def _draw_acts(self, row: LabelRow) -> None:
        visit, t, verbs = self._visit, self._visit.t, self._visit.desk.context.verbs
        if not visit.may(Role.CLERK):
            return

        async def retry() -> None:
            await visit.act(Role.CLERK, lambda: verbs.retry(row.id, visit.account.name), t("task.retry.done"))

        ui.button(
            t("bind.again"), icon="add_link", on_click=lambda: bind_dialog(visit, row.id, row.item, row.place)
        ).props("unelevated")
        ui.button(t("task.retry"), icon="refresh", on_click=retry).props("outline")
        ui.button(t("task.scan"), icon="qr_code_scanner", on_click=lambda: ui.navigate.to(to_scan(row.id))).props(
            "outline"
        )
        if verbs.can_blink(row.id):
            ui.button(t("blink.do"), icon="lightbulb", on_click=lambda: blink(visit, row.id)).props("outline")

    def _draw_facts(self, found: LabelDetail) -> None:
        t, row, visit = self._visit.t, found.row, self._visit
        battery = "–" if row.battery_mv is None else f"{row.battery_mv / 1000:.2f} V"
        if row.battery_mv is not None and row.battery_mv < LOW_BATTERY_MV:
            battery += f" · {t('labels.low')}"
        bound = f"{found.bound_by} · {visit.ago(found.bound_at)}" if found.bound_by else "–"
        with ui.element("dl").classes("console-facts-list"):
            for key, value in (
                ("label.id", row.id),
                ("label.item", row.item or "–"),
                ("label.place", row.place or "–"),
                ("label.bound", bound),
                ("label.battery", battery),
                ("label.signal", "–" if row.rssi is None else f"{row.rssi} dBm"),
                ("label.seen", visit.ago(row.seen_at)),
                ("label.model", " ".join(part for part in (found.model, found.firmware) if part) or "–"),
                ("label.address", f"{found.driver} {found.address}".strip()),
            ):
                text(t(key), "dt")
                text(value, "dd")

    def _draw_history(self, found: LabelDetail) -> None:
        if not found.history:
            text(self._visit.t("label.history.none")).classes("aisle-soft")
        with ui.element("ol").classes("console-history"):
            for one in found.history:
                with ui.element("li"):
                    text(sentence(one, self._visit.t))
                    self._visit.when(one.at).classes("aisle-small")
