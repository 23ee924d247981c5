"""What stands behind an agent: a switch, a power supply, a printer, a thermometer. Values move as in life."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from simulators.snmp.ber import COUNTER32, COUNTER64, GAUGE32, TICKS, Oid, Reader, integer, octets, oid
from simulators.snmp.tree import Tree, Value

MIB2: Oid = (1, 3, 6, 1, 2, 1)
SYSTEM: Oid = (*MIB2, 1)
UP, DOWN = 1, 2
DELIVERING, SEARCHING, FAULT = 3, 2, 4


class Gear:
    """A device: a name, a clock that a reboot sets to zero, and objects. Subclasses say which."""

    services = 72
    model = "Device"
    object_id: Oid = (1, 3, 6, 1, 4, 1, 99_999, 1)

    def __init__(self, name: str, now: Callable[[], float] = time.monotonic, up_seconds: float = 86_400) -> None:
        self.name = name
        self.now = now
        self.boots = 1
        self.place = "Back office"
        self.writable: dict[Oid, Callable[[bytes], None]] = {}
        self._started = now() - up_seconds
        self._tree: Tree | None = None

    def reboot(self, after_seconds: float = 0.0) -> None:
        """Start anew, `after_seconds` ago."""
        self.boots += 1
        self._started = self.now() - after_seconds

    def seconds(self) -> int:
        """How long it has been up; the engine's time."""
        return int(self.now() - self._started)

    def ticks(self) -> bytes:
        """sysUpTime: hundredths of a second, which wrap at 2^32."""
        return integer(int((self.now() - self._started) * 100) & 0xFFFFFFFF, TICKS)

    def tree(self) -> Tree:
        """All objects."""
        if self._tree is None:
            self._tree = Tree(self.system() | self.objects())
        return self._tree

    def rebuilt(self) -> None:
        """The set of objects changed."""
        self._tree = None

    def objects(self) -> dict[Oid, Value]:
        """Everything beside the system group."""
        return {}

    def system(self) -> dict[Oid, Value]:
        """RFC 3418."""
        return {
            (*SYSTEM, 1, 0): lambda: octets(self.model),
            (*SYSTEM, 2, 0): lambda: oid(self.object_id),
            (*SYSTEM, 3, 0): self.ticks,
            (*SYSTEM, 5, 0): lambda: octets(self.name),
            (*SYSTEM, 6, 0): lambda: octets(self.place),
            (*SYSTEM, 7, 0): lambda: integer(self.services),
        }


@dataclass(slots=True)
class Port:
    """A switch's port. Counters are what they were at `since`, and grow by `rate` bytes a second while it is up."""

    number: int
    admin: int = UP
    oper: int = UP
    speed: int = 1_000
    """Mbit/s."""
    alias: str = ""
    rate: int = 12_000
    base: int = 0
    since: float = 0.0
    errors: int = 0
    poe: int = SEARCHING
    poe_admin: int = 1
    macs: list[bytes] = field(default_factory=list)
    neighbour: str = ""
    """System name of an LLDP neighbour."""

    def octets(self, now: float) -> int:
        """Bytes counted so far."""
        return self.base + (int((now - self.since) * self.rate) if self.oper == UP else 0)


