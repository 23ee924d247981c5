"""Replace, cover or remove a label by scanning: three steps at the most, with a hand scanner or a phone."""

from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import notice, text
from cloud_sync.pages.theme import State
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.lamps import blink
from edge.console.pages.looks import label_chip
from edge.console.pages.scanning import fault_line, scan_field
from edge.console.pages.shell import Visit, enter
from edge.views.label import LabelDetail, read_label
from edge.views.labels import LabelRow
from edge.views.scan import Hit, find_scanned


def add(router: APIRouter, desk: Desk) -> None:
    """/scan"""

    @router.page("/scan")
    async def scan(request: Request, label: str = "") -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        wanted = await desk.look(lambda db: read_label(db, label[:32], visit.now)) if label else None
        with visit.page(visit.t("scan.title"), "/tasks"):
            Flow(visit, wanted.row if wanted else None).begin()
        return None


class Flow:
    """The steps. `wanted`: the label that a task is about; another one is refused, so that nobody errs by a shelf."""

    def __init__(self, visit: Visit, wanted: LabelRow | None) -> None:
        self._visit, self._wanted = visit, wanted
        self._code = ""
        self._box = ui.element("div").classes("scan-flow")

    def begin(self) -> None:
        """Step 1: which label is it?"""
        visit, t, wanted = self._visit, self._visit.t, self._wanted
        with self._step(1):
            if wanted is not None:
                text(t("scan.go", name=wanted.item_name or wanted.id, place=wanted.place or "–"), "p").classes(
                    "scan-big"
                )
                self._picture(wanted)
                with ui.element("div").classes("aisle-row"):
                    text(wanted.id).classes("aisle-soft")
                    self._blink_button(wanted.id)
            scan_field(visit, t("scan.old"), self._scanned)
            text(t("scan.how"), "p").classes("aisle-soft aisle-small")
            self._fault = fault_line()

    async def _scanned(self, codes: list[str]) -> None:
        t = self._visit.t
        hits = [hit for code in codes if (hit := await self._look(code)) is not None]
        found = {row.id: row for hit in hits for row in hit.labels}
        self._code = hits[0].code if hits else ""
        if self._wanted is not None and self._wanted.id in found:
            await self._choose(self._wanted.id)
        elif not found:
            self._say(t("scan.free" if any(hit.device for hit in hits) else "scan.unknown", code=codes[0][:60]))
        elif self._wanted is not None:
            other = next(iter(found.values()))
            self._say(t("scan.other", label=other.id, place=other.place or "–", wanted=self._wanted.id))
        elif len(found) == 1:
            await self._choose(next(iter(found)))
        else:
            self._ask_which(list(found.values()))

    async def _look(self, code: str) -> Hit | None:
        return await self._visit.desk.look(lambda db: find_scanned(db, code, self._visit.now))

    def _ask_which(self, rows: list[LabelRow]) -> None:
        """The code on a display names the item; several labels may stand for it."""
        t = self._visit.t
        with self._step(1):
            text(t("scan.which"), "p").classes("scan-big")
            for row in rows:
                with ui.element("button").classes("scan-choice").props('type="button"') as button:
                    text(row.place or "–", "strong")
                    text(f"{row.item_name} · {row.id}").classes("aisle-soft")
                    label_chip(row, t)
                button.on("click", partial(self._choose, row.id))

    async def _choose(self, label: str) -> None:
        """Step 2: what is to happen to it?"""
        visit, t = self._visit, self._visit.t
        found = await visit.desk.look(lambda db: read_label(db, label, visit.now))
        if found is None:
            self._say(t("scan.unknown", code=label))
            return
        row = found.row
        with self._step(2):
            self._head(found)
            if not visit.may(Role.CLERK):
                text(t("act.not-allowed"), "p")
                return
            self._act("published_with_changes", "replace", partial(self._ask_new, row))
            if found.covered_by:
                self._act("visibility", "uncover", partial(self._uncover, row))
            else:
                self._act("visibility_off", "cover", partial(self._cover, row))
            self._act("remove_circle_outline", "remove", partial(self._remove, row))
            self._blink_button(row.id)
            self._fault = fault_line()

    def _ask_new(self, row: LabelRow) -> None:
        """Step 3: which one takes its place?"""
        t = self._visit.t
        with self._step(3):
            text(t("scan.new.how", name=row.item_name or row.id, place=row.place or "–"), "p").classes("scan-big")
            scan_field(self._visit, t("scan.new"), partial(self._replace, row))
            self._fault = fault_line()

    async def _replace(self, row: LabelRow, codes: list[str]) -> None:
        hits = [hit for code in codes if (hit := await self._look(code)) is not None and hit.device]
        new = hits[0].device if hits else codes[0].strip().lower()
        verbs, by = self._visit.desk.context.verbs, self._visit.account.name
        await self._do(lambda: verbs.replace(row.id, new, by), "replace", row, new)

    async def _cover(self, row: LabelRow) -> None:
        verbs, by = self._visit.desk.context.verbs, self._visit.account.name
        await self._do(lambda: verbs.cover(row.id, by, self._code), "cover", row)

    async def _uncover(self, row: LabelRow) -> None:
        verbs, by = self._visit.desk.context.verbs, self._visit.account.name
        await self._do(lambda: verbs.uncover(row.id, by, self._code), "uncover", row)

    async def _remove(self, row: LabelRow) -> None:
        verbs, by = self._visit.desk.context.verbs, self._visit.account.name
        await self._do(lambda: verbs.retire(row.id, "removed", by), "remove", row)

    async def _do(self, deed: Callable[[], Awaitable[object]], word: str, row: LabelRow, new: str = "") -> None:
        t = self._visit.t
        if not await self._visit.act(Role.CLERK, deed, t(f"scan.{word}.done", label=row.id, new=new)):
            return
        self._wanted = None
        with self._step(0):
            with notice(State.RIGHT, t(f"scan.{word}.done", label=row.id, new=new), t(f"scan.{word}.then")):
                pass
            with ui.element("div").classes("aisle-row"):
                ui.button(t("scan.next"), icon="qr_code_scanner", on_click=self.begin).props("unelevated")
                ui.button(t("scan.tasks"), on_click=lambda: ui.navigate.to("/tasks")).props("outline")

    def _step(self, number: int) -> ui.element:
        """Begin a step: empty the page and say where in the three steps we are."""
        t = self._visit.t
        self._box.clear()
        with self._box:
            with ui.element("ol").classes("scan-steps"):
                for n in (1, 2, 3):
                    with ui.element("li") as item:
                        text(str(n), "b")
                        text(t(f"scan.step.{n}"))
                    if n == number:
                        item.props('aria-current="step"')
            return ui.element("section").classes("aisle-card scan-card")

    def _head(self, found: LabelDetail) -> None:
        visit, t, row = self._visit, self._visit.t, found.row
        money = visit.desk.figures.money
        with ui.element("div").classes("scan-head"):
            self._picture(row)
            with ui.element("div").classes("aisle-grow"):
                text(row.item_name or row.id, "strong").classes("scan-big")
                text(" · ".join(part for part in (row.place, row.id) if part), "div").classes("aisle-soft")
                with ui.element("div").classes("aisle-row"):
                    label_chip(row, t)
                    text(money(row.shown_minor, row.currency), "strong")
                    if row.wanted_minor != row.shown_minor:
                        text("→ " + money(row.wanted_minor, row.currency))
        if found.covered_by:
            since = visit.ago(found.covered_at)
            with notice(State.NEEDS_YOU, t("label.covered", by=found.covered_by, since=since)):
                pass

    def _picture(self, row: LabelRow) -> None:
        with ui.element("div").classes("console-picture scan-picture"):
            picture = ui.element("img")
            picture.props["src"] = f"/labels/{quote(row.id)}/now.png?v={row.shown_item}-{row.shown_version}"
            picture.props["alt"] = self._visit.t("label.picture", name=row.item_name or row.id)

    def _act(self, icon: str, word: str, do: Callable[[], object]) -> None:
        t = self._visit.t
        with ui.element("button").classes("scan-choice").props('type="button"') as button:
            ui.icon(icon).props("aria-hidden=true")
            text(t(f"scan.{word}"), "strong")
            text(t(f"scan.{word}.what")).classes("aisle-soft")
        button.on("click", do)

    def _blink_button(self, label: str) -> None:
        if self._visit.may(Role.CLERK) and self._visit.desk.context.verbs.can_blink(label):
            ui.button(self._visit.t("blink.do"), icon="lightbulb", on_click=lambda: blink(self._visit, label)).props(
                "outline"
            )

    def _say(self, words: str) -> None:
        self._fault.set_text(words)  # type: ignore[attr-defined]
