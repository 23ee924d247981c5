"""The figures of one device: a power supply's charge, a printer's toner, a sensor's degrees, a switch's watts."""

from collections.abc import Iterator, Sequence

from nicegui import ui

from cloud_sync.pages.i18n import Words
from cloud_sync.pages.parts import text
from edge.console.pages.shell import Visit
from edge.views.network import GearKind, GearView, Values

Figure = tuple[str, str, int | None, str]
"""Name, value in words, per cent for a bar (None: no bar), and whose curve stands below it ("": nobody's)."""
WIDE, HIGH = 120, 26
"""Of a curve, in units of its own."""
LOW_PERCENT = 20


def figures_of(visit: Visit, gear: GearView) -> None:
    """Draw what a device says of itself, as far as its kind has a way to show it."""
    t, said = visit.t, gear.values
    found: list[Figure] = []
    if gear.kind is GearKind.SUPPLY:
        found = list(_supply(said, t))
    elif gear.kind is GearKind.PRINTER:
        found = list(_printer(said, t))
    elif gear.kind is GearKind.SWITCH:
        found = list(_switch(gear, t))
    found += [*_sensors(said, t), *_disks(said, t)]
    if not found:
        return
    with ui.element("div").classes("network-figures"):
        for name, value, percent, key in found:
            with ui.element("div").classes("network-figure"):
                text(value, "strong")
                text(name).classes("aisle-soft aisle-small")
                if percent is not None:
                    low = " network-low" if percent <= LOW_PERCENT else ""
                    with ui.element("div").classes(f"network-bar{low}").props("aria-hidden=true"):
                        ui.element("i").style(f"width:{max(0, min(100, percent))}%")
                if len(trend := gear.trends.get(key, ())) > 1:
                    _curve(trend, t)


def _curve(values: Sequence[int], t: Words) -> None:
    """A figure over time, from its lowest to its highest."""
    low, high, last = min(values), max(values), len(values) - 1
    points = " ".join(
        f"{at * WIDE / last:.1f},{HIGH - 2 - (value - low) * (HIGH - 4) / max(1, high - low):.1f}"
        for at, value in enumerate(values)
    )
    with ui.element("svg").classes("network-curve") as drawn:
        drawn.props["viewBox"] = f"0 0 {WIDE} {HIGH}"
        drawn.props["role"] = "img"
        drawn.props["aria-label"] = t("network.trend")
        ui.element("polyline").props["points"] = points


def _supply(said: Values, t: Words) -> Iterator[Figure]:
    yield t("ups.source"), t(f"ups.source.{said.get('ups.source', 'unknown')}"), None, ""
    if isinstance(charge := said.get("ups.charge"), int):
        yield t("ups.charge"), f"{charge}%", charge, "ups.charge"
    if isinstance(minutes := said.get("ups.minutes"), int):
        yield t("ups.minutes"), t("for.minutes", minutes=minutes), None, ""
    if isinstance(load := said.get("ups.load"), int):
        yield t("ups.load"), f"{load}%", None, ""
    if said.get("ups.battery") in ("low", "depleted"):
        yield t("ups.battery"), t(f"ups.battery.{said['ups.battery']}"), None, ""


def _printer(said: Values, t: Words) -> Iterator[Figure]:
    faults = [fault for fault in str(said.get("printer.faults", "")).split(", ") if fault]
    words = ", ".join(t(f"printer.fault.{fault.replace(' ', '-')}") for fault in faults)
    yield t("printer.state"), words or t(f"printer.state.{str(said['printer.state']).replace(' ', '-')}"), None, ""
    for kind in ("tray", "supply"):
        for number in _numbers(said, kind, "level"):
            level = said[f"{kind}.{number}.level"]
            name = str(said.get(f"{kind}.{number}.name", "")) or t(f"printer.{kind}", number=number)
            if isinstance(level, int):
                yield name, f"{level}%", level, ""
            else:
                yield name, t(f"printer.level.{level}"), None, ""


def _switch(gear: GearView, t: Words) -> Iterator[Figure]:
    up = sum(port.up for port in gear.ports)
    yield t("network.ports-up"), f"{up}/{len(gear.ports)}", None, ""
    watts, budget = gear.values.get("power.watts"), gear.values.get("power.budget")
    if isinstance(watts, int) and isinstance(budget, int) and budget > 0:
        yield t("network.watts"), f"{watts} / {budget} W", None, "power.watts"
    trouble = sum(port.in_trouble for port in gear.ports)
    if trouble:
        yield t("network.trouble"), str(trouble), None, ""


def _sensors(said: Values, t: Words) -> Iterator[Figure]:
    for number in _numbers(said, "sensor", "state"):
        name = str(said.get(f"sensor.{number}.name", "")) or t("network.sensor", number=number)
        value = said.get(f"sensor.{number}.value")
        unit = {"m°C": " °C", "m%": " %"}.get(str(said.get(f"sensor.{number}.unit", "m°C")), "")
        words = thousandths(value) + unit if isinstance(value, int) else t("network.no-value")
        yield name, words, None, f"sensor.{number}.value"


def _disks(said: Values, t: Words) -> Iterator[Figure]:
    for number in _numbers(said, "disk", "used"):
        used = said[f"disk.{number}.used"]
        if isinstance(used, int):
            yield t("network.disk", name=said.get(f"disk.{number}.name", number)), f"{used}%", None, ""


def _numbers(said: Values, kind: str, last: str) -> list[str]:
    """The numbers of a kind of part, in order."""
    found = [name.split(".")[1] for name in said if name.startswith(f"{kind}.") and name.endswith(f".{last}")]
    return sorted(found, key=int)


def thousandths(value: int) -> str:
    """3100 is 3.1, -18250 is −18.3."""
    tenths = (abs(value) + 50) // 100
    return f"{'−' if value < 0 and tenths else ''}{tenths // 10}.{tenths % 10}"
