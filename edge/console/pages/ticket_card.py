"""How a ticket looks, and what its buttons do."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from cloud_sync.pages.parts import text
from cloud_sync.pages.theme import State
from edge.console.accounts import Role
from edge.console.pages.clock import confirm_clock
from edge.console.pages.shell import Visit
from edge.console.pages.todo import Step, to_page, to_scan
from edge.views.tickets import Ticket

ICONS = {
    "disk-full": "storage",
    "cold-excursion": "severe_cold",
    "cold-silent": "sensors_off",
    "shop-full": "groups",
    "queue-long": "hourglass_bottom",
    "on-battery": "power_off",
    "port-dead": "lan",
    "port-unfed": "bolt",
    "printer-stuck": "print",
    "till-lost": "point_of_sale",
    "lane-call": "front_hand",
    "lane-out": "point_of_sale",
    "order-waits": "shopping_bag",
    "order-late": "shopping_bag",
    "device-fault": "build",
    "camera-blind": "videocam_off",
    "camera-moved": "open_with",
    "device-lost": "sensors_off",
    "clock-doubted": "schedule",
    "line-down": "cloud_off",
    "labels-silent": "signal_wifi_bad",
    "label-silent": "sell",
    "battery-low": "battery_alert",
}
PAGES = {
    "lane-call": "/lanes", "lane-out": "/lanes", "order-waits": "/pickup", "order-late": "/pickup",
    "cold-excursion": "/fridges", "cold-silent": "/fridges", "shop-full": "/visitors",
    "queue-long": "/visitors", "on-battery": "/network", "port-dead": "/network",
    "port-unfed": "/network", "printer-stuck": "/network", "till-lost": "/devices", "camera-blind": "/devices",
    "device-lost": "/devices", "line-down": "/link", "labels-silent": "/labels",
}  # fmt: skip
"""Where a person sees more of it."""


def ticket_card(visit: Visit, one: Ticket) -> None:
    """What is wrong with what, since when, who has it, and what can be done."""
    t = visit.t
    state = State.FAILED if one.critical else State.NEEDS_YOU
    if one.acknowledged_at is not None:
        state = State.CHANGING
    with ui.element("article").classes(f"console-task aisle-{state}"):
        with ui.element("div").classes("console-task-icon"):
            ui.icon(ICONS[one.rule]).props("aria-hidden=true")
        with ui.element("div").classes("aisle-grow"):
            text(headline(visit, one), "strong")
            text(words(visit, one), "div").classes("console-task-words")
            with ui.element("div").classes("aisle-soft aisle-small console-facts"):
                text(t("alarms.number", number=one.number))
                if one.place:
                    text(one.place)
                with ui.element("span"):
                    visit.when(one.opened_at)
                if one.acknowledged_at is not None:
                    text(t("alarms.taken", by=one.acknowledged_by))
                if one.calming:
                    text(t("alarms.calming"))
                if one.announced_at is None:
                    text(t("alarms.waits"))
        if step := next_step(visit, one):
            ui.button(step.word, on_click=step.do).props("outline").classes("console-task-button")
        if one.acknowledged_at is None and visit.may(Role.CLERK):
            button = ui.button(t("alarms.take"), on_click=partial(_take, visit, one)).props("unelevated")
            button.classes("console-task-button").props["aria-label"] = f"{t('alarms.take')}: {one.number}"


def next_step(visit: Visit, one: Ticket) -> Step | None:
    """What a person can do about it from here."""
    t, verbs, by = visit.t, visit.desk.context.verbs, visit.account.name

    async def retry() -> None:
        await visit.act(Role.CLERK, lambda: verbs.retry(one.device, by), t("task.retry.done"))

    match one.rule:
        case "device-fault" if visit.may(Role.CLERK):
            return Step(t("task.retry"), retry)
        case "label-silent" | "battery-low" if one.role == "label" and visit.may(Role.CLERK):
            return Step(t("task.scan"), to_page(to_scan(one.device)))
        case "clock-doubted" if visit.may(Role.MANAGER):
            return Step(t("clock.confirm"), lambda: confirm_clock(visit))
        case "camera-moved":
            return Step(t("task.show"), to_page(f"/cameras/{one.device}"))
        case rule if rule in PAGES:
            return Step(t("task.show"), to_page(PAGES[rule]))
    return None


def headline(visit: Visit, one: Ticket) -> str:
    """What is wrong, with what."""
    return visit.t(f"alarm.{one.rule}", name=one.name or one.device, value=one.value, part=one.part)


def words(visit: Visit, one: Ticket) -> str:
    """The device's own words, and what to do, as sentences."""
    t, step = visit.t, visit.t(f"alarm.{one.rule}.step")
    if one.rule == "printer-stuck":
        faults = (t(f"printer.fault.{fault.replace(' ', '-')}") for fault in one.why.split(", "))
        said = t("alarms.comma").join(faults)
    else:
        said = visit.reason(one.why).strip()
    if not said:
        return step
    return t("alarms.said", said=said if said[-1] in ".!?。！？" else said + t("alarms.stop"), step=step)


async def _take(visit: Visit, one: Ticket) -> None:
    verbs, by = visit.desk.context.verbs, visit.account.name
    deed: Callable[[], Awaitable[None]] = partial(verbs.acknowledge, one.number, by)
    await visit.act(Role.CLERK, deed, visit.t("alarms.take.done"))
