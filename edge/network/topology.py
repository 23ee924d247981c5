"""Which port does a device hang on? Pure: from forwarding tables and LLDP of all switches together.

An address is known to every switch on the way, each at the port that leads to it. The port that it *hangs* on is
the one with the fewest other addresses behind it; ports that lead to a switch of ours are left out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from drivers.base import Neighbour

Port = tuple[str, int]
"""A switch and the number of its interface."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a device hangs. `others`: addresses of other devices at the same port (a small switch is in between)."""

    switch: str
    port: int
    how: str
    """"lldp" when the device introduced itself there, "forwarding" when the switch only sees its address."""
    others: int = 0


@dataclass(frozen=True, slots=True)
class Wiring:
    """What all switches say, made ready for questions."""

    ports_of: Mapping[str, Set[Port]]
    """Address → every port that it was seen at."""
    macs_at: Mapping[Port, Set[str]]
    introduced: Mapping[str, Set[Port]]
    """Address or name (small letters) → ports at which it introduced itself."""
    trunks: Set[Port]
    """Ports that lead to another switch of ours."""


def wire(seen: Sequence[tuple[str, Neighbour]], switches: Set[str]) -> Wiring:
    """Sort what was seen. `switches`: the names by which our switches introduce themselves."""
    ports_of, macs_at, introduced = defaultdict(set), defaultdict(set), defaultdict(set)
    trunks, ours = set(), {name.casefold() for name in switches if name}
    for switch, one in seen:
        port = (switch, one.port)
        if one.name or one.port_there:
            for known in (one.mac, one.name.casefold()):
                if known:
                    introduced[known].add(port)
            if one.name.casefold() in ours:
                trunks.add(port)
        elif one.mac:
            ports_of[one.mac].add(port)
            macs_at[port].add(one.mac)
    return Wiring(dict(ports_of), dict(macs_at), dict(introduced), trunks)


def where(wiring: Wiring, mac: str, name: str = "") -> Spot | None:
    """The port that a device hangs on; None when it is not seen, or two ports have an equal claim."""
    told = wiring.introduced.get(mac, set()) | wiring.introduced.get(name.casefold(), set())
    if len(told) == 1:
        ((switch, port),) = told
        return Spot(switch, port, "lldp", len(wiring.macs_at.get((switch, port), set()) - {mac}))
    seen = wiring.ports_of.get(mac, set()) - wiring.trunks
    ranked = sorted((len(wiring.macs_at[port] - {mac}), port) for port in seen)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    others, (switch, port) = ranked[0]
    return Spot(switch, port, "forwarding", others)
