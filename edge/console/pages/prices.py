"""Prices on their way from head office to shelf and till, as steps with counts."""

from dataclasses import dataclass
from functools import partial

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, empty, text
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.looks import PHASE, many, phase_chip
from edge.console.pages.pager import Pager
from edge.console.pages.shell import Region, Visit, enter
from edge.console.pages.todo import decide
from edge.law.persons import same_person
from edge.prices.timing import begins_at
from edge.views.prices import PHASES, PriceRow, Waiting, count_prices, list_prices, waiting_for

PAGE = 40
STEPS = ("held", "waiting", "active", "landed")
ENDS = ("refused", "superseded")


@dataclass(slots=True)
class Browse:
    """What this visitor looks at."""

    phase: str = ""
    text: str = ""
    page: int = 0


def add(router: APIRouter, desk: Desk) -> None:
    """/prices"""

    @router.page("/prices")
    async def prices(request: Request, phase: str = "", text: str = "") -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        with visit.page(visit.t("page.prices"), "/prices"):
            steps = Steps(visit, Browse(phase if phase in PHASES else "", text[:80]))
            await steps.refresh()
        visit.follow(steps.refresh, "prices", "sendings", "devices")
        return None


class Steps:
    """The steps with their counts, and the prices of the chosen one."""

    def __init__(self, visit: Visit, browse: Browse) -> None:
        self._visit, self._browse = visit, browse
        self._steps = Region("console-steps")
        with ui.element("div").classes("console-filters"):
            search = ui.input(visit.t("prices.search"), value=browse.text).props(
                "outlined dense clearable debounce=300"
            )
            search.classes("console-search").on_value_change(lambda event: self._choose(text=(event.value or "")[:80]))
            ui.element("div").classes("aisle-grow")
            ui.link(visit.t("export.csv"), "/export/prices.csv").classes("console-more")
        with card():
            self._empty = Region()
            self._list = Region("console-list")
        self._pager = Pager(visit, PAGE, self._turn)

    async def refresh(self) -> None:
        """Read the page anew."""
        visit, browse = self._visit, self._browse
        phases = (browse.phase,) if browse.phase else ()

        def read(db: object) -> tuple[dict[str, int], int, list[tuple[PriceRow, tuple[Waiting, ...]]]]:
            total, rows = list_prices(db, phases=phases, text=browse.text, start=browse.page * PAGE, size=PAGE)
            pairs = [
                (row, tuple(waiting_for(db, row.item, row.version, 8)) if row.phase == "active" else ()) for row in rows
            ]
            return count_prices(db), total, pairs

        counts, total, pairs = await visit.desk.look(read)
        self._steps.show((tuple(counts.items()), browse.phase), lambda: self._draw_steps(counts))
        self._empty.show((total, browse.phase), lambda: self._draw_empty(total))
        ages = tuple(visit.ago(row.changed_at) for row, _ in pairs)
        self._list.show((tuple(pairs), ages), lambda: self._draw_rows(pairs))
        self._pager.show(browse.page, total)

    def _draw_steps(self, counts: dict[str, int]) -> None:
        t, count = self._visit.t, self._visit.desk.figures.count
        for phase in (*STEPS, *ENDS):
            chosen = phase == self._browse.phase
            kind = (
                "console-step"
                + (" console-end" if phase in ENDS else "")
                + (" console-zero" if not counts[phase] else "")
            )
            with ui.element("button").classes(f"{kind} aisle-{PHASE[phase]}").props('type="button"') as step:
                text(count(counts[phase]), "strong")
                text(t(f"phase.{phase}"))
                text(t(f"phase.{phase}.what"), "small")
            step.props["aria-pressed"] = "true" if chosen else "false"
            step.on("click", partial(self._choose, phase="" if chosen else phase))

    def _draw_empty(self, total: int) -> None:
        if total == 0:
            t = self._visit.t
            empty("price_change", t("prices.none"), t("prices.none.how"))

    def _draw_rows(self, pairs: list[tuple[PriceRow, tuple[Waiting, ...]]]) -> None:
        for row, waiting in pairs:
            self._draw_row(row, waiting)

    def _draw_row(self, row: PriceRow, waiting: tuple[Waiting, ...]) -> None:
        visit, t, money = self._visit, self._visit.t, self._visit.desk.figures.money
        with ui.element("div").classes("console-price"):
            with ui.element("div").classes("console-price-name"):
                text(row.name, "strong")
                text(f"{row.item} · {many(t, 'prices.labels', row.labels)} · {row.author}").classes(
                    "aisle-soft aisle-small"
                )
            with ui.element("div").classes("console-price-money"):
                if row.before_minor is not None:
                    text(money(row.before_minor, row.currency)).classes("aisle-soft console-before")
                    ui.icon("arrow_forward").props("aria-hidden=true")
                text(money(row.minor, row.currency), "strong")
                if row.per != "each":
                    text(f"/ {row.per}").classes("aisle-soft aisle-small")
                if row.member_minor is not None:
                    text(t("prices.member", price=money(row.member_minor, row.currency))).classes("aisle-small")
            with ui.element("div").classes("console-price-phase"):
                with ui.element("div").classes("aisle-row"):
                    phase_chip(row.phase, t)
                    visit.when(row.changed_at).classes("aisle-small")
                if row.until is not None:
                    text(t("prices.until", when=visit.exact(row.until)), "div").classes("aisle-small")
                if row.batch_by is not None:
                    text(t("prices.batch", when=visit.exact(row.batch_by)), "div").classes("aisle-small")
                words = self._why(row, waiting)
                if words:
                    text(words, "div").classes("aisle-small aisle-soft")
            if row.phase == "held" and visit.may(Role.MANAGER):
                with ui.element("div").classes("console-price-acts"):
                    if not same_person(visit.account.name, row.author):
                        self._decision(row, yes=True)
                    self._decision(row, yes=False)

    def _decision(self, row: PriceRow, *, yes: bool) -> None:
        t = self._visit.t
        word = t("price.approve" if yes else "price.reject")

        async def click() -> None:
            await decide(self._visit, row.item, row.version, row.name, row.minor, row.before_minor, row.labels, yes=yes)

        button = ui.button(word, on_click=click).props("unelevated" if yes else "flat")
        button.props["aria-label"] = f"{word}: {row.name}"

    def _why(self, row: PriceRow, waiting: tuple[Waiting, ...]) -> str:
        t, visit = self._visit.t, self._visit
        if row.phase == "waiting":
            at = begins_at(row.why)
            if at is None:
                return visit.reason(row.why)
            return t("prices.at" if row.ends is None else "prices.at-end", when=visit.exact(at))
        if row.phase == "active" and waiting:
            waiting = tuple(one for one in waiting if one.sent) or waiting  # the others are not even allowed yet
            names = ", ".join(
                f"{one.name or one.device}{f' ({one.place})' if one.place else ''}" for one in waiting[:3]
            )
            return t("prices.waits", names=names + (" …" if len(waiting) > 3 else ""))
        return "" if row.phase == "landed" else visit.reason(row.why)

    async def _choose(self, *, phase: str | None = None, text: str | None = None) -> None:
        self._browse.phase = self._browse.phase if phase is None else phase
        self._browse.text = self._browse.text if text is None else text
        self._browse.page = 0
        await self.refresh()

    async def _turn(self, page: int) -> None:
        self._browse.page = page
        await self.refresh()
