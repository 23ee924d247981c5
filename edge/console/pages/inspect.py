"""Inspections: draw a sample, walk it with a phone, and see the shop's price accuracy."""

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.contract.money import minor_digits
from cloud_sync.pages.parts import card, empty, status_chip, text
from cloud_sync.pages.theme import State
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.inspected import FOUND, draw_report
from edge.console.pages.shell import Region, Visit, enter
from edge.inspect.amount import parse_amount
from edge.inspect.desk import Inspector
from edge.inspect.frame import By
from edge.inspect.records import Inspection, Look, list_inspections, read_inspection
from edge.inspect.report import Entry, Found

LISTED = 50
SIZES = (25, 50, 100, 300)


def add(router: APIRouter, desk: Desk) -> None:
    """/inspect and /inspect/{number}"""

    @router.page("/inspect")
    async def inspections(request: Request) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        found = await desk.look(lambda db: list_inspections(db.conn, LISTED))
        with visit.page(visit.t("inspect.title"), "/tasks"):
            if visit.may(Role.CLERK):
                _draw_form(visit)
            if not found:
                empty("fact_check", visit.t("inspect.none"), visit.t("inspect.none.how"))
            else:
                with card(visit.t("inspect.past")):
                    for one in found:
                        _row(visit, one)
        return None

    @router.page("/inspect/{number}")
    async def inspection(request: Request, number: int, label: str = "") -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        found = await desk.look(lambda db: read_inspection(db.conn, number))
        with visit.page(visit.t("inspect.number", number=number), "/tasks"):
            if found is None:
                empty("fact_check", visit.t("inspect.unknown"), visit.t("inspect.none.how"))
                return None
            walk = Walk(visit, found, label[:32])

        async def refresh() -> None:
            now = await desk.look(lambda db: read_inspection(db.conn, number))
            if now is not None:
                walk.show(now)

        visit.follow(refresh, "inspections")
        return None


def _draw_form(visit: Visit) -> None:
    t, context = visit.t, visit.desk.context
    with card(t("inspect.new")):
        text(t("inspect.new.how")).classes("aisle-soft")
        with ui.element("div").classes("console-filters"):
            size = (
                ui.select(list(SIZES), value=50, label=t("inspect.size"))
                .props("outlined dense")
                .classes("inspect-size")
            )
            by = ui.select({one.value: t(f"inspect.by.{one}") for one in By}, value=By.PLACE, label=t("inspect.by"))
            by.props("outlined dense").classes("console-place")
            seed = ui.input(t("inspect.seed")).props("outlined dense maxlength=40").classes("console-place")

            async def draw() -> None:
                drawn: list[int] = []

                async def deed() -> None:
                    inspector = Inspector(context.store, context.clock)
                    number, _ = await inspector.draw(
                        int(size.value), visit.account.name, By(by.value), seed.value or ""
                    )
                    drawn.append(number)

                if await visit.act(Role.CLERK, deed, t("inspect.drawn")):
                    ui.navigate.to(f"/inspect/{drawn[0]}")

            ui.button(t("inspect.draw"), icon="casino", on_click=draw).props("unelevated")


def _row(visit: Visit, one: Inspection) -> None:
    t, report = visit.t, one.report
    with ui.link(target=f"/inspect/{one.id}").classes("console-line console-quiet"):
        text(t("inspect.number", number=one.id), "strong").classes("aisle-grow")
        if report.accuracy is not None:
            text(visit.desk.figures.percent(report.accuracy.value))
        if one.ended_at is None:
            status_chip(State.CHANGING, t, t("inspect.open"))
        elif report.passes is not None:
            status_chip(
                State.RIGHT if report.passes else State.FAILED,
                t,
                t("inspect.passes" if report.passes else "inspect.fails"),
            )
        visit.when(one.at)


