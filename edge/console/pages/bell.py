"""The bell at the head of every page: how many tickets wait for somebody to take them on."""

from nicegui import ui

from cloud_sync.pages.i18n import Words
from cloud_sync.pages.parts import text
from edge.console.desk import Desk
from edge.views.tickets import count_tickets

RING_SECONDS = 2.0


def draw_bell(desk: Desk, t: Words) -> None:
    """A bell that leads to the alarms, with a count that follows the shop."""
    with ui.link(target="/alarms").classes("console-bell") as bell:
        ui.icon("notifications").props("aria-hidden=true")
        badge = ui.element("div").classes("console-bell-count")
    shown = [-1, -1]

    def ring() -> None:
        mark = desk.live.mark("tickets")
        if mark == shown[0]:
            return
        count = desk.read(count_tickets)
        if count != shown[1]:
            badge.clear()
            badge.set_visibility(count > 0)
            with badge:
                text(str(count) if count < 100 else "99+")
            bell.props["aria-label"] = t("bell.label", count=count)
            bell.update()
        shown[:] = [mark, count]

    ring()
    ui.timer(RING_SECONDS, ring, immediate=False)
