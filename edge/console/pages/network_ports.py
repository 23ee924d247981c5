"""A switch's front: its ports as a person sees them, and one port in full."""

from functools import partial

from nicegui import ui

from cloud_sync.pages.i18n import Words
from cloud_sync.pages.parts import text
from edge.console.accounts import Role
from edge.console.pages.shell import Visit
from edge.views.network import GearView, PortView

POWER_ICONS = {"delivering": "bolt", "fault": "warning"}


def draw_ports(visit: Visit, gear: GearView) -> None:
    """The picture, and below it what hangs where."""
    with ui.element("div").classes("network-front").props(f'role="group" aria-label="{visit.t("port.all")}"'):
        for port in gear.ports:
            jack = ui.element("button").classes(f"network-port network-{look(port)}").props('type="button"')
            jack.props["aria-label"] = summary(port, visit.t)
            jack.props["title"] = summary(port, visit.t)
            jack.on("click", partial(open_port, visit, gear, port))
            with jack:
                with ui.element("span").classes("network-jack").props("aria-hidden=true"):
                    ui.icon(icon(port))
                    if port.power in POWER_ICONS:
                        ui.icon(POWER_ICONS[port.power]).classes("network-bolt")
                text(str(port.number)).classes("network-number")
    lines = [port for port in gear.ports if port.hanging or port.in_trouble]
    if lines:
        with ui.element("div").classes("network-lines"):
            for port in lines:
                _line(visit, gear, port)


def _line(visit: Visit, gear: GearView, port: PortView) -> None:
    with ui.element("button").classes("network-line").props('type="button"') as row:
        row.on("click", partial(open_port, visit, gear, port))
        text(port.name, "strong").classes("network-where")
        with ui.element("span").classes("aisle-grow"):
            text(names(port) or port.alias)
        with ui.element("span").classes(f"network-word network-{look(port)}"):
            ui.icon(icon(port)).props("aria-hidden=true")
            text(word(port, visit.t))


def look(port: PortView) -> str:
    """Which of the page's colours a port has."""
    if port.in_trouble:
        return "trouble"
    if not port.admin_up:
        return "off"
    return "up" if port.up else "down"


def icon(port: PortView) -> str:
    """Never by colour alone."""
    return {"trouble": "priority_high", "off": "block", "up": "link", "down": "link_off"}[look(port)]


def word(port: PortView, t: Words) -> str:
    """A port's state in a word or two."""
    if port.power == "fault":
        return t("port.power-fault")
    if port.in_trouble:
        return t("port.dead")
    return t(f"port.{look(port)}")


def names(port: PortView) -> str:
    """What hangs on a port."""
    return ", ".join(one.name for one in port.hanging)


def summary(port: PortView, t: Words) -> str:
    """A port in one line, for whoever hears the page or hovers over it."""
    parts = (t("port.title", name=port.name), word(port, t), names(port))
    return " · ".join(part for part in parts if part)


def rate(bits: int | None) -> str:
    """Bits a second in the unit that fits; a dash where it cannot be told."""
    if bits is None:
        return "–"
    for size, unit in ((1_000_000_000, "Gbit/s"), (1_000_000, "Mbit/s"), (1_000, "kbit/s")):
        if bits >= size:
            whole, tenth = divmod(bits * 10 // size, 10)
            return f"{whole}.{tenth} {unit}" if whole < 10 else f"{whole} {unit}"
    return f"{bits} bit/s"


async def open_port(visit: Visit, gear: GearView, port: PortView) -> None:
    """Everything about one port, and the one thing that may be done to it."""
    t = visit.t
    with ui.dialog() as dialog, ui.card().classes("console-dialog"):
        text(t("port.title", name=port.name), "h2")
        text(f"{gear.name} · {word(port, t)}", "p").classes("aisle-soft")
        with ui.element("dl").classes("console-facts-list"):
            for name, value in _facts(port, t):
                text(name, "dt")
                text(value, "dd")
        with ui.element("div").classes("aisle-row console-dialog-foot"):
            ui.button(t("act.close"), on_click=lambda: dialog.submit(False)).props("flat")
            if port.may_cycle and visit.may(Role.MANAGER) and visit.desk.context.port_power is not None:
                ui.button(t("port.cycle"), on_click=lambda: dialog.submit(True)).props("outline")
    wanted = bool(await dialog)
    dialog.delete()
    if wanted:
        await cycle(visit, gear, port)


def _facts(port: PortView, t: Words) -> list[tuple[str, str]]:
    facts = [(t("port.hanging"), names(port) or t("port.nobody"))]
    for one in port.hanging:
        if one.mac:
            seen = t(f"port.how.{one.how}") if one.how else ""
            facts.append((t("port.address"), " · ".join(part for part in (one.mac, seen) if part)))
        if one.others:
            facts.append((t("port.others"), str(one.others)))
    if port.alias:
        facts.append((t("port.alias"), port.alias))
    if port.speed and port.up:
        facts.append((t("port.speed"), rate(port.speed * 1_000_000)))
    facts.append((t("port.traffic"), f"↓ {rate(port.in_rate)}   ↑ {rate(port.out_rate)}"))
    if port.errors_rate:
        facts.append((t("port.errors"), f"{port.errors_rate} /s"))
    if port.power:
        facts.append((t("port.power"), t(f"poe.{port.power}")))
    return facts


async def cycle(visit: Visit, gear: GearView, port: PortView) -> None:
    """Say what will happen, ask, and do it."""
    t, power, by = visit.t, visit.desk.context.port_power, visit.account.name
    if power is None:
        return
    body = t("port.cycle.body", names=names(port) or t("port.nobody"), switch=gear.name, name=port.name)
    if await visit.confirm(t("port.cycle.title", name=port.name), body, t("port.cycle")):
        await visit.act(
            Role.MANAGER, lambda: power.cycle(gear.id, port.number, by), t("port.cycle.done", name=port.name)
        )
