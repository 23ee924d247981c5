"""One survey of one device: which tables are asked for, and what is made of them."""

import time
from dataclasses import dataclass
from zlib import crc32

from drivers.base import Measure, Survey
from drivers.errors import Misspoke
from drivers.snmp.client import Client
from drivers.snmp.gear import (
    HOST,
    PRINTING,
    SENSING,
    SENSOR_NAME,
    UPS_LOAD,
    UPS_SINGLE,
    read_host,
    read_printer,
    read_sensors,
    read_ups,
)
from drivers.snmp.hanging import HANGING, LLDP_TABLES, read_neighbours
from drivers.snmp.interfaces import INTERFACES, POE, has_wide_counters, read_ports, read_power
from drivers.snmp.interfaces import NARROW as NARROW_COUNTERS
from drivers.snmp.rows import MIB2, Oid, Rows

SYSTEM: Oid = (*MIB2, 1)
DESCRIPTION, KIND, UPTIME = (*SYSTEM, 1, 0), (*SYSTEM, 2, 0), (*SYSTEM, 3, 0)
NAME, PLACE = (*SYSTEM, 5, 0), (*SYSTEM, 6, 0)
TABLES: dict[str, tuple[Oid, ...]] = {
    "ports": INTERFACES,
    "narrow": NARROW_COUNTERS,
    "power": POE,
    "printer": PRINTING,
    "sensors": SENSING,
    "host": HOST,
    "bridge": HANGING,
    "lldp": LLDP_TABLES,
    "load": (UPS_LOAD,),
    "names": (SENSOR_NAME,),
}
SELDOM = ("bridge", "lldp", "names")
"""Tables that are long and change little: only asked for in a wide survey."""
NARROW = "narrow"
"""Counters of 32 bits: only asked for where a device has no wider ones."""
COLUMNS_EACH = 24
WIDE_EVERY = 10
"""Every so many surveys a device is asked for everything: what it learned to do, and what hangs on it. Not all devices
in the same round."""


@dataclass(slots=True)
class Known:
    """What is remembered of a device between surveys. `has`: the tables in which it had something."""

    surveys: int = 0
    has: frozenset[str] = frozenset()
    kind: object = None
    kept: dict[str, Rows] | None = None
    """The tables that are seldom asked for, as they were."""


async def survey(device: str, client: Client, known: Known) -> Survey:
    """Ask the device for all that it has. Raises DeviceError."""
    system = await client.get(DESCRIPTION, KIND, UPTIME, NAME, PLACE, *UPS_SINGLE)
    ticks = system.number(UPTIME)
    if ticks is None:
        raise Misspoke(device, "it does not say how long it has been up, so nothing else it says is used")
    at, steady = time.time_ns() // 1_000_000, time.monotonic_ns() // 1_000_000
    kind = system.found.get(KIND)
    wide = (known.surveys + crc32(device.encode())) % WIDE_EVERY == 0 or kind != known.kind or known.kept is None
    tables = await _tables(client, known, wide=wide)
    measures = [
        Measure("system.uptime", ticks, "cs", 32), Measure("system.model", system.words(DESCRIPTION)),
        Measure("system.name", system.words(NAME)), Measure("system.place", system.words(PLACE)),
    ]  # fmt: skip
    measures += read(system, tables)
    neighbours = None
    if wide:
        known.has |= frozenset(name for name, rows in tables.items() if rows.found)
        known.kept = {name: tables[name] for name in SELDOM}
        neighbours = read_neighbours(tables["bridge"], tables["lldp"], tables["ports"])
    known.surveys, known.kind = known.surveys + 1, kind
    return Survey(device, at, steady, tuple(measures), neighbours)


async def _tables(client: Client, known: Known, *, wide: bool) -> dict[str, Rows]:
    """The tables, walked side by side: one that is not there costs a column in one question, not a question."""
    kept = known.kept or {}
    found = {name: Rows() if wide else kept.get(name, Rows()) for name in TABLES}
    wanted = [name for name in TABLES if name != NARROW and (wide or (name in known.has and name not in SELDOM))]
    columns = [column for name in wanted for column in TABLES[name]]
    walked = Rows()
    for start in range(0, len(columns), COLUMNS_EACH):
        walked.found |= (await client.walk(columns[start : start + COLUMNS_EACH])).found
    for name in wanted:
        sizes = {column: len(column) for column in TABLES[name]}
        found[name] = Rows({row: value for row, value in walked.found.items()
                            if any(row[:size] == column for column, size in sizes.items())})  # fmt: skip
    if found["ports"].found and not has_wide_counters(found["ports"]):
        found[NARROW] = await client.walk(TABLES[NARROW])
    return found


def read(system: Rows, tables: dict[str, Rows]) -> list[Measure]:
    """All that the tables say, and how many objects were of another type than they ought to be."""
    ports, ups, sensors = (
        Rows(tables[first].found | more.found)
        for first, more in (("ports", tables["narrow"]), ("load", system), ("sensors", tables["names"]))
    )
    made = read_ports(ports) + read_power(tables["power"], tables["bridge"])
    made += read_ups(ups) + read_printer(tables["printer"])
    made += read_sensors(sensors) + read_host(tables["host"])
    odd = sum(len(rows.odd) for rows in (system, ports, ups, sensors, *tables.values()))
    return [*made, Measure("system.odd", odd)] if odd else made