class Walk:
    """The label to look at next, the report so far, and the whole list."""

    def __init__(self, visit: Visit, found: Inspection, label: str) -> None:
        self._visit, self._found = visit, found
        self._at = next((entry.n for entry in found.entries if entry.label == label), 0)
        with ui.element("div").classes("aisle-row"):
            ui.link("← " + visit.t("inspect.title"), "/inspect").classes("console-more aisle-grow")
            for kind in ("csv", "txt"):
                word = visit.t(f"inspect.list.{kind}")
                ui.link(word, f"/export/inspection-{found.id}.{kind}").classes("console-more")
        self._next = Region()
        self._report = Region()
        self._list = Region()
        self.show(found)

    def show(self, found: Inspection) -> None:
        """Bring the page up to date. What is being answered keeps its place."""
        self._found = found
        entry = self._present()
        self._next.show(entry, lambda: self._draw_next(entry))
        self._report.show(found.entries, lambda: draw_report(self._visit, found))
        self._list.show((found.entries, self._at), self._draw_list)

    def _present(self) -> Entry | None:
        """The label that was chosen, else the first that nobody looked at."""
        if self._at:
            return self._found.entries[self._at - 1]
        return next((entry for entry in self._found.entries if entry.found is Found.OPEN), None)

    def _draw_next(self, entry: Entry | None) -> None:
        visit, t = self._visit, self._visit.t
        if entry is None or not visit.may(Role.CLERK):
            return
        left = sum(one.found is Found.OPEN for one in self._found.entries)
        with ui.element("section").classes("aisle-card inspect-card"):
            with ui.element("div").classes("aisle-row"):
                text(entry.place or "–", "strong").classes("scan-big aisle-grow")
                text(t("inspect.left", left=left, count=len(self._found.entries))).classes("aisle-soft")
            text(entry.name, "h2").classes("inspect-name")
            text(entry.label).classes("aisle-soft aisle-small")
            text(visit.desk.figures.money(entry.minor, entry.currency)).classes("inspect-price")
            if entry.found not in (Found.OPEN, Found.RIGHT):
                self._chip(entry)
            with ui.element("div").classes("inspect-acts"):
                ui.button(t("inspect.right"), icon="check", on_click=lambda: self._say(entry, entry.minor)).props(
                    "unelevated"
                ).classes("inspect-right")
                with ui.element("div").classes("scan-field"):
                    price = ui.input(t("inspect.shows")).props("outlined maxlength=14 inputmode=decimal")

                    async def other() -> None:
                        try:
                            shown = parse_amount(price.value or "", minor_digits(entry.currency))
                        except ValueError:
                            ui.notify(t("inspect.no-price"), type="warning")
                            return
                        await self._say(entry, shown)

                    price.on("keydown.enter", other)
                    ui.button(t("inspect.enter"), on_click=other).props("outline")
                ui.button(t("inspect.missing"), icon="search_off", on_click=lambda: self._say(entry, None)).props(
                    "outline"
                )

    async def _say(self, entry: Entry, shown: int | None) -> None:
        visit, number = self._visit, self._found.id
        inspector = Inspector(visit.desk.context.store, visit.desk.context.clock)
        look = [Look(entry.label, shown)]
        if await visit.act(
            Role.CLERK, lambda: inspector.answer(number, look, visit.account.name), visit.t("inspect.noted")
        ):
            self._at = 0
            now = await visit.desk.look(lambda db: read_inspection(db.conn, number))
            if now is not None:
                self.show(now)

    def _draw_list(self) -> None:
        visit, t = self._visit, self._visit.t
        with card(t("inspect.list")), ui.element("div").classes("console-list"):
            for entry in self._found.entries:
                with ui.element("button").classes("inspect-line").props('type="button"') as line:
                    text(str(entry.n)).classes("console-seq aisle-soft")
                    with ui.element("span").classes("aisle-grow"):
                        text(entry.name, "strong")
                        text(" · ".join(part for part in (entry.place, entry.label) if part), "div").classes(
                            "aisle-soft aisle-small"
                        )
                    text(visit.desk.figures.money(entry.minor, entry.currency))
                    self._chip(entry)
                if entry.n == self._at:
                    line.props('aria-current="true"')
                line.on("click", lambda entry=entry: self._go(entry.n))

    def _go(self, n: int) -> None:
        self._at = n
        self.show(self._found)
        ui.run_javascript("scrollTo({top: 0})")

    def _chip(self, entry: Entry) -> None:
        t, money = self._visit.t, self._visit.desk.figures.money
        word = t(f"inspect.found.{entry.found}")
        if entry.shown is not None and entry.found is not Found.RIGHT:
            word = f"{word}: {money(entry.shown, entry.currency)}"
        state = State.RIGHT if entry.cleared_at is not None else FOUND[entry.found]
        status_chip(state, t, t("inspect.cleared", what=word) if entry.cleared_at is not None else word)
