"""Setting a camera up is drawing on its picture: lines, zones, and four points on the floor."""

import json
from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, events, ui

from cloud_sync.pages.i18n import Words
from cloud_sync.pages.parts import card, empty, notice, text
from cloud_sync.pages.theme import State
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.cameras import add_scripts, plan_facts
from edge.console.pages.shell import Region, Visit, enter
from edge.floorplan import FloorPlan, read_plan
from edge.views.footfall_zones import list_departments, list_lanes
from edge.views.scenes import list_drawings
from edge.vision.along import along
from edge.vision.changes import changes
from edge.vision.scene import Scene
from edge.visits.aside import MovedCamera, read_moved
from edge.visits.scenes import DrawnScene

WORDS = (
    "still", "sheet", "tools", "plan", "floor", "floor-how", "floor-what", "live", "new-still", "line", "zone", "done",
    "undo", "save", "saving", "saved", "failed", "offline", "restored", "no-still", "no-live", "empty", "name", "kind",
    "entrance", "passage", "browse", "queue", "staff", "turn", "lane", "department", "remove", "rules", "corner",
    "new-corner", "new-line", "new-zone", "how-line", "how-zone", "what-entrance", "what-passage", "what-browse",
    "what-queue", "what-staff",
)  # fmt: skip
"""What the script says, each the message draw.… of the page's language."""
RULES = (
    ("occupancy_limit", 0, 100_000, 1), ("queue_alarm_s", 0, 3_600, 5), ("zone_visit_s", 0, 600, 1),
    ("minimum_stay_s", 0, 30, 0.5), ("u_turn", 0, 3, 0.05), ("again_s", 0, 900, 5), ("together_s", 0, 30, 1),
    ("staff_after_s", 0, 86_400, 5), ("still_s", 0, 86_400, 30), ("small_cell", 1, 100, 1),
)  # fmt: skip
"""Rules that may be set: name, least, most, step."""


def add(router: APIRouter, desk: Desk) -> None:
    """/cameras/{camera}"""

    @router.page("/cameras/{camera}")
    async def draw(request: Request, camera: str) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        shop = desk.context.cameras
        known = {one.id for one in shop.all() if one.counts} if shop is not None else set()
        with visit.page(visit.t("camera.title", camera=camera), "/cameras"):
            if shop is None or camera not in known:
                with card():
                    empty("videocam_off", visit.t("camera.unknown"), visit.t("camera.unknown.how"))
                return None
            plan, places, lanes = await desk.look(lambda db: (read_plan(db.conn), list_departments(db), list_lanes(db)))
            add_scripts("sheet.js", "draw-shapes.js", "draw-form.js", "draw.js")
            moved = Moved(visit, camera)
            await moved.refresh()
            facts = told(visit, camera, shop.drawing(camera), plan) | {"lanes": lanes, "departments": places}
            host = ui.element("aisle-drawing").classes("draw")
            host.props["data-told"] = json.dumps(facts, ensure_ascii=False)
            with ui.element("p").classes("aisle-soft aisle-small photo-private"):
                ui.icon("lock").props("aria-hidden=true")
                text(visit.t("camera.private"))
            book = History(visit, camera)
            await book.refresh()
        visit.follow(book.refresh, "scenes")
        visit.follow(moved.refresh, "scenes", "cameras")
        return None


def told(visit: Visit, camera: str, drawing: DrawnScene, plan: FloorPlan) -> dict[str, Any]:
    """What the script has to know."""
    t = visit.t
    return {
        "camera": camera,
        "scene": drawing.scene.model_dump(mode="json"),
        "version": drawing.version,
        "plan": plan_facts(plan),
        "words": {word: t(f"draw.{word}") for word in WORDS},
        "rules": [
            {"key": key, "label": t(f"rule.{key.replace('_', '-')}"), "least": least, "most": most, "step": step}
            for key, least, most, step in RULES
        ],
        "may": visit.may(Role.MANAGER),
    }


class Moved:
    """Says that the camera was moved since it was drawn on, and puts the drawing where it belongs on the sheet."""

    def __init__(self, visit: Visit, camera: str) -> None:
        self._visit, self._camera = visit, camera
        self._notice = Region()

    async def refresh(self) -> None:
        """Read it anew."""
        moved = (await self._visit.desk.look(lambda db: read_moved(db.conn))).get(self._camera)
        self._notice.show(moved, lambda: self._draw(moved))

    def _draw(self, moved: MovedCamera | None) -> None:
        visit, t, shop = self._visit, self._visit.t, self._visit.desk.context.cameras
        if moved is None or shop is None:
            return
        with notice(State.NEEDS_YOU, t("camera.moved"), t("camera.moved.what", percent=f"{moved.per_mille / 10:.1f}")):
            visit.when(moved.at).classes("aisle-small")
            if visit.may(Role.MANAGER):
                scene = along(shop.drawing(self._camera).scene, moved.by)
                with ui.element("div").classes("console-acts"):
                    ui.button(t("camera.along")).props("outline no-caps").on("click", on_the_sheet(scene))


class History:
    """Who drew what, newest first; an earlier drawing can be put back on the sheet."""

    def __init__(self, visit: Visit, camera: str) -> None:
        self._visit, self._camera = visit, camera
        with card(visit.t("camera.history")):
            self._list = Region("console-list")

    async def refresh(self) -> None:
        """Read it anew."""
        found = await self._visit.desk.look(lambda db: list_drawings(db, self._camera))
        seen = tuple((one.version, self._visit.ago(one.at)) for one in found)
        self._list.show(seen, lambda: self._draw(found))

    def _draw(self, found: list[DrawnScene]) -> None:
        visit, t = self._visit, self._visit.t
        if not found:
            text(t("camera.history.none")).classes("aisle-soft")
        for number, one in enumerate(found):
            with ui.element("div").classes("console-line"):
                text(t("camera.version", number=one.version)).classes("console-subject")
                with ui.element("div").classes("aisle-grow"):
                    text(one.by, "strong")
                    text(f" · {what_changed(one, found[number + 1] if number + 1 < len(found) else None, t)}")
                visit.when(one.at)
                if number and visit.may(Role.MANAGER):
                    ui.button(t("camera.restore")).props("flat dense no-caps").on("click", on_the_sheet(one.scene))


def on_the_sheet(scene: Scene) -> Callable[[events.GenericEventArguments], None]:
    """Puts a drawing on the sheet, where a person looks at it and saves it."""
    drawn = scene.model_dump_json()

    def put(_: events.GenericEventArguments) -> None:
        ui.run_javascript(f"document.querySelector('aisle-drawing').restore({drawn})")

    return put


def what_changed(one: DrawnScene, before: DrawnScene | None, t: Words) -> str:
    """What is different from the drawing before, in words."""
    if before is None:
        return t("camera.shapes", lines=len(one.scene.lines), zones=len(one.scene.zones))
    found = changes(before.scene, one.scene)
    parts = [t(f"camera.{word}", names=", ".join(_own(name, t) for name in names)) for word, names in found.items()]
    return "; ".join(parts) or t("camera.same")


def _own(name: str, t: Words) -> str:
    return t(f"draw.{name}") if name in ("floor", "rules") else f"“{name}”"
