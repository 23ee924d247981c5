"""Fridges, self-checkout lanes, network gear, and the alarms that they all give rise to."""

import math
import random
from functools import partial

from drivers.base import Message
from edge.coldchain.config import FridgeConfig
from edge.coldchain.records import keep_fridges, take_reading
from edge.lanes import take_payment, take_state, take_visit
from edge.store import Transaction
from tests.browser.manager import MANAGER
from tests.browser.past import Past
from tests.console.floor import DAY, MINUTE, Floor

NAMES = {
    "switch-1": "Switch, back office", "ups-1": "UPS", "printer-1": "Office printer", "cold-1": "Cold store sensors",
}  # fmt: skip
FRIDGES = (
    FridgeConfig(id="dairy", name="Dairy wall", place="Dairy 1", sensor="thermo-1"),
    FridgeConfig(id="freezer", name="Ice cream", place="Aisle 4", sensor="thermo-2", band="frozen"),
    FridgeConfig(id="meat", name="Meat counter", place="Counter", sensor="thermo-3"),
)


class Cold:
    """A day of three fridges: one with doors that open, a freezer, and one that drifts out of its band."""

    def __init__(self, floor: Floor, now: int) -> None:
        self._floor, self._now = floor, now
        self._left = list(range(2, 24 * 60 + 1, 2))
        """Minutes before now that are still to be read, the next one last."""

    def until(self, at: int) -> None:
        """Every reading before `at` that was not taken yet."""
        if self._now - DAY < at:
            self._floor.do(partial(self._read, at=at))

    def _read(self, tx: Transaction, at: int) -> None:
        present, steady = tx.now, tx.steady
        if self._left and self._left[-1] == 24 * 60:
            tx.now, tx.steady = self._now - DAY, steady - (present - self._now + DAY)
            keep_fridges(tx, FRIDGES)
        while self._left and self._now - self._left[-1] * MINUTE < at:
            minute = self._left.pop()
            tx.now = self._now - minute * MINUTE
            tx.steady = steady - (present - tx.now)
            door = 380 * (minute % 90 in (0, 2, 4)) if 300 < minute < 900 else 0
            swing = round(60 * math.sin(minute / 14))
            take_reading(tx, FRIDGES[0], 220 + swing + door, 6_400)
            take_reading(tx, FRIDGES[1], -2_050 + 2 * swing + door, None)
            take_reading(tx, FRIDGES[2], 240 + swing + max(0, 95 - minute) * 4, 7_100)
        tx.now, tx.steady = present, steady


def tell_alarms(past: Past) -> None:
    """A till that was away and is back, and a weak battery that somebody has taken on."""
    floor = past.floor
    weak = "SELECT number FROM ticket WHERE rule = 'battery-low'"
    past.add(46 * MINUTE, lambda: floor.state("till-2", "lost", "the cable was pulled"))
    past.add(34 * MINUTE, lambda: floor.state("till-2", "ready"))
    for minutes in (110, 46, 43, 34, 32, 3, 0):
        past.add(minutes * MINUTE, lambda: floor.do(floor.alarms.look))
    past.add(
        32 * MINUTE,
        lambda: floor.do(lambda tx: floor.alarms.acknowledge(tx, tx.sql.execute(weak).fetchone()[0], MANAGER)),
    )


def tell_lanes(past: Past) -> None:
    """The lanes come into service late, so that no change of prices but the last had to wait for them."""
    past.add(8 * MINUTE, lambda: _open_lanes(past.floor, past.now))


def tell_network(past: Past) -> None:
    """What network gear said last."""
    past.add(4 * MINUTE, lambda: _wire(past.floor, past.now))


def _open_lanes(floor: Floor, now: int) -> None:
    """Four self-checkouts: one free, one in use, one that calls and one whose printer has no paper."""
    good = {"scanner": ["ready", ""], "scale": ["ready", ""], "printer": ["ready", ""], "terminal": ["unknown", ""]}
    bad = good | {"printer": ["fault", "no paper"], "terminal": ["ready", ""]}
    lanes: tuple[tuple[dict[str, object], int], ...] = (
        ({"state": "free", "parts": good | {"terminal": ["ready", ""]}}, 4),
        ({"state": "attendant", "call": "age", "why": "age", "about": "Plavac red wine 0.75 l", "parts": good}, 1),
        ({"state": "out", "why": "printer", "parts": bad}, 17),
        ({"state": "busy", "parts": good | {"printer": ["low", ""]}}, 1),
    )
    chance = random.Random(4)
    for number, (said, minutes) in enumerate(lanes, 1):
        device = f"lane-{number}"
        floor.till(device, f"Self-checkout {number + 3}")

        def work(tx: Transaction, device: str = device, said: dict[str, object] = said, minutes: int = minutes) -> None:
            def told(seq: int, at: int, kind: str, body: dict[str, object]) -> Message:
                return Message(device, 1, seq, at, kind, body, lambda: None)

            take_state(tx, told(1, now - minutes * MINUTE, "lane.state", said))
            for seq in range(2, 60):
                body = {"paid": seq % 19 > 0, "ms": chance.randrange(35_000, 190_000), "waited_ms": 0, "steps": 4,
                        "lines": chance.randrange(1, 12)}  # fmt: skip
                at = now - chance.randrange(5, 300) * MINUTE
                take_visit(tx, told(seq, at, "lane.visit", dict(body)))
                paid: dict[str, object] = {"outcome": "unknown" if seq % 40 == 9 else "approved"}
                take_payment(tx, told(seq + 60, at, "lane.payment", paid | {"ms": chance.randrange(4_000, 31_000)}))
            values = (device, now - chance.randrange(1, 9) * MINUTE, chance.randrange(300, 6_000))
            tx.sql.execute("INSERT INTO sale VALUES (?1, 1, 1, ?1, ?2, 'EUR', ?3, '{}')", values)

        floor.do(work)


