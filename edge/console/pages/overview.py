"""Is my shop right, what needs me, how is today going, are we connected, what changed."""

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.link.state import LinkView
from cloud_sync.pages.parts import card, text
from cloud_sync.pages.theme import State
from edge.console.desk import EVERYTHING, Desk, Glance
from edge.console.pages.answer import draw_answer
from edge.console.pages.charts import visitors_by_hour
from edge.console.pages.connection import connection_words
from edge.console.pages.looks import LINK, LINK_ICON, device_chip, many
from edge.console.pages.shell import Region, Visit, enter
from edge.console.pages.ticket_card import ICONS, headline
from edge.console.pages.todo import task_card
from edge.views.tasks import TaskKind
from edge.views.tickets import Ticket

SHOWN_TASKS = 3
SHOWN_FAULTS = 3
"""Beside faults there is room for one task less."""


def add(router: APIRouter, desk: Desk) -> None:
    """/"""

    @router.page("/")
    async def overview(request: Request) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        glance = await desk.glance()
        with visit.page(desk.context.shop.name, "/"):
            board = Board(visit)
            board.show(glance)

        async def refresh() -> None:
            board.show(await desk.glance())

        visit.follow(refresh, *EVERYTHING)
        return None


class Board:
    """The regions of the overview."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._answer = Region()
        with ui.element("div").classes("console-board"):
            with ui.element("div").classes("console-left"):
                with card(visit.t("overview.tasks")) as needs:
                    needs.classes("console-needs")
                    self._tasks = Region("console-stack")
                self._faults = Region()
            with card(visit.t("overview.today")) as today:
                today.classes("console-today")
                self._figures = Region("console-figures")
                self._chart: ui.echart | None = None
                self._chart_box = ui.element("div").classes("console-chart-box")
        with ui.element("div").classes("console-four"):
            with card(visit.t("overview.tills")):
                self._tills = Region("console-stack")
            with card(visit.t("overview.link")):
                self._link = Region("console-stack")
            with card(visit.t("overview.prices")):
                self._prices = Region("console-stack")

    def show(self, glance: Glance) -> None:
        """Bring every region up to date."""
        view, visit = glance.overview, self._visit
        link = visit.desk.context.link()
        states = tuple(till.state for till in view.tills)
        facts = (view.labels, states, view.tickets, view.stock, view.orders, view.entrance, link.phase)
        self._answer.show(facts, lambda: draw_answer(visit, view, link))
        faults = other_faults(glance)
        room = SHOWN_TASKS - bool(faults)
        shown = tuple((task, visit.ago(task.since)) for task in glance.tasks[:room])
        self._tasks.show((shown, len(glance.tasks)), lambda: self._draw_tasks(glance, room))
        ages = tuple(visit.ago(one.opened_at) for one in faults[:SHOWN_FAULTS])
        self._faults.show((faults, ages), lambda: self._draw_faults(faults))
        self._figures.show((view.visitors, view.sales), lambda: self._draw_figures(glance))
        self._show_chart(glance)
        self._tills.show(tuple((till, visit.ago(till.since)) for till in view.tills), lambda: self._draw_tills(glance))
        words = connection_words(visit, link, view.queue)
        self._link.show((link.phase, words), lambda: draw_link(visit, link, words))
        self._prices.show((view.landed_today, view.on_the_way, view.for_approval), lambda: self._draw_prices(glance))

    def _draw_tasks(self, glance: Glance, room: int) -> None:
        t = self._visit.t
        if not glance.tasks:
            with ui.element("div").classes("console-proud"):
                ui.icon("task_alt").props("aria-hidden=true")
                text(t("tasks.none"), "strong")
                text(t("tasks.none.how")).classes("aisle-soft")
            return
        for task in glance.tasks[:room]:
            task_card(self._visit, task, picture=False)
        if len(glance.tasks) > room:
            ui.link(t("tasks.all", count=self._visit.desk.figures.count(len(glance.tasks))), "/tasks").classes(
                "console-more"
            )

    def _draw_faults(self, faults: tuple[Ticket, ...]) -> None:
        visit, t = self._visit, self._visit.t
        if not faults:
            return
        with card(t("overview.faults")):
            with ui.element("div").classes("console-list"):
                for one in faults[:SHOWN_FAULTS]:
                    with ui.link(target="/alarms").classes("console-line console-quiet"):
                        state = State.FAILED if one.critical else State.NEEDS_YOU
                        taken = one.acknowledged_at is not None
                        icon = ui.icon(ICONS[one.rule]).props("aria-hidden=true")
                        icon.classes(f"aisle-{State.CHANGING if taken else state} console-ink")
                        text(headline(visit, one), "strong").classes("aisle-grow console-fault-name")
                        if taken:
                            text(t("alarms.taken", by=one.acknowledged_by)).classes("aisle-soft aisle-small")
                        visit.when(one.opened_at).classes("aisle-small")
            if len(faults) > SHOWN_FAULTS:
                count = visit.desk.figures.count(len(faults))
                ui.link(t("overview.faults.all", count=count), "/alarms").classes("console-more")

    def _draw_figures(self, glance: Glance) -> None:
        t, figures, view = self._visit.t, self._visit.desk.figures, glance.overview
        people = view.visitors
        for value, name, note in (
            (
                figures.count(people.entered),
                t("overview.entered"),
                t("overview.last-week", count=figures.count(people.last_week_so_far)),
            ),
            (figures.count(people.inside), t("overview.inside"), ""),
            (
                figures.money(view.sales.total_minor),
                t("overview.sales"),
                many(t, "overview.receipts", view.sales.receipts, count=figures.count(view.sales.receipts)),
            ),
        ):
            with ui.element("div").classes("console-figure"):
                text(value, "strong")
                text(name)
                if note:
                    text(note, "small").classes("aisle-soft")

    def _show_chart(self, glance: Glance) -> None:
        visitors = glance.overview.visitors
        options = visitors_by_hour(visitors, self._visit.t)
        if self._chart is None:
            with self._chart_box:
                self._chart = ui.echart(options).classes("console-chart")
        elif self._chart.options != options:
            self._chart.options.update(options)
            self._chart.update()

    def _draw_tills(self, glance: Glance) -> None:
        t = self._visit.t
        for till in glance.overview.tills:
            with ui.element("div").classes("console-line"):
                text(till.name or till.id, "strong")
                text(till.why if till.state != "ready" else "").classes("aisle-soft aisle-small aisle-grow")
                device_chip(till.state, t)
        if not glance.overview.tills:
            text(t("tills.none")).classes("aisle-soft")
            ui.link(t("tills.enrol"), "/settings").classes("console-more")

    def _draw_prices(self, glance: Glance) -> None:
        t, figures, view = self._visit.t, self._visit.desk.figures, glance.overview
        for count, word, phase in (
            (view.landed_today, "prices.landed-today", "landed"),
            (view.on_the_way, "prices.on-the-way", "active"),
            (view.for_approval, "prices.for-approval", "held"),
        ):
            with ui.link(target=f"/prices?phase={phase}").classes("console-line console-quiet"):
                text(t(word)).classes("aisle-grow")
                text(figures.count(count), "strong")


def other_faults(glance: Glance) -> tuple[Ticket, ...]:
    """Open tickets that no task speaks of already: a label that holds a raise is one thing to do, not two."""
    tasked = {task.device for task in glance.tasks if task.device}
    clock = any(task.kind is TaskKind.CLOCK for task in glance.tasks)
    return tuple(
        one
        for one in glance.overview.tickets
        if one.device not in tasked and not (clock and one.rule == "clock-doubted")
    )


def draw_link(visit: Visit, link: LinkView, words: tuple[str, str]) -> None:
    """The line to head office in two lines of words."""
    state = LINK[link.phase]
    with ui.element("div").classes(f"console-state aisle-{state}"):
        ui.icon(LINK_ICON[link.phase]).props("aria-hidden=true")
        with ui.element("div"):
            text(words[0], "strong")
            if words[1]:
                text(words[1], "div").classes("aisle-small")
    ui.link(visit.t("overview.link.more"), "/link").classes("console-more")
