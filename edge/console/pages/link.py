"""The line to head office and the queue: off-line is a state, not an error."""

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.link.state import LinkView
from cloud_sync.pages.parts import card, stat_tile, text
from cloud_sync.queue.outbox import Depth, Outbox
from edge.console.desk import Desk
from edge.console.pages.clock import draw_clock
from edge.console.pages.connection import connection_words
from edge.console.pages.looks import LINK, LINK_ICON, many
from edge.console.pages.shell import Region, Visit, enter
from edge.views.clock import read_clock
from edge.views.journal import ChangeRow, list_changes


def add(router: APIRouter, desk: Desk) -> None:
    """/link"""

    @router.page("/link")
    async def link(request: Request) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        with visit.page(visit.t("page.link"), "/link"):
            line = Line(visit)
            await line.refresh()
        visit.follow(line.refresh, "outbox", "prices", "clock")
        return None


class Line:
    """The regions of the page."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._head = Region()
        self._tiles = Region("aisle-tiles")
        with card(visit.t("clock.title")):
            self._clock = Region("console-stack console-clock")
        with card(visit.t("link.changes")):
            self._changes = Region("console-list")

    async def refresh(self) -> None:
        """Read the page anew."""
        visit, link = self._visit, self._visit.desk.context.link()
        depth, changes, clock = await visit.desk.look(
            lambda db: (Outbox.depth(db.conn), list_changes(db, size=20), read_clock(db))
        )
        words = connection_words(visit, link, depth)
        self._head.show((link.phase, words), lambda: self._draw_head(link, words))
        ages = (visit.ago(link.last_contact), visit.ago(depth.oldest_at))
        self._tiles.show((link, depth, ages), lambda: self._draw_tiles(link, depth))
        self._clock.show((clock, visit.exact(visit.now)), lambda: draw_clock(visit, clock))
        seen = tuple((change, visit.ago(change.received_at)) for change in changes)
        self._changes.show(seen, lambda: self._draw_changes(changes))

    def _draw_head(self, link: LinkView, words: tuple[str, str]) -> None:
        state = LINK[link.phase]
        with ui.element("section").classes(f"console-answer aisle-{state}").props('role="status"'):
            with ui.element("div").classes("console-answer-line"):
                ui.icon(LINK_ICON[link.phase]).props("aria-hidden=true")
                text(words[0], "h2")
            if words[1]:
                text(words[1], "p")
            if link.why and link.why != words[1]:
                text(self._visit.reason(link.why), "p").classes("aisle-small")

    def _draw_tiles(self, link: LinkView, depth: Depth) -> None:
        visit, t, figures = self._visit, self._visit.t, self._visit.desk.figures
        oldest = t("link.oldest", when=visit.ago(depth.oldest_at)) if depth.oldest_at is not None else ""
        stat_tile(t("link.events"), figures.count(depth.events), note=oldest)
        stat_tile(
            t("link.bytes"),
            figures.size(depth.bytes),
            note=t("link.limit", size=figures.size(visit.desk.context.store.outbox.limit_bytes)),
        )
        stat_tile(t("link.contact"), visit.ago(link.last_contact))
        if depth.shed:
            stat_tile(t("link.shed"), figures.count(depth.shed), note=t("link.shed.what"))

    def _draw_changes(self, changes: list[ChangeRow]) -> None:
        visit, t = self._visit, self._visit.t
        if not changes:
            text(t("link.changes.none")).classes("aisle-soft")
        for change in changes:
            with ui.element("div").classes("console-line console-line-long"):
                text(many(t, "link.change", change.rows, number=change.sequence, who=change.author), "strong")
                text(visit.reason(change.why)).classes("aisle-soft aisle-small aisle-grow")
                text(t(f"verdict.{change.verdict}")).classes("aisle-small")
                visit.when(change.received_at).classes("aisle-small")