def _wire(floor: Floor, now: int) -> None:
    """Network gear with something of everything: a dead port, a fault in the power, a printer out of paper."""
    front = [
        (n, f"ge{n}", n not in (6, 9, 12), "delivering" if n in (2, 3, 4, 7) else "fault" if n == 5 else "searching")
        for n in range(1, 13)
    ]
    said: dict[str, dict[str, tuple[int | str, str]]] = {
        "switch-1": {"system.model": ("S3028 managed switch, software 2.4", ""), "power.watts": (31, "W"),
                     "power.budget": (120, "W")},
        "ups-1": {"system.model": ("Smart 1500", ""), "ups.source": ("battery", ""), "ups.charge": (81, "%"),
                  "ups.minutes": (22, "min"), "ups.load": (34, "%"), "ups.battery": ("normal", "")},
        "printer-1": {"system.model": ("Office printer", ""), "printer.state": ("other", ""),
                      "printer.faults": ("no paper", ""), "tray.1.level": (0, "%"), "supply.1.level": (64, "%"),
                      "supply.1.name": ("Black toner", "")},
        "cold-1": {"system.model": ("Sensor box", ""), "sensor.1.name": ("Cold room", ""), "sensor.1.state": ("ok", ""),
                   "sensor.1.value": (3_100, "m°C"), "sensor.2.name": ("Freezer", ""), "sensor.2.state": ("ok", ""),
                   "sensor.2.value": (-18_400, "m°C")},
    }  # fmt: skip
    for number, name, up, power in front:
        port: dict[str, tuple[int | str, str]] = {
            "name": (name, ""), "state": ("up" if up else "down", ""), "power": (power, ""),
            "admin": ("down" if number == 12 else "up", ""), "speed": (1_000, "Mbit/s"),
            "in-rate": (number * 217_000 * up, "bit/s"), "out-rate": (number * 48_000 * up, "bit/s"),
        }  # fmt: skip
        said["switch-1"] |= {f"port.{number}.{key}": value for key, value in port.items()}
    places = {"switch-1": "Back office", "ups-1": "Back office", "printer-1": "Office", "cold-1": "Cold store"}
    hanging = (("till-1", 1), ("camera-door", 2), ("camera-dairy", 3), ("camera-tills", 4), ("camera-yard", 6),
               ("ap-1", 7))  # fmt: skip

    def work(tx: Transaction) -> None:
        for device, values in said.items():
            floor.registry.enrol(tx, device, "other", "snmp", NAMES[device], places[device])
            tx.sql.execute("UPDATE device SET state = 'ready', seen_at = ? WHERE id = ?", (now, device))
            tx.sql.execute("INSERT INTO watched VALUES (?, '[6, 7]', ?, NULL)", (device, now - 20_000))
            tx.sql.executemany(
                "INSERT INTO measure VALUES (?, ?, ?, ?, ?)",
                [(device, name, value, unit, now) for name, (value, unit) in values.items()],
            )
        tx.sql.executemany(
            "INSERT INTO hanging VALUES (?, ?, 'switch-1', ?, 'forwarding', 0, ?)",
            [(device, f"aa:bb:cc:00:00:{port:02x}", port, now) for device, port in hanging],
        )
        for step in range(1, 97):
            at, wave = now // 600_000 * 600_000 - (97 - step) * 600_000, math.sin(step / 9)
            for device, name, value in (
                ("cold-1", "sensor.1.value", round(2_900 + 500 * wave)),
                ("cold-1", "sensor.2.value", round(-18_500 + 300 * wave)),
                ("switch-1", "power.watts", round(31 + 4 * wave)), ("ups-1", "ups.charge", min(100, 185 - step)),
            ):  # fmt: skip
                tx.sql.execute("INSERT INTO measure_step VALUES (?, ?, ?, ?, ?, ?)", (device, name, at, *[value] * 3))
        tx.sql.execute("INSERT INTO supply VALUES ('ups-1', 'battery', ?, 22, 81)", (now - 9 * MINUTE,))
        tx.set_meta("power.hold", "the shop runs on battery (ups-1)")
        tx.set_meta("power.checkpointed_at", str(now - 9 * MINUTE + 400))

    floor.do(work)


class Power:
    """Switches nothing, quickly."""

    async def cycle(self, switch: str, port: int, by: str) -> None:
        """Only port 6 will."""
        if port != 6:
            raise ValueError(f"port {port} of {switch} was switched off and could not be switched on again")
