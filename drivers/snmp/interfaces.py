"""Interfaces and the power of their ports: IF-MIB (RFC 2863) and POWER-ETHERNET-MIB (RFC 3621)."""

from drivers.base import Measure
from drivers.snmp.rows import MIB2, Oid, Rows

MOST_PORTS = 128
ETHERNET, WIFI, LAG = 6, 71, 161
"""ifType values that a shop cares about; loopbacks, tunnels and virtual networks are left out."""
ENTRY, MORE = (*MIB2, 2, 2, 1), (*MIB2, 31, 1, 1, 1)
TYPE, ADMIN, OPER = (*ENTRY, 3), (*ENTRY, 7), (*ENTRY, 8)
IN32, IN_ERRORS, OUT32, OUT_ERRORS = (*ENTRY, 10), (*ENTRY, 14), (*ENTRY, 16), (*ENTRY, 20)
NAME, IN64, OUT64, SPEED, ALIAS = (*MORE, 1), (*MORE, 6), (*MORE, 10), (*MORE, 15), (*MORE, 18)
INTERFACES: tuple[Oid, ...] = (TYPE, ADMIN, OPER, IN_ERRORS, OUT_ERRORS, NAME, IN64, OUT64, SPEED, ALIAS)
NARROW: tuple[Oid, ...] = (IN32, OUT32)
"""Asked for only where a device has no 64-bit counters."""

POE_PORT, POE_MAIN = (*MIB2, 105, 1, 1, 1), (*MIB2, 105, 1, 3, 1, 1)
POE_ADMIN, POE_STATUS = (*POE_PORT, 3), (*POE_PORT, 6)
POE_BUDGET, POE_WATTS = (*POE_MAIN, 2), (*POE_MAIN, 4)
POE: tuple[Oid, ...] = (POE_ADMIN, POE_STATUS, POE_BUDGET, POE_WATTS)
POE_ON, POE_OFF = 1, 2
"""TruthValue: pethPsePortAdminEnable is true or false."""
POE_STATES = {1: "off", 2: "searching", 3: "delivering", 4: "fault", 5: "test", 6: "fault"}
BASE_PORT: Oid = (*MIB2, 17, 1, 4, 1, 2)
"""dot1dBasePortIfIndex: the bridge's number of a port → the interface's."""


def has_wide_counters(rows: Rows) -> bool:
    """Whether the device counts in 64 bits."""
    return next(rows.indices(IN64), None) is not None


def read_ports(rows: Rows) -> list[Measure]:
    """Each wired or wireless port: name, state, speed, counters."""
    ports = [index[0] for index in rows.indices(OPER) if len(index) == 1]
    shown = [port for port in ports if rows.number((*TYPE, port)) in (None, ETHERNET, WIFI, LAG)]
    made: list[Measure] = []
    for port in shown[:MOST_PORTS]:
        made += _port(rows, port)
    return made


def _port(rows: Rows, port: int) -> list[Measure]:
    made = [Measure(f"port.{port}.name", rows.words((*NAME, port)) or str(port))]
    if alias := rows.words((*ALIAS, port)):
        made.append(Measure(f"port.{port}.alias", alias))
    for column, name in ((ADMIN, "admin"), (OPER, "state")):
        if (state := rows.number((*column, port))) is not None:
            made.append(Measure(f"port.{port}.{name}", "up" if state == 1 else "down"))
    if (speed := rows.number((*SPEED, port))) is not None:
        made.append(Measure(f"port.{port}.speed", speed, "Mbit/s"))
    for wide, narrow, name in ((IN64, IN32, "in"), (OUT64, OUT32, "out")):
        bits = 64 if (counted := rows.number((*wide, port))) is not None else 32
        if bits == 32:
            counted = rows.number((*narrow, port))
        if counted is not None:
            made.append(Measure(f"port.{port}.{name}", counted, "octets", bits))
    errors = [rows.number((*column, port)) for column in (IN_ERRORS, OUT_ERRORS)]
    if any(count is not None for count in errors):
        made.append(Measure(f"port.{port}.errors", sum(count or 0 for count in errors) % (1 << 32), "", 32))
    return made


def power_rows(rows: Rows, bridge: Rows) -> dict[int, Oid]:
    """Interface → index of its power row (group, port).

    RFC 3621 leaves the numbering to the maker; all that we know number ports as their bridge does, which BASE_PORT
    turns into interfaces. Where a switch has no such table, the number is the interface's own.
    """
    found: dict[int, Oid] = {}
    for index in rows.indices(POE_STATUS):
        if len(index) == 2:
            found.setdefault(bridge.number((*BASE_PORT, index[1])) or index[1], index)
    return found


def read_power(rows: Rows, bridge: Rows) -> list[Measure]:
    """What each port feeds, and what all of them take together."""
    made = []
    for port, index in power_rows(rows, bridge).items():
        state = rows.number((*POE_STATUS, *index))
        off = rows.number((*POE_ADMIN, *index)) == POE_OFF
        made.append(Measure(f"port.{port}.power", "off" if off else POE_STATES.get(state or 0, "unknown")))
    for column, name in ((POE_WATTS, "power.watts"), (POE_BUDGET, "power.budget")):
        groups = [rows.number((*column, *index)) for index in rows.indices(column)]
        if known := [watts for watts in groups if watts is not None]:
            made.append(Measure(name, sum(known), "W"))
    return made[: MOST_PORTS + 2]
