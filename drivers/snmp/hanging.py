"""What hangs on a switch's ports: forwarding tables (RFC 4188, RFC 4363) and LLDP (IEEE 802.1AB)."""

from drivers.base import Neighbour
from drivers.snmp.interfaces import BASE_PORT, NAME
from drivers.snmp.rows import MIB2, Oid, Rows

MOST_NEIGHBOURS = 2_000
FDB: Oid = (*MIB2, 17, 4, 3, 1, 2)
"""dot1dTpFdbPort; the index is the address."""
VLAN_FDB: Oid = (*MIB2, 17, 7, 1, 2, 2, 1, 2)
"""dot1qTpFdbPort; the index is the filtering database and the address."""
LLDP: Oid = (1, 0, 8802, 1, 1, 2, 1)
LOCAL_KIND, LOCAL_ID = (*LLDP, 3, 7, 1, 2), (*LLDP, 3, 7, 1, 3)
CHASSIS_KIND, CHASSIS, THERE, THEIR_NAME = (
    (*LLDP, 4, 1, 1, 4),
    (*LLDP, 4, 1, 1, 5),
    (*LLDP, 4, 1, 1, 7),
    (*LLDP, 4, 1, 1, 9),
)
HANGING: tuple[Oid, ...] = (BASE_PORT, FDB, VLAN_FDB)
LLDP_TABLES: tuple[Oid, ...] = (LOCAL_KIND, LOCAL_ID, CHASSIS_KIND, CHASSIS, THERE, THEIR_NAME)
BY_INTERFACE_NAME, CHASSIS_IS_MAC = 5, 4
"""lldpPortIdSubtype interfaceName; lldpChassisIdSubtype macAddress."""


def read_neighbours(bridge: Rows, lldp: Rows, interfaces: Rows) -> tuple[Neighbour, ...]:
    """Everything that a switch knows of its ports' other ends, by interface number."""
    found = _forwarded(bridge) | _introduced(bridge, lldp, interfaces)
    return tuple(sorted(found, key=lambda one: (one.port, one.mac, one.name)))[:MOST_NEIGHBOURS]


def _forwarded(bridge: Rows) -> set[Neighbour]:
    found = set()
    for column, before in ((FDB, 0), (VLAN_FDB, 1)):
        for index in bridge.indices(column):
            address, port = index[before:], bridge.number((*column, *index))
            if len(address) == 6 and all(part < 256 for part in address) and port:  # port 0: not learned from one
                interface = bridge.number((*BASE_PORT, port)) or port
                found.add(Neighbour(interface, mac=bytes(address).hex(":")))
    return found


def _introduced(bridge: Rows, lldp: Rows, interfaces: Rows) -> set[Neighbour]:
    """LLDP counts ports in a way of its own; where it names the interface, the name decides."""
    by_name = {interfaces.words((*NAME, *index)): index[0] for index in interfaces.indices(NAME) if len(index) == 1}
    rows = {index for column in (CHASSIS, THEIR_NAME) for index in lldp.indices(column) if len(index) == 3}
    found = set()
    for index in rows:  # (time mark, local port, number)
        local = index[1]
        interface = None
        if lldp.number((*LOCAL_KIND, local)) == BY_INTERFACE_NAME:
            interface = by_name.get(lldp.words((*LOCAL_ID, local)))
        port = interface or bridge.number((*BASE_PORT, local)) or local
        chassis = lldp.octets((*CHASSIS, *index)) or b""
        is_mac = lldp.number((*CHASSIS_KIND, *index)) == CHASSIS_IS_MAC and len(chassis) == 6
        name = lldp.words((*THEIR_NAME, *index))
        if is_mac or name:
            found.add(Neighbour(port, chassis.hex(":") if is_mac else "", name, lldp.words((*THERE, *index))))
    return found
