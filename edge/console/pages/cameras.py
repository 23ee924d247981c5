"""The shop's cameras: how each does, and all of them on one floor plan."""

import json
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, empty, status_chip, text
from cloud_sync.pages.theme import CHART, State
from edge.console.accounts import Role
from edge.console.api_cameras import spots
from edge.console.cameras import CameraNow
from edge.console.desk import Desk
from edge.console.pages.audited import accuracy_words
from edge.console.pages.finder import Finder
from edge.console.pages.looks import device_chip
from edge.console.pages.shell import Region, Visit, enter
from edge.floorplan import FloorPlan, read_plan
from edge.views.audits import AuditRow, latest_audits
from edge.visits.aside import read_moved

PICTURE_MS = 5 * 60_000
PLAN_WORDS = ("plan", "change", "wide", "deep", "picture", "keep", "kept", "failed", "offline", "deep-how")


def add(router: APIRouter, desk: Desk) -> None:
    """/cameras"""

    @router.page("/cameras")
    async def cameras(request: Request) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        with visit.page(visit.t("page.cameras"), "/cameras"):
            shop = desk.context.cameras
            if shop is None or not shop.all():
                with card():
                    empty("videocam", visit.t("cameras.none"), visit.t("cameras.none.how"))
                _offer_to_find(visit)
                return None
            add_scripts("sheet.js", "plan.js")
            room = Room(visit)
            await room.refresh()
            _offer_to_find(visit)
        visit.follow(room.refresh, "devices", "scenes", "cameras")
        return None


def add_scripts(*names: str) -> None:
    """Add the console's own scripts to the page being built, in this order."""
    for name in names:
        script = files("edge.console").joinpath(name).read_text(encoding="utf-8")
        ui.add_body_html(f"<script>{script}</script>")


def plan_facts(plan: FloorPlan) -> dict[str, Any]:
    """The floor plan as the scripts want it: metres, and where its picture is."""
    wide, deep = plan.size_m
    return {"wide": wide, "deep": deep, "picture": f"/plan.png?v={plan.version}"}


class Room:
    """A card for each camera, and the plan with all of them."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._cards = Region("camera-cards")
        self._figures: dict[str, Region] = {}
        self._plan = Region()

    async def refresh(self) -> None:
        """Read everything anew."""
        visit = self._visit
        shop = visit.desk.context.cameras
        if shop is None:
            return
        found = tuple(shop.all())
        plan, audits, moved = await visit.desk.look(
            lambda db: (read_plan(db.conn), latest_audits(db), read_moved(db.conn))
        )
        # Pictures are asked for anew every few minutes only; figures move beside them.
        looks = tuple((one.id, one.place, one.state) for one in found)
        self._cards.show((looks, visit.now // PICTURE_MS), lambda: self._draw_cards(found))
        for one in found:
            self._show_figures(one, audits.get(one.id), one.id in moved)
        drawn = tuple((one.id, shop.drawing(one.id)) for one in found if one.counts)
        self._plan.show(
            (plan.version, tuple((name, one.version) for name, one in drawn)), lambda: self._draw_plan(plan)
        )

    def _draw_cards(self, found: tuple[CameraNow, ...]) -> None:
        self._figures.clear()
        for one in found:
            self._draw(one)

    def _show_figures(self, one: CameraNow, audit: AuditRow | None, moved: bool) -> None:
        seen = (one, audit, moved, self._visit.ago(one.since), self._visit.ago(audit.at if audit else None))
        self._figures[one.id].show(seen, lambda: self._facts(one, audit, moved))

    def _draw(self, one: CameraNow) -> None:
        visit, t = self._visit, self._visit.t
        with card() as made:
            made.classes("camera-card")
            if visit.may(Role.MANAGER) and one.counts and one.state == "ready":
                picture = ui.element("img").classes("camera-thumb")
                picture.props["src"] = f"/cameras/{one.id}/still.png?at={visit.now}"
                picture.props["alt"] = t("cameras.still", camera=one.id)
                picture.props["loading"] = "lazy"
            else:
                with ui.element("div").classes("camera-thumb camera-dark"):
                    ui.icon("videocam" if one.state == "ready" else "videocam_off").props("aria-hidden=true")
            with ui.element("div").classes("camera-head"):
                with ui.element("div").classes("aisle-grow"):
                    text(one.id, "h2")
                    text(one.place).classes("aisle-soft aisle-small")
                device_chip(one.state, t)
            self._figures[one.id] = Region("console-stack")
            if one.counts:
                with ui.element("div").classes("console-acts"):
                    _link("draw", t("cameras.draw"), f"/cameras/{one.id}")
                    if visit.may(Role.MANAGER):
                        _link("fact_check", t("cameras.audit"), f"/cameras/{one.id}/audit")

    def _facts(self, one: CameraNow, audit: AuditRow | None, moved: bool) -> None:
        visit, t = self._visit, self._visit.t
        if one.state != "ready" and one.why:
            text(visit.reason(one.why), "div").classes("aisle-small")
            if one.since is not None:
                visit.when(one.since).classes("aisle-small")
        if moved:
            with ui.element("div"):
                status_chip(State.NEEDS_YOU, t, t("camera.moved"))
        with ui.element("div").classes("console-facts aisle-small aisle-soft"):
            if not one.counts:
                text(t("cameras.labels-only"))
            elif one.fps is not None:
                text(t("cameras.people", count=one.people or 0))
                text(t("cameras.fps", fps=f"{one.fps:.1f}"))
                text(t("cameras.behind", seconds=f"{(one.age_ms or 0) / 1000:.1f}"))
                if one.dropped:
                    text(t("cameras.dropped", count=visit.desk.figures.count(one.dropped)))
        if one.counts:
            with ui.element("div").classes("aisle-small"):
                text(accuracy_words(visit, audit) if audit else t("cameras.not-audited"))

    def _draw_plan(self, plan: FloorPlan) -> None:
        t, shop = self._visit.t, self._visit.desk.context.cameras
        if shop is None:
            return
        shown = []
        for number, one in enumerate(shop.all()):
            scene = shop.drawing(one.id).scene
            if not one.counts or scene.floor is None:
                continue
            zones = []
            for zone in scene.zones:
                places = spots(scene, list(zone.polygon))
                if all(places):
                    zones.append({"name": zone.name, "kind": zone.kind.value, "spots": places})
            colour = CHART[number % len(CHART)]
            shown.append({"id": one.id, "floor": scene.floor.plan, "zones": zones, "colour": colour})
        with card(t("cameras.plan")):
            text(t("cameras.plan.how") if shown else t("cameras.plan.none"), "p").classes("aisle-soft draw-how")
            host = ui.element("aisle-plan")
            words = {word: t(f"plan.{word}") for word in PLAN_WORDS}
            told = {
                "plan": plan_facts(plan), "cameras": shown, "words": words, "may": self._visit.may(Role.MANAGER),
            }  # fmt: skip
            host.props["data-told"] = json.dumps(told, ensure_ascii=False)


def _offer_to_find(visit: Visit) -> None:
    if visit.may(Role.MANAGER) and visit.desk.context.find_cameras is not None:
        Finder(visit)


def _link(icon: str, words: str, target: str) -> None:
    with ui.link(target=target).classes("console-chip"):
        ui.icon(icon).props("aria-hidden=true")
        text(words)
