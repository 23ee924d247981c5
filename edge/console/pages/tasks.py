"""Everything that needs a person, most costly first."""

from functools import partial

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import empty, status_chip, text
from cloud_sync.pages.theme import State
from edge.console.desk import Desk
from edge.console.pages.looks import many
from edge.console.pages.shell import Region, Visit, enter
from edge.console.pages.todo import detail, task_card, title
from edge.views.tasks import Task

MAX_SHOWN = 100


def add(router: APIRouter, desk: Desk) -> None:
    """/tasks"""

    @router.page("/tasks")
    async def tasks(request: Request) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        glance = await desk.glance()
        with visit.page(visit.t("page.tasks"), "/tasks"):
            with ui.element("div").classes("console-acts"):
                ui.button(
                    visit.t("tasks.scan"), icon="qr_code_scanner", on_click=lambda: ui.navigate.to("/scan")
                ).props("outline")
                ui.button(
                    visit.t("inspect.title"), icon="fact_check", on_click=lambda: ui.navigate.to("/inspect")
                ).props("outline")
            todo = Todo(visit)
            todo.show(glance.tasks)

        async def refresh() -> None:
            todo.show((await desk.glance()).tasks)

        visit.follow(refresh, "labels", "devices", "prices", "clock", "readings")
        return None


class Todo:
    """The list. A task that is done keeps its place and says so, and a new one comes last, so that no button moves."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._head = Region()
        self._list = ui.element("div").classes("console-stack")
        self._cards: dict[str, Region] = {}
        self._last: dict[str, Task] = {}

    def show(self, tasks: tuple[Task, ...]) -> None:
        """Bring the list up to date."""
        visit = self._visit
        self._head.show(len(tasks), lambda: self._draw_head(len(tasks)))
        found = {task.key: task for task in tasks[:MAX_SHOWN]}
        for key, task in found.items():
            if key not in self._cards:
                with self._list:
                    self._cards[key] = Region()
            self._last[key] = task
            self._cards[key].show((task, visit.ago(task.since)), partial(task_card, visit, task))
        for key, region in self._cards.items():
            if key not in found:
                region.show("done", partial(self._draw_done, self._last[key]))

    def _draw_head(self, count: int) -> None:
        t = self._visit.t
        if count:
            text(many(t, "tasks.count", count, count=self._visit.desk.figures.count(count))).classes("aisle-soft")
            if count > MAX_SHOWN:
                text(t("tasks.more", count=MAX_SHOWN)).classes("aisle-soft")
        else:
            empty("task_alt", t("tasks.none"), t("tasks.none.how"))

    def _draw_done(self, task: Task) -> None:
        with ui.element("article").classes("console-task console-done"):
            text(f"{title(self._visit, task)} · {detail(self._visit, task)}").classes("aisle-grow")
            status_chip(State.RIGHT, self._visit.t, self._visit.t("tasks.done"))
