"""Switches with their ports, power supplies, printers and sensors."""

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, empty, notice, text
from cloud_sync.pages.theme import State
from edge.console.desk import Desk
from edge.console.pages.looks import device_chip
from edge.console.pages.network_gear import figures_of
from edge.console.pages.network_ports import draw_ports
from edge.console.pages.shell import Region, Visit, enter
from edge.views.network import GearKind, GearView, NetworkView, read_network

ICONS = {
    GearKind.SWITCH: "lan",
    GearKind.SUPPLY: "battery_charging_full",
    GearKind.PRINTER: "print",
    GearKind.SENSOR: "thermostat",
    GearKind.HOST: "dns",
}
ORDER = (GearKind.SUPPLY, GearKind.SWITCH, GearKind.SENSOR, GearKind.PRINTER, GearKind.HOST)


def add(router: APIRouter, desk: Desk) -> None:
    """/network"""

    @router.page("/network")
    async def network(request: Request) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        with visit.page(visit.t("page.network"), "/network"):
            room = Room(visit)
            await room.refresh()
        visit.follow(room.refresh, "network", "devices")
        return None


class Room:
    """The regions of the page: one for the power, one for each device."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._power = Region()
        self._empty = Region()
        with ui.element("div").classes("network-switches"):
            self._switches = Region("network-stack")
        self._others = Region("network-cards")

    async def refresh(self) -> None:
        """Read everything anew."""
        visit = self._visit
        view = await visit.desk.look(read_network)
        on_battery = tuple(one for one in view.supplies if one.power != "mains")
        self._power.show(
            (on_battery, view.held, view.checkpointed_at, *(visit.ago(one.since) for one in on_battery)),
            lambda: self._draw_power(view),
        )
        self._empty.show(bool(view.gear), lambda: None if view.gear else self._draw_empty())
        for region, switches in ((self._switches, True), (self._others, False)):
            gear = sorted(
                (one for one in view.gear if (one.kind is GearKind.SWITCH) is switches),
                key=lambda one: (ORDER.index(one.kind), one.name),
            )
            seen = tuple((one.id, repr(one), visit.ago(one.surveyed_at)) for one in gear)
            region.show(seen, lambda gear=gear: self._draw_all(gear))  # type: ignore[misc]

    def _draw_all(self, gear: list[GearView]) -> None:
        for one in gear:
            self._draw(one)

    def _draw_power(self, view: NetworkView) -> None:
        """While the shop runs on battery: for how long it can, and what the gateway does about it."""
        t = self._visit.t
        for one in view.supplies:
            if one.power == "mains":
                continue
            minutes = "?" if one.minutes is None else one.minutes
            charge = "?" if one.charge is None else one.charge
            word = t(f"power.{one.power}", device=one.device, minutes=minutes, charge=charge)
            state = State.FAILED if one.power == "low" else State.NEEDS_YOU
            with notice(state, word, t("power.now")), ui.element("div").classes("aisle-small"):
                text(t("power.since", when=self._visit.ago(one.since)))
                if view.checkpointed_at is not None and view.checkpointed_at >= one.since:
                    text(" · " + t("power.sealed", when=self._visit.exact(view.checkpointed_at)))

    def _draw_empty(self) -> None:
        t = self._visit.t
        with card():
            empty("lan", t("network.none"), t("network.none.how"))

    def _draw(self, gear: GearView) -> None:
        visit = self._visit
        with card() as made:
            made.classes("network-gear")
            with ui.element("div").classes("network-head"):
                ui.icon(ICONS[gear.kind]).props("aria-hidden=true")
                with ui.element("div").classes("aisle-grow"):
                    text(gear.name, "h2")
                    text(" · ".join(part for part in (gear.place, gear.model) if part)).classes(
                        "aisle-soft aisle-small"
                    )
                device_chip(gear.state, visit.t)
            if gear.state != "ready" and gear.why:
                text(gear.why, "div").classes("aisle-small")
            figures_of(visit, gear)
            if gear.kind is GearKind.SWITCH:
                draw_ports(visit, gear)
            with ui.element("div").classes("network-foot aisle-soft aisle-small"):
                text(visit.t("network.asked", when=visit.ago(gear.surveyed_at)))
                if gear.rebooted_at is not None:
                    text(visit.t("network.rebooted", when=visit.ago(gear.rebooted_at)))
