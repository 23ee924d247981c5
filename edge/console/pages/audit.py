"""Checking a camera's count: a person marks who crosses on a short clip, and sees what the count is worth."""

import json

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, empty, text
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.audited import accuracy_words
from edge.console.pages.cameras import add_scripts
from edge.console.pages.shell import Region, Visit, enter
from edge.views.audits import AuditRow, list_audits

WORDS = (
    "line", "span", "take", "upload", "no-line", "sending", "progress", "private", "cancel", "taking", "counting",
    "ready", "clip", "seek", "play", "pause", "speed", "back", "in", "out", "undo", "finish", "drop", "dropped",
    "remove", "failed", "offline", "done", "accuracy", "between", "nobody-crossed", "counted", "counted-how", "missed",
    "missed-how", "extra", "extra-how", "gone", "again",
)  # fmt: skip
"""What the script says, each the message audit.… of the page's language."""
SPANS_S = (30, 60, 120, 180)


def add(router: APIRouter, desk: Desk) -> None:
    """/cameras/{camera}/audit"""

    @router.page("/cameras/{camera}/audit")
    async def audit(request: Request, camera: str) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        t, shop = visit.t, desk.context.cameras
        known = {one.id for one in shop.all() if one.counts} if shop is not None else set()
        with visit.page(t("audit.title", camera=camera), "/cameras"):
            if shop is None or camera not in known or desk.context.audits is None:
                with card():
                    empty("videocam_off", t("camera.unknown"), t("camera.unknown.how"))
                return None
            with card():
                text(t("audit.how"), "p").classes("draw-how")
                if visit.may(Role.MANAGER):
                    add_scripts("sheet.js", "audit.js")
                    lines = [
                        {"name": one.name, "start": one.start, "end": one.end, "inside": one.inside}
                        for one in shop.drawing(camera).scene.lines
                    ]
                    told = {
                        "camera": camera,
                        "lines": lines,
                        "spans": [[seconds, t("audit.seconds", count=seconds)] for seconds in SPANS_S],
                        "words": {word: t(f"audit.{word}") for word in WORDS},
                    }
                    ui.element("aisle-audit").props["data-told"] = json.dumps(told, ensure_ascii=False)
                else:
                    text(t("audit.not-allowed")).classes("aisle-soft")
            book = Book(visit, camera)
            await book.refresh()
        visit.follow(book.refresh, "cameras")
        return None


class Book:
    """What audits of this camera came to, newest first."""

    def __init__(self, visit: Visit, camera: str) -> None:
        self._visit, self._camera = visit, camera
        with card(visit.t("audit.history")):
            self._list = Region("console-list")

    async def refresh(self) -> None:
        """Read it anew."""
        found = await self._visit.desk.look(lambda db: list_audits(db, self._camera))
        self._list.show(tuple((one.n, self._visit.ago(one.at)) for one in found), lambda: self._draw(found))

    def _draw(self, found: list[AuditRow]) -> None:
        visit, t = self._visit, self._visit.t
        if not found:
            text(t("audit.history.none")).classes("aisle-soft")
        for one in found:
            with ui.element("div").classes("console-line"):
                with ui.element("div").classes("aisle-grow"):
                    text(accuracy_words(visit, one), "strong")
                    figures = t("audit.figures", counted=one.counted, missed=one.missed, extra=one.extra)
                    seconds = round(one.span_ms / 1000)
                    source = t(f"audit.source.{one.source}", seconds=seconds)
                    facts = (one.line, figures, source, one.model, one.by)
                    text(" · ".join(filter(None, facts)), "div").classes("aisle-soft aisle-small")
                visit.when(one.at)
