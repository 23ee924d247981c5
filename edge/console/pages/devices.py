"""Every device, those that need somebody first."""

from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, empty, text
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.looks import device_chip
from edge.console.pages.pager import Pager
from edge.console.pages.shell import Region, Visit, enter
from edge.console.pages.todo import retire
from edge.views.devices import DeviceRow, list_devices

PAGE = 40
ROLES = ("", "till", "label", "camera", "other")


@dataclass(slots=True)
class Browse:
    """What this visitor looks at."""

    role: str = ""
    text: str = ""
    page: int = 0


def add(router: APIRouter, desk: Desk) -> None:
    """/devices"""

    @router.page("/devices")
    async def devices(request: Request, role: str = "") -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        with visit.page(visit.t("page.devices"), "/devices"):
            rack = Rack(visit, Browse(role if role in ROLES else ""))
            await rack.refresh()
        visit.follow(rack.refresh, "devices", "labels")
        return None


class Rack:
    """The list of devices with its filters."""

    def __init__(self, visit: Visit, browse: Browse) -> None:
        self._visit, self._browse = visit, browse
        t = visit.t
        with ui.element("div").classes("console-filters"):
            search = (
                ui.input(t("devices.search")).props("outlined dense clearable debounce=300").classes("console-search")
            )
            search.on_value_change(lambda event: self._choose(text=(event.value or "")[:80]))
            roles = ui.select(
                {role: t(f"role.{role or 'any'}") for role in ROLES}, value=browse.role, label=t("devices.role")
            )
            roles.props("outlined dense").classes("console-place").on_value_change(
                lambda event: self._choose(role=event.value)
            )
            ui.element("div").classes("aisle-grow")
            ui.link(t("export.csv"), "/export/devices.csv").classes("console-more")
        with card():
            self._empty = Region()
            self._list = Region("console-list")
        self._pager = Pager(visit, PAGE, self._turn)

    async def refresh(self) -> None:
        """Read the page anew."""
        visit, browse = self._visit, self._browse
        total, rows = await visit.desk.look(
            lambda db: list_devices(db, role=browse.role, text=browse.text, start=browse.page * PAGE, size=PAGE)
        )
        t = visit.t
        self._empty.show(
            total == 0, lambda: None if total else empty("router", t("devices.none"), t("devices.none.how"))
        )
        ages = tuple((visit.ago(row.seen_at), visit.ago(row.since)) for row in rows)
        self._list.show((tuple(rows), ages), lambda: self._draw_all(rows))
        self._pager.show(browse.page, total)

    def _draw_all(self, rows: list[DeviceRow]) -> None:
        for row in rows:
            self._draw(row)

    def _draw(self, row: DeviceRow) -> None:
        visit, t, verbs = self._visit, self._visit.t, self._visit.desk.context.verbs
        with ui.element("div").classes("console-device"):
            with ui.element("div").classes("console-price-name"):
                with ui.element("div").classes("aisle-row"):
                    text(row.name or row.id, "strong")
                    text(t(f"role.{row.role}")).classes("console-tag")
                    if not row.enrolled:
                        text(t("devices.seen-only")).classes("console-tag")
                facts = (row.id, row.place, row.model, row.firmware and f"v{row.firmware}", row.address)
                text(" · ".join(fact for fact in facts if fact)).classes("aisle-soft aisle-small")
            with ui.element("div").classes("console-price-phase"):
                with ui.element("div").classes("aisle-row"):
                    device_chip(row.state, t)
                    visit.when(row.seen_at).classes("aisle-small")
                    if row.battery_mv is not None:
                        text(f"{row.battery_mv / 1000:.2f} V").classes("aisle-small aisle-soft")
                    if row.rssi is not None:
                        text(f"{row.rssi} dBm").classes("aisle-small aisle-soft")
                if row.why:
                    text(visit.reason(row.why), "div").classes("aisle-small")
            with ui.element("div").classes("console-price-acts"):
                if row.enrolled and visit.may(Role.CLERK):
                    if row.state in ("fault", "lost"):

                        async def retry() -> None:
                            await visit.act(
                                Role.CLERK, lambda: verbs.retry(row.id, visit.account.name), t("task.retry.done")
                            )

                        self._button(t("task.retry"), row, retry, "outline")
                    self._button(t("devices.retire"), row, lambda: retire(visit, row.id), "flat")

    @staticmethod
    def _button(word: str, row: DeviceRow, click: object, look: str) -> None:
        button = ui.button(word, on_click=click).props(look)  # type: ignore[arg-type]
        button.props["aria-label"] = f"{word}: {row.name or row.id}"

    async def _choose(self, *, role: str | None = None, text: str | None = None) -> None:
        self._browse.role = self._browse.role if role is None else role
        self._browse.text = self._browse.text if text is None else text
        self._browse.page = 0
        await self.refresh()

    async def _turn(self, page: int) -> None:
        self._browse.page = page
        await self.refresh()
