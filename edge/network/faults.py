"""What is wrong with network gear, for the alarm rules: dead ports that something hangs on, batteries, printers."""

from collections.abc import Mapping, Sequence

from sqlite_utils import Database

from edge.alarms.rules import Measure, Observation
from edge.store import Transaction
from edge.views.network import GearView, list_supplies, read_network

NEEDS_A_HAND = ("no paper", "no toner", "door open", "jammed", "input tray empty")
"""Faults of a printer that somebody of the shop can mend."""


def network(tx: Transaction) -> Mapping[Measure, Sequence[Observation]]:
    """Every port, supply and printer that could fire. Gear that gives no answer is a fault of its own."""
    database = Database(tx.sql)
    supplies = [
        Observation(Measure.POWER, one.device, one.power, f"{one.minutes or 0} min") for one in list_supplies(database)
    ]
    gear = [one for one in read_network(database).gear if one.state not in ("lost", "fault")]
    return {
        Measure.POWER: supplies,
        Measure.PORT: [seen for one in gear for seen in _ports(one)],
        Measure.PRINTER: [seen for one in gear for seen in _printer(one)],
    }


def _ports(one: GearView) -> list[Observation]:
    """Ports in trouble, with the names of what hangs there; a dead port explains why that is silent."""
    return [
        Observation(
            Measure.PORT, f"{one.id}:{port.number}", "unfed" if port.power == "fault" else "dead",
            ", ".join(hanging.name for hanging in port.hanging),
            tuple(hanging.device for hanging in port.hanging if hanging.device),
        )
        for port in one.ports
        if port.in_trouble
    ]  # fmt: skip


def _printer(one: GearView) -> list[Observation]:
    faults = str(one.values.get("printer.faults", "")).split(", ")
    stuck = [fault for fault in faults if fault in NEEDS_A_HAND]
    return [Observation(Measure.PRINTER, one.id, "stuck", ", ".join(stuck))] if stuck else []