class Switch(Gear):
    """Interfaces with 64-bit counters, power over Ethernet, a forwarding table and LLDP neighbours."""

    model = "Simulated switch, software 2.4"
    object_id = (1, 3, 6, 1, 4, 1, 99_999, 2)

    def __init__(self, name: str, ports: int = 8, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(name, now)
        self.ports = {number: Port(number, since=now()) for number in range(1, ports + 1)}
        self.watts, self.budget = 31, 120
        self.cycled: list[tuple[int, int]] = []
        """(port, value) of every SET of a port's power."""
        self.wide_counters = True

    def reboot(self, after_seconds: float = 0.0) -> None:
        """Counters begin anew as well."""
        super().reboot(after_seconds)
        for port in self.ports.values():
            port.base, port.since, port.errors = 0, self.now() - after_seconds, 0

    def count(self, port: int, octets_now: int) -> None:
        """Put a port's counters to a figure."""
        self.ports[port].base, self.ports[port].since = octets_now, self.now()

    def carry(self, port: int, *macs: str) -> None:
        """Something with these addresses hangs on the port."""
        self.ports[port].macs = [bytes.fromhex(mac.replace(":", "")) for mac in macs]
        self.rebuilt()

    def meet(self, port: int, name: str) -> None:
        """An LLDP neighbour of this name hangs on the port."""
        self.ports[port].neighbour = name
        self.rebuilt()

    def objects(self) -> dict[Oid, Value]:
        """Interfaces, power, forwarding, neighbours."""
        found: dict[Oid, Value] = {}
        for port in self.ports.values():
            found |= self._interface(port) | self._power(port) | self._hanging(port)
        main = (*MIB2, 105, 1, 3, 1, 1)
        found[(*main, 2, 1)] = lambda: integer(self.budget, GAUGE32)
        found[(*main, 3, 1)] = lambda: integer(1)
        found[(*main, 4, 1)] = lambda: integer(self.watts, GAUGE32)
        return found

    def _interface(self, port: Port) -> dict[Oid, Value]:
        entry, more, number = (*MIB2, 2, 2, 1), (*MIB2, 31, 1, 1, 1), port.number

        def counted(scale: float, tag: int, bits: int) -> Value:
            return lambda: integer(int(port.octets(self.now()) * scale) % (1 << bits), tag)

        found: dict[Oid, Value] = {
            (*entry, 2, number): lambda: octets(f"Port {number}"),
            (*entry, 3, number): lambda: integer(6),
            (*entry, 7, number): lambda: integer(port.admin),
            (*entry, 8, number): lambda: integer(port.oper),
            (*entry, 10, number): counted(1, COUNTER32, 32),
            (*entry, 14, number): lambda: integer(port.errors, COUNTER32),
            (*entry, 16, number): counted(0.5, COUNTER32, 32),
            (*entry, 20, number): lambda: integer(0, COUNTER32),
            (*more, 1, number): lambda: octets(f"ge{number}"),
            (*more, 15, number): lambda: integer(port.speed if port.oper == UP else 0, GAUGE32),
            (*more, 18, number): lambda: octets(port.alias),
        }
        if self.wide_counters:
            found[(*more, 6, number)] = counted(1, COUNTER64, 64)
            found[(*more, 10, number)] = counted(0.5, COUNTER64, 64)
        return found

    def _power(self, port: Port) -> dict[Oid, Value]:
        entry = (*MIB2, 105, 1, 1, 1)
        admin = (*entry, 3, 1, port.number)

        def write(value: bytes) -> None:
            port.poe_admin = Reader(value).number()
            self.cycled.append((port.number, port.poe_admin))

        self.writable[admin] = write
        return {
            admin: lambda: integer(port.poe_admin),
            (*entry, 6, 1, port.number): lambda: integer(port.poe if port.poe_admin == 1 else 1),
        }

    def _hanging(self, port: Port) -> dict[Oid, Value]:
        found: dict[Oid, Value] = {(*MIB2, 17, 1, 4, 1, 2, port.number): lambda: integer(port.number)}
        for mac in port.macs:
            found[(*MIB2, 17, 4, 3, 1, 2, *mac)] = lambda: integer(port.number)
        found[(1, 0, 8802, 1, 1, 2, 1, 3, 7, 1, 2, port.number)] = lambda: integer(5)
        found[(1, 0, 8802, 1, 1, 2, 1, 3, 7, 1, 3, port.number)] = lambda: octets(f"ge{port.number}")
        if port.neighbour:
            remote = (1, 0, 8802, 1, 1, 2, 1, 4, 1, 1)
            found[(*remote, 9, 0, port.number, 1)] = lambda: octets(port.neighbour)
        return found


class Ups(Gear):
    """RFC 1628."""

    model = "Simulated UPS 1500"
    object_id = (1, 3, 6, 1, 4, 1, 99_999, 3)

    def __init__(self, name: str, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(name, now)
        self.battery, self.source, self.minutes, self.charge, self.load, self.alarms = 2, 3, 42, 100, 31, 0
        self.seconds_on_battery = 0

    def on_battery(self, minutes: int = 38, charge: int = 96) -> None:
        """The mains are gone."""
        self.source, self.minutes, self.charge, self.seconds_on_battery, self.alarms = 5, minutes, charge, 12, 1
        self.battery = 3 if minutes <= 5 else 2

    def on_mains(self) -> None:
        """They are back."""
        self.source, self.minutes, self.seconds_on_battery, self.alarms, self.battery = 3, 42, 0, 0, 2

    def objects(self) -> dict[Oid, Value]:
        """Battery, output, alarms."""
        base = (*MIB2, 33, 1)
        return {
            (*base, 2, 1, 0): lambda: integer(self.battery),
            (*base, 2, 2, 0): lambda: integer(self.seconds_on_battery),
            (*base, 2, 3, 0): lambda: integer(self.minutes),
            (*base, 2, 4, 0): lambda: integer(self.charge),
            (*base, 2, 5, 0): lambda: integer(545),
            (*base, 4, 1, 0): lambda: integer(self.source),
            (*base, 4, 4, 1, 5, 1): lambda: integer(self.load),
            (*base, 6, 1, 0): lambda: integer(self.alarms, GAUGE32),
        }


class Printer(Gear):
    """RFC 3805 and the printer's part of RFC 2790."""

    model = "Simulated office printer"
    object_id = (1, 3, 6, 1, 4, 1, 99_999, 4)

    def __init__(self, name: str, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(name, now)
        self.status, self.errors, self.toner, self.paper = 3, b"\x00\x00", 64, 180

    def objects(self) -> dict[Oid, Value]:
        """State, errors, toner, paper."""
        host, own = (*MIB2, 25, 3, 5, 1), (*MIB2, 43)
        return {
            (*host, 1, 1): lambda: integer(self.status),
            (*host, 2, 1): lambda: octets(self.errors),
            (*own, 8, 2, 1, 9, 1, 1): lambda: integer(250),
            (*own, 8, 2, 1, 10, 1, 1): lambda: integer(self.paper),
            (*own, 11, 1, 1, 6, 1, 1): lambda: octets("Black toner"),
            (*own, 11, 1, 1, 8, 1, 1): lambda: integer(100),
            (*own, 11, 1, 1, 9, 1, 1): lambda: integer(self.toner),
        }


class Sensor(Gear):
    """One thermometer of a cold store (RFC 3433), and a disk (RFC 2790)."""

    model = "Simulated sensor box"
    object_id = (1, 3, 6, 1, 4, 1, 99_999, 5)

    def __init__(self, name: str, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(name, now)
        self.tenths, self.status, self.used = 31, 1, 40

    def objects(self) -> dict[Oid, Value]:
        """Value with its type, scale and precision; storage."""
        own, disk = (*MIB2, 99, 1, 1, 1), (*MIB2, 25, 2, 3, 1)
        return {
            (*own, 1, 1): lambda: integer(8),
            (*own, 2, 1): lambda: integer(9),
            (*own, 3, 1): lambda: integer(1),
            (*own, 4, 1): lambda: integer(self.tenths),
            (*own, 5, 1): lambda: integer(self.status),
            (*MIB2, 47, 1, 1, 1, 1, 7, 1): lambda: octets("Cold room"),
            (*disk, 2, 1): lambda: oid((1, 3, 6, 1, 2, 1, 25, 2, 1, 4)),
            (*disk, 3, 1): lambda: octets("/"),
            (*disk, 4, 1): lambda: integer(4096),
            (*disk, 5, 1): lambda: integer(1_000_000),
            (*disk, 6, 1): lambda: integer(self.used * 10_000),
        }
