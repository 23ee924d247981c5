"""What counts as a fault, as data: which measure is watched, when it fires, for how long, how urgent it is. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """What rules look at. A source says it for every subject at which it could fire."""

    TILL = "till.state"
    LABEL = "label.state"
    CAMERA = "camera.state"
    OTHER = "other.state"
    FAULT = "fault.state"
    """The state of a device of any kind, for what a person has to mend."""
    SILENT_LABELS = "labels.silent"
    """How many labels in service are lost."""
    BATTERY = "battery.millivolts"
    DISK = "disk.free"
    """Per cent of the disk with the store of record."""
    CLOCK = "clock.trust"
    LINE = "line.phase"
    LANE = "lane.state"
    """How a self-checkout lane is: free, busy, attendant (it calls, and nobody goes), seen (somebody goes), out."""
    COLD = "cold.state"
    """How a fridge or freezer is; see `edge.coldchain.machine`."""
    QUEUE = "queue.wait"
    """Whether somebody waits too long in a queue that a camera sees."""
    CROWD = "shop.people"
    """Whether more people are in the shop than its cameras' rules allow."""
    AIM = "camera.aside"
    """How far a camera was moved since people drew on its picture, per mille of that."""
    POWER = "supply.power"
    PORT = "port.state"
    """A port that something of the shop hangs on: "dead", or "unfed" when it cannot feed it."""
    PRINTER = "printer.state"
    ORDER = "order.haste"
    """How an order stands that waits to be put aside: "soon" (it has to be done soon) or "late"."""


Value = str | int


@dataclass(frozen=True, slots=True)
class Observation:
    """One measure of one subject now. `why`: the device's own words, for a person."""

    measure: Measure
    subject: str
    value: Value
    why: str = ""
    explains: tuple[str, ...] = ()
    """Devices that are silent because of it: while its ticket is open, their being lost is no fault of its own."""


@dataclass(frozen=True, slots=True)
class Is:
    """Fires while the value is one of these words."""

    words: frozenset[str]

    def holds(self, value: Value, already: bool) -> bool:
        """Whether it fires."""
        return value in self.words


@dataclass(frozen=True, slots=True)
class Below:
    """Fires below `limit`, and once it has fired until the value reaches `clear`."""

    limit: int
    clear: int

    def holds(self, value: Value, already: bool) -> bool:
        """Whether it fires."""
        return isinstance(value, int) and value < (self.clear if already else self.limit)


@dataclass(frozen=True, slots=True)
class Above:
    """Fires above `limit`, and once it has fired until the value comes down to `clear`."""

    limit: int
    clear: int

    def holds(self, value: Value, already: bool) -> bool:
        """Whether it fires."""
        return isinstance(value, int) and value > (self.clear if already else self.limit)


Test = Is | Below | Above


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of fault.

    It has to last for `after_ms` before a ticket opens, and to be gone for `calm_ms` before the ticket closes.
    `critical`: word of it goes out in quiet hours too. `part_of`: another rule whose open ticket says the same of many
    at once; while there is one, this rule looks at nothing.
    """

    name: str
    measure: Measure
    test: Test
    after_ms: int
    calm_ms: int
    critical: bool = False
    part_of: str = ""


MINUTE, HOUR = 60_000, 3_600_000
LOST, FAULT = Is(frozenset({"lost"})), Is(frozenset({"fault"}))

RULES = (
    Rule("disk-full", Measure.DISK, Below(5, 8), 2 * MINUTE, 10 * MINUTE, critical=True),
    Rule("cold-excursion", Measure.COLD, Is(frozenset({"excursion"})), 0, MINUTE, critical=True),
    Rule("cold-silent", Measure.COLD, Is(frozenset({"silent"})), MINUTE, MINUTE, critical=True),
    Rule("shop-full", Measure.CROWD, Is(frozenset({"full"})), 0, MINUTE, critical=True),
    Rule("queue-long", Measure.QUEUE, Is(frozenset({"long"})), 0, MINUTE),
    Rule("on-battery", Measure.POWER, Is(frozenset({"battery", "low"})), 0, MINUTE, critical=True),
    Rule("port-dead", Measure.PORT, Is(frozenset({"dead"})), MINUTE, MINUTE),
    Rule("port-unfed", Measure.PORT, Is(frozenset({"unfed"})), MINUTE, MINUTE),
    Rule("printer-stuck", Measure.PRINTER, Is(frozenset({"stuck"})), 2 * MINUTE, MINUTE),
    Rule("till-lost", Measure.TILL, LOST, 2 * MINUTE, MINUTE),
    Rule("lane-call", Measure.LANE, Is(frozenset({"attendant"})), 90_000, 5_000),
    Rule("lane-out", Measure.LANE, Is(frozenset({"out"})), 3 * MINUTE, MINUTE),
    Rule("order-waits", Measure.ORDER, Is(frozenset({"soon"})), 0, 0),
    Rule("order-late", Measure.ORDER, Is(frozenset({"late"})), 0, 0),
    Rule("device-fault", Measure.FAULT, FAULT, MINUTE, MINUTE),
    Rule("camera-blind", Measure.CAMERA, LOST, 5 * MINUTE, 2 * MINUTE),
    Rule("camera-moved", Measure.AIM, Above(15, 10), 0, 0),
    Rule("device-lost", Measure.OTHER, LOST, 5 * MINUTE, 2 * MINUTE),
    Rule("clock-doubted", Measure.CLOCK, Is(frozenset({"doubted"})), 5 * MINUTE, MINUTE),
    Rule("line-down", Measure.LINE, Is(frozenset({"offline"})), 4 * HOUR, 10 * MINUTE),
    Rule("labels-silent", Measure.SILENT_LABELS, Above(20, 10), 2 * MINUTE, 5 * MINUTE),
    Rule("label-silent", Measure.LABEL, LOST, 10 * MINUTE, 2 * MINUTE, part_of="labels-silent"),
    Rule("battery-low", Measure.BATTERY, Below(2_500, 2_600), HOUR, HOUR),
)
"""The rules of a shop, unless its operator says otherwise.

A rule that others are part of, or whose tickets explain theirs, stands before them.
"""
