"""Network gear as a person looks at it: switches with their ports, power supplies, printers, sensors."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlite_utils import Database

Values = Mapping[str, int | str]
MOST_STEPS = 288
"""Of one curve: two days."""


class GearKind(StrEnum):
    """What a device is, judged by what it says."""

    SWITCH = "switch"
    SUPPLY = "supply"
    PRINTER = "printer"
    SENSOR = "sensor"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Hanging:
    """A device at the end of a cable. `device` is one of the shop's, or ""."""

    device: str
    name: str
    mac: str = ""
    how: str = ""
    others: int = 0


@dataclass(frozen=True, slots=True)
class PortView:
    """One port. Rates in bits a second, None where they cannot be told. `power`: "" where the port gives none."""

    number: int
    name: str
    alias: str
    up: bool
    admin_up: bool
    speed: int
    power: str
    in_rate: int | None
    out_rate: int | None
    errors_rate: int
    hanging: tuple[Hanging, ...]
    may_cycle: bool

    @property
    def in_trouble(self) -> bool:
        """Whether somebody should look: a device of the shop hangs on a dead port, or its power failed."""
        ours = any(one.device for one in self.hanging)
        return self.power == "fault" or (ours and self.admin_up and not self.up)


@dataclass(frozen=True, slots=True)
class GearView:
    """One device: its state, and what it said last. Times are UTC epoch milliseconds."""

    id: str
    name: str
    place: str
    model: str
    kind: GearKind
    state: str
    why: str
    since: int
    surveyed_at: int | None
    rebooted_at: int | None
    values: Values
    ports: tuple[PortView, ...]
    trends: Mapping[str, tuple[int, ...]]
    """Figures over time, in steps of ten minutes, oldest first."""


@dataclass(frozen=True, slots=True)
class SupplyView:
    """Where a power supply's power comes from."""

    device: str
    power: str
    since: int
    minutes: int | None
    charge: int | None


@dataclass(frozen=True, slots=True)
class NetworkView:
    """Everything on the page. `held`: why no raise begins now, or ""."""

    gear: tuple[GearView, ...]
    supplies: tuple[SupplyView, ...]
    held: str
    checkpointed_at: int | None


def read_network(database: Database) -> NetworkView:
    """All of it, from one consistent moment."""
    db = database.conn
    values: dict[str, dict[str, int | str]] = defaultdict(dict)
    for device, name, value, unit in db.execute("SELECT device, name, value, unit FROM measure"):
        values[device][name] = value
        if name.startswith("sensor.") and name.endswith(".value"):
            values[device][name.removesuffix("value") + "unit"] = unit
    hanging, trends = _hanging(database), _trends(database)
    gear = []
    for row in db.execute(
        "SELECT w.device, d.name, d.place, d.state, d.state_why, d.state_at, w.cycle_ports, w.surveyed_at,"
        " w.rebooted_at FROM watched w JOIN device d ON d.id = w.device ORDER BY d.place, w.device LIMIT 500"
    ):
        device, name, place, state, why, since, cycle, surveyed, rebooted = row
        said = values[device]
        ports = _ports(said, hanging.get(device, {}), set(json.loads(cycle)))
        own_name, own_place = str(said.get("system.name", "")), str(said.get("system.place", ""))
        gear.append(
            GearView(
                device, name or own_name or device, place or own_place, str(said.get("system.model", "")),
                _kind(said, ports), state, why, since, surveyed, rebooted, dict(said), ports, trends.get(device, {}),
            )
        )  # fmt: skip
    meta = dict(db.execute("SELECT key, value FROM meta WHERE key LIKE 'power.%'"))
    return NetworkView(
        tuple(gear), tuple(list_supplies(database)), meta.get("power.hold", ""),
        int(meta["power.checkpointed_at"]) if "power.checkpointed_at" in meta else None,
    )  # fmt: skip


def _trends(database: Database) -> dict[str, dict[str, tuple[int, ...]]]:
    """Device → figure → its last value in each step, for the figures that are drawn."""
    found: dict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
    for device, name, value in database.conn.execute(
        "SELECT device, name, last FROM measure_step"
        " WHERE name LIKE 'sensor.%.value' OR name IN ('ups.charge', 'power.watts') ORDER BY step"
    ):
        found[device][name] = (*found[device].get(name, ())[-MOST_STEPS:], value)
    return found


def list_supplies(database: Database) -> list[SupplyView]:
    """Every power supply."""
    rows = database.conn.execute("SELECT device, power, since, minutes, charge FROM supply ORDER BY device")
    return [SupplyView(*row) for row in rows]


def _hanging(database: Database) -> dict[str, dict[int, list[Hanging]]]:
    """Switch → port → what hangs on it: devices of the shop first, then whoever introduced itself."""
    found: dict[str, dict[int, list[Hanging]]] = defaultdict(lambda: defaultdict(list))
    for device, name, mac, switch, port, how, others in database.conn.execute(
        "SELECT h.device, COALESCE(NULLIF(d.name, ''), h.device), h.mac, h.switch, h.port, h.how, h.others"
        " FROM hanging h LEFT JOIN device d ON d.id = h.device ORDER BY h.device"
    ):
        found[switch][port].append(Hanging(device, name, mac, how, others))
    ours = {one.mac for ports in found.values() for many in ports.values() for one in many}
    for switch, port, mac, name in database.conn.execute(
        "SELECT switch, port, mac, name FROM neighbour WHERE name != '' ORDER BY name"
    ):
        known = {one.device for one in found[switch][port]}
        if mac not in ours and name not in known:
            found[switch][port].append(Hanging("", name, mac, "lldp"))
    return found


def _kind(said: Values, ports: tuple[PortView, ...]) -> GearKind:
    if "ups.source" in said:
        return GearKind.SUPPLY
    if "printer.state" in said:
        return GearKind.PRINTER
    if len(ports) > 2 or any(port.power for port in ports):
        return GearKind.SWITCH
    if any(name.startswith("sensor.") for name in said):
        return GearKind.SENSOR
    return GearKind.HOST


def _ports(said: Values, hanging: Mapping[int, list[Hanging]], cycle: set[int]) -> tuple[PortView, ...]:
    numbers = sorted(
        {int(parts[1]) for name in said if (parts := name.split("."))[0] == "port" and parts[2] == "state"}
    )
    made = []
    for number in numbers:
        one = {name.split(".", 2)[2]: value for name, value in said.items() if name.startswith(f"port.{number}.")}
        made.append(
            PortView(
                number, str(one.get("name", number)), str(one.get("alias", "")), one.get("state") == "up",
                one.get("admin") != "down", _whole(one.get("speed")) or 0, str(one.get("power", "")),
                _whole(one.get("in-rate")), _whole(one.get("out-rate")), _whole(one.get("errors-rate")) or 0,
                tuple(hanging.get(number, ())), number in cycle,
            )
        )  # fmt: skip
    return tuple(made)


def _whole(value: int | str | None) -> int | None:
    return value if isinstance(value, int) else None
