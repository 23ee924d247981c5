"""A believable shop behind the real console, on loopback: `python -m tests.browser.shop --help`.

Prints the console's address once it listens. Devices answer within a second, but for those that are meant not to.
"""

import argparse
import asyncio
import math
import random
import signal
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI

from cloud_sync.contract.events import EventClass
from cloud_sync.contract.goods import Announce, AnnouncedLine, Delivered, Entry, GoodsLine, Reserve, SetLevels
from cloud_sync.link.state import LinkPhase, LinkView
from drivers.base import Message, Sighting
from edge.coldchain.config import FridgeConfig
from edge.coldchain.records import keep_fridges, take_reading
from edge.console.app import add_console
from edge.epcis.events import Reading
from edge.inventory.facts import Kind, Movement
from edge.inventory.orders import carry_out
from edge.inventory.records import note
from edge.inventory.reservations import set_aside
from edge.labels.digital_link import tag_of
from edge.lanes import take_state, take_visit
from edge.readback.facts import Look
from edge.readback.facts import Reading as Read
from edge.readback.record import Glimpse, record_look
from edge.receiving.desk import ReceivingDesk
from edge.receiving.machine import Keeps, Rules
from edge.receiving.records import Arrived, Registrar
from edge.store import Transaction
from tests.browser.footfall import audits, watch_people
from tests.console.cameras import MadeUpCameras, nearby
from tests.console.floor import DAY, HOUR, LARGE, MIDDLE, MINUTE, SMALL, Floor, gtin, row

MANAGER, PASSWORD = "mara", "correct horse 42"
ITEMS = (
    ("Whole milk 3.8 % 1 l", 129), ("Ajvar mild 350 g", 389), ("Olive oil extra virgin 0.75 l", 1149),
    ("Ground coffee 250 g", 449), ("Rye bread 750 g", 259), ("Natural yoghurt 500 g", 145),
    ("Free-range eggs, 10", 349), ("Honey, acacia 450 g", 899), ("Spaghetti no. 5 500 g", 159),
    ("Plum tomatoes 400 g", 119), ("Mineral water 1.5 l", 79), ("Dark chocolate 70 % 100 g", 239),
    ("Butter 250 g", 319), ("Gouda in slices 150 g", 229), ("Apple juice 1 l", 189),
    ("Sea salt, fine 1 kg", 99),
)  # fmt: skip
NAMES = {
    "switch-1": "Switch, back office", "ups-1": "UPS", "printer-1": "Office printer", "cold-1": "Cold store sensors",
}  # fmt: skip
PLACES = (
    "Dairy 1",
    "Dairy 2",
    "Aisle 2, shelf 1",
    "Aisle 2, shelf 3",
    "Aisle 4, shelf 2",
    "Bakery",
    "Drinks 1",
    "Till zone",
)


def furnish(floor: Floor, now: int) -> None:
    """Eight days of history, and a present with something of everything."""
    chance = random.Random(7)
    floor.now = now - 9 * DAY
    for number, name in ((1, "Self-checkout 1"), (2, "Self-checkout 2"), (3, "Self-checkout 3")):
        floor.till(f"till-{number}", name)
    items = [gtin(number) for number in range(1, len(ITEMS) + 1)]
    per_unit = {2: {"unit_minor": 1532, "unit": "l"}}
    floor.change(
        [
            row(item, minor, name, **per_unit.get(n, {}))
            for n, (item, (name, minor)) in enumerate(zip(items, ITEMS, strict=True))
        ]
    )
    panels = (MIDDLE, SMALL, MIDDLE, LARGE)
    for number in range(24):
        item = items[number % len(items)]
        battery = 2380 if number == 10 else chance.randrange(2780, 3050)
        floor.label(f"shelf-{number + 1:02}", item, PLACES[number // 3], panels[number % 4], battery)
    floor.answer()
    _people_and_sales(floor, now, chance)

    _eggs(floor, now, items[6])
    floor.now = now - 3 * HOUR
    floor.change(
        [
            row(items[0], 119, ITEMS[0][0], was_minor=129),
            row(items[8], 149, ITEMS[8][0]),
            row(items[10], 75, ITEMS[10][0]),
        ]
    )
    floor.change([row(items[3], 475, ITEMS[3][0]), row(items[12], 329, ITEMS[12][0])], author="price run 418")
    floor.answer()
    floor.silent = {"shelf-03"}
    floor.state("shelf-03", "lost", "no sign of life for 47 min", now - 47 * MINUTE)
    floor.now = now - 41 * MINUTE
    floor.change(
        [row(items[2], 1249, ITEMS[2][0], unit_minor=1665, unit="l"), row(items[6], 359, ITEMS[6][0])],
        author="price run 418",
    )
    floor.answer()
    floor.do(floor.engine.tick)
    floor.now = now - 26 * MINUTE
    floor.change(
        [
            row(items[7], 2199, ITEMS[7][0]),
            row(items[4], 24, ITEMS[4][0]),
            row(items[15], 129, ITEMS[15][0], was_minor=119),
        ],
        author="ana@hq",
    )
    floor.change(
        [row(items[13], 199, ITEMS[13][0], was_minor=229)], author="weekend offer", effective_at=now + 14 * HOUR
    )
    floor.silent |= {"shelf-12"}
    floor.state("shelf-12", "fault", "the label refuses pictures of this size; check its model", now - 22 * MINUTE)
    floor.state("shelf-20", "asleep", "", now - 5 * MINUTE)
    floor.see(Sighting("shelf-96", "AA:BB:CC:00:00:96", "", "NEMR 2.9", "4.1", MIDDLE, 3020, -63), "label", "ble")
    floor.see(Sighting("shelf-99", "AA:BB:CC:00:00:99", "", "NEMR 2.9", "4.1", MIDDLE, 3010, -71), "label", "ble")
    _goods(floor, now, items)


def _goods(floor: Floor, now: int, items: list[str]) -> None:
    """Stock of everything, some of it low, and three orders of customers."""

    def come(*entries: Entry) -> None:
        for entry in entries:
            floor.do(lambda tx, entry=entry: carry_out(tx, entry, "ana@hq", floor.now, 1))  # type: ignore[misc]

    def wish(number: str, code: str, *lines: tuple[str, int]) -> Reserve:
        wanted = tuple(GoodsLine(item=item, quantity=quantity) for item, quantity in lines)
        return Reserve(id=number, until=now + 5 * HOUR, lines=wanted, code=code)

    pieces = (48, 12, 6, 31, 3, 22, 18, 9, 40, 0, 60, 25, 2, 14, 33, 20)
    for item, quantity in zip(items, pieces, strict=True):
        line = GoodsLine(item=item, quantity=max(1, quantity))
        come(Delivered(id=f"d-{item}", at=floor.now, lines=(line,)), SetLevels(item=item, minimum=2, safety=6))
    come(wish("A-1040", "", (items[10], 6), (items[0], 2)))
    floor.now = now - 9 * MINUTE
    floor.do(lambda tx: note(tx, [Movement("count:1", items[9], Kind.COUNT, floor.now, counted=0, by=MANAGER)]))
    floor.do(lambda tx: note(tx, [Movement("count:2", items[7], Kind.COUNT, floor.now, counted=8, by=MANAGER)]))
    come(wish("A-1043", "", (items[3], 1), (items[8], 3)), wish("A-1038", PasswordHasher().hash("4711"), (items[6], 2)))
    floor.do(lambda tx: set_aside(tx, "A-1038", MANAGER))


def _entrance(floor: Floor, now: int, items: list[str]) -> None:
    """A delivery that is expected, a sheet being written, one that is set apart, and one that was signed."""
    desk = ReceivingDesk(floor.store, Registrar(floor.site, Rules()))
    good = (now // DAY + 9) * DAY // 1000
    until = datetime.fromtimestamp(good, tz=UTC).date().isoformat()

    def arrive(item: str, batch: str, quantity: int, keeps: Keeps, source: str, *said: Reading) -> int:
        number = asyncio.run(desk.open(Arrived(item, batch, quantity, keeps, until, source), MANAGER))
        if said:
            asyncio.run(desk.measure(number, said, MANAGER))
        return number

    floor.now = now - 26 * HOUR
    milk = arrive(items[0], "L-2214", 24, Keeps.CHILLED, "Dairy co-op", Reading(floor.now, 310, 6_200))
    asyncio.run(desk.accept(milk, MANAGER, "dairy"))
    floor.now = now - 50 * MINUTE
    gouda = arrive(items[13], "K-0907", 30, Keeps.CHILLED, "Mountain cheese", Reading(floor.now, 870, 7_000))
    asyncio.run(desk.hold(gouda, MANAGER, "the truck stood open", "dairy"))
    floor.now = now - 6 * MINUTE
    arrive(items[5], "L-2219", 40, Keeps.CHILLED, "Dairy co-op", Reading(floor.now, 290, None))
    lines = (
        AnnouncedLine(item=items[12], quantity=20, batch="B-118", expires=until, keeps="chilled"),
        AnnouncedLine(item=items[14], quantity=36),
    )
    coming = Announce(id="D-5531", due=now - 20 * MINUTE, source="Dairy co-op", lines=lines)
    floor.do(lambda tx: carry_out(tx, coming, "ana@hq", 0, 1))


def _eggs(floor: Floor, now: int, item: str) -> None:
    """A day to look back at: a raise that one label held up for half an hour, then a cut, read back by a camera."""
    name = ITEMS[6][0]
    floor.now = now - 8 * HOUR
    floor.silent = {"shelf-23"}
    floor.change([row(item, 379, name)], author="price run 417")
    floor.now += 23_000
    floor.answer()
    floor.now += 12 * MINUTE
    line = [item, 1, 349, 2, 698]
    floor.do(
        lambda tx: tx.record("sale", "till-2", {"receipt": "R-2041", "at": tx.now - 900, "total": 698, "lines": [line]})
    )
    floor.now += 19 * MINUTE
    floor.silent = set()
    floor.answer(1)
    floor.now += 2_000
    floor.answer()
    floor.now = now - 5 * HOUR
    floor.change([row(item, 339, name)], author="price run 417")
    for _ in range(3):
        floor.now += 9_000
        floor.answer(1)
    floor.now += 20 * MINUTE
    seen = {"item": item, "version": floor.sequence, "source": "camera aisle-2"}
    floor.do(lambda tx: tx.record("label.read", "shelf-07", seen))


def _read_the_shelf(floor: Floor, now: int) -> None:
    """A camera and a photo: most labels are right, one shows an old price, one hangs that is in nobody's books."""
    floor.now = now - 31 * MINUTE
    seen = [(f"shelf-{number:02}", gtin((number - 1) % len(ITEMS) + 1)) for number in (4, 5, 6, 8, 9, 22)]
    with floor.store.reading() as db:
        shown = dict(db.conn.execute("SELECT device, reported_version FROM twin").fetchall())
    readings = []
    for place, (device, item) in enumerate(seen):
        left, top = 220 + 560 * (place % 3), 330 + 640 * (place // 3)
        corners = ((left, top), (left + 118, top + 4), (left + 116, top + 120), (left - 2, top + 116))
        version = 1 if device == "shelf-09" else shown[device]
        readings.append(Read(item, version, tag_of(device), corners, 116, 29))
    glimpse = Glimpse(floor.now, camera="aisle-2", place="")
    floor.do(lambda tx: record_look(tx, floor.engine, Look(1920, 1280, tuple(readings[:5])), glimpse))
    gone = replace(readings[5], tag="0000")
    glimpse = Glimpse(floor.now + 9 * MINUTE, by=MANAGER, place="")
    floor.now += 9 * MINUTE
    floor.do(lambda tx: record_look(tx, floor.engine, Look(1536, 2048, (*readings[:2], gone)), glimpse))


def _lanes(floor: Floor, now: int) -> None:
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
                take_visit(tx, told(seq, now - chance.randrange(5, 300) * MINUTE, "lane.visit", dict(body)))
            values = (device, now - chance.randrange(1, 9) * MINUTE, chance.randrange(300, 6_000))
            tx.sql.execute("INSERT INTO sale VALUES (?1, 1, 1, ?1, ?2, 'EUR', ?3, '{}')", values)

        floor.do(work)


def _fridges(floor: Floor, now: int) -> None:
    """A day of three fridges: one with doors that open, a freezer, and one that drifts out of its band."""
    fridges = [
        FridgeConfig(id="dairy", name="Dairy wall", place="Dairy 1", sensor="thermo-1"),
        FridgeConfig(id="freezer", name="Ice cream", place="Aisle 4", sensor="thermo-2", band="frozen"),
        FridgeConfig(id="meat", name="Meat counter", place="Counter", sensor="thermo-3"),
    ]

    def work(tx: Transaction) -> None:
        present, steady = tx.now, tx.steady
        tx.steady = now - DAY
        keep_fridges(tx, fridges)
        for minute in range(24 * 60, 0, -2):
            tx.now = tx.steady = now - minute * MINUTE
            door = 380 * (minute % 90 in (0, 2, 4)) if 300 < minute < 900 else 0
            swing = round(60 * math.sin(minute / 14))
            take_reading(tx, fridges[0], 220 + swing + door, 6_400)
            take_reading(tx, fridges[1], -2_050 + 2 * swing + door, None)
            take_reading(tx, fridges[2], 240 + swing + max(0, 95 - minute) * 4, 7_100)
        tx.now, tx.steady = present, steady

    floor.do(work)


def _look(floor: Floor, tx: Transaction, later: int = 0) -> None:
    """Watch alarms in the past, where no steady time passes in a shop that begins now."""
    steady = tx.steady
    tx.steady = floor.now + later
    floor.alarms.look(tx)
    tx.steady = steady


def _alarms(floor: Floor, now: int) -> None:
    """A till that was away and is back, a label that is silent, one in fault, and a weak battery that somebody has."""
    for minutes, state in ((110, ""), (46, "lost"), (43, ""), (34, "ready"), (32, "")):
        floor.now = now - minutes * MINUTE
        if state:
            floor.state("till-2", state, "the cable was pulled" if state == "lost" else "")
        floor.do(partial(_look, floor))
    weak = "SELECT number FROM ticket WHERE rule = 'battery-low'"
    floor.do(lambda tx: floor.alarms.acknowledge(tx, tx.sql.execute(weak).fetchone()[0], MANAGER))


def settle_in(floor: Floor, now: int) -> None:
    """The last seconds before the present: a change that is just on its way."""
    _fridges(floor, now)
    _lanes(floor, now)
    _entrance(floor, now, [gtin(number) for number in range(1, len(ITEMS) + 1)])
    _alarms(floor, now)
    _read_the_shelf(floor, now)
    floor.silent |= {"shelf-05", "shelf-21"}
    floor.now = now - 20_000
    floor.change([row(gtin(5), 269, ITEMS[4][0])], author="ana@hq")
    floor.answer()
    floor.see(Sighting("shelf-08", "AA:BB:CC:00:00:08", battery_mv=2960, panel=LARGE), "label", "ble")
    floor.link = LinkView(
        LinkPhase.OFFLINE, now - 2 * HOUR - 13 * MINUTE, "the line is down; Aisle tries again by itself",
        now - 2 * HOUR - 13 * MINUTE, now + 30_000, 420.0,
    )  # fmt: skip
    _queue(floor, now)
    away = ("shelf-03", "shelf-12")
    floor.do(
        lambda tx: tx.sql.execute(
            f"UPDATE device SET seen_at = ? - abs(random() % 50000) WHERE id NOT IN {away}", (now,)
        )
    )


def wire(floor: Floor, now: int) -> None:
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


def _people_and_sales(floor: Floor, now: int, chance: random.Random) -> None:
    def work(tx: Transaction) -> None:
        for minute in range((now - 8 * DAY) // MINUTE, now // MINUTE):
            hour = (minute / 60 + 1) % 24  # the shop's own clock, near enough for a curve
            busy = 1.6 * math.exp(-(((hour - 11.5) / 2.2) ** 2)) + 2.3 * math.exp(-(((hour - 17.6) / 1.9) ** 2))
            if not 7 <= hour < 21:
                continue
            entered = sum(chance.random() < busy / 4 for _ in range(4))
            departed = sum(chance.random() < busy / 4 * 0.985 for _ in range(4))
            if entered or departed:
                tx.sql.execute(
                    "INSERT INTO visit (camera, line, minute, entered, departed) VALUES ('door', 'entrance', ?, ?, ?)",
                    (minute * MINUTE, entered, departed),
                )
        for number in range(214):
            at, total = now - chance.randrange(1, 9 * 60) * MINUTE, chance.randrange(180, 6_900)
            device = f"till-{number % 3 + 1}"
            tx.sql.execute(
                "INSERT INTO sale VALUES (?, 1, ?, ?, ?, 'EUR', ?, '{}')",
                (device, number + 1, f"{device}-{number}", at, total),
            )
        for number in range(9):  # eggs and oil, of which a raise will wait
            item, minor = (gtin(7), 349) if number % 3 else (gtin(3), 1149)
            at, lines = now - (11 + 22 * number) * MINUTE, f'{{"lines":[["{item}",1,{minor},1,{minor}]]}}'
            tx.sql.execute(
                "INSERT INTO sale VALUES ('till-1', 1, ?, ?, ?, 'EUR', ?, ?)",
                (1_000 + number, f"till-1-{1_000 + number}", at, minor, lines),
            )

    floor.do(work)


def _queue(floor: Floor, now: int) -> None:
    """What gathered while the line was down."""
    sent = floor.do(
        lambda tx: tx.sql.execute(
            "SELECT MAX(seq) FROM outbox WHERE received_at < ?", (now - 134 * MINUTE,)
        ).fetchone()[0]
    )
    floor.do(lambda tx: floor.store.outbox.confirm(tx.sql, floor.store.outbox.epoch, sent))

    def work(tx: Transaction) -> None:
        for number in range(1_180):
            tx.tell(
                EventClass.TELEMETRY, "label.battery", f"shelf-{number % 24 + 1:02}", {"mv": 2900, "note": "x" * 120}
            )

    floor.do(work)


def multiply(floor: Floor, labels: int) -> None:
    """Very many more labels, all right but a few: written straight into the tables."""

    def work(tx: Transaction) -> None:
        tx.sql.execute("DELETE FROM binding WHERE device LIKE 'bulk-%'")
        for number in range(labels):
            device, item, state = (
                f"bulk-{number:05}",
                gtin(number % 4_000 + 1_000),
                "lost" if number % 3_000 == 1 else "ready",
            )
            panel = '{"width": 296, "height": 128, "inks": ["black", "white", "red"]}'
            tx.sql.execute(
                "INSERT INTO device (id, role, driver, panel, place, enrolled, state, state_at, seen_at, battery_mv)"
                " VALUES (?, 'label', 'ble', ?, ?, 1, ?, ?, ?, 2950)",
                (device, panel, f"Aisle {number // 400 + 1}, shelf {number % 5 + 1}", state, tx.now, tx.now),
            )
            wish = f'{{"item":"{item}","version":1}}'
            said = f'{{"item":"{item}","version":1,"digest":"{number:064}"}}'
            tx.sql.execute("INSERT INTO twin VALUES (?, ?, 1, ?, ?, 1, ?)", (device, wish, tx.now, said, tx.now))
            tx.sql.execute("INSERT INTO binding VALUES (?, ?, 'mara', ?)", (device, item, tx.now))
            if number < 4_000:
                tx.sql.execute(
                    "INSERT INTO price (item, version, name, minor, currency, per, effective_at, received_at, author,"
                    " phase, told, changed_at)"
                    " VALUES (?, 1, ?, 199, 'EUR', 'each', 0, 0, 'bulk', 'landed', 'landed', ?)",
                    (item, f"Item {number}", tx.now - DAY),
                )

    floor.do(work)
    floor.registry = type(floor.registry)(floor.store, floor.clock, 10 * DAY)


def hostile(floor: Floor) -> None:
    """Names that try to become markup, script or a spreadsheet formula."""
    bad = "<img src=x onerror=\"document.title='owned'\">"
    floor.see(Sighting("shelf-98", '"><script>1</script>', bad, "<b>m</b>", "{{1+1}}"), "label", "ble")
    floor.change([row(gtin(500), 100, f"{bad} ${{7*7}}")])
    floor.label("shelf-97", gtin(500), "</span><script>document.title='owned'</script>")
    floor.till("till-9", "=1+1 " + bad)
    floor.answer()


async def serve(floor: Floor, port: int, *, setup_code: str) -> None:
    """Serve until stopped; devices answer about once a second."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    checks = audits(floor, floor.store.path.parent)
    add_console(
        app,
        floor.context(
            setup_code=setup_code, port_power=Power(), cameras=MadeUpCameras(floor), audits=checks, find_cameras=nearby
        ),
        "a-secret-for-tests-of-more-than-32-characters",
    )
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", ws="websockets-sansio")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.02)
    if not serving.done():
        print(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", flush=True)
    while not serving.done():
        await asyncio.sleep(1)
        await asyncio.to_thread(floor.answer)
    await serving


def main() -> None:
    """Read the options, build the shop and serve it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fresh", action="store_true", help="no account yet: the first run")
    parser.add_argument("--labels", type=int, default=0, help="that many labels more")
    parser.add_argument("--hostile", action="store_true", help="devices and items with malicious names")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the folder goes with the shop
    now = time.time_ns() // 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        floor = Floor(Path(folder), now)
        furnish(floor, now)
        settle_in(floor, now)
        wire(floor, now)
        for later in (0, 3 * MINUTE):
            floor.do(partial(_look, floor, later=later))
        watch_people(floor, now)
        if options.labels:
            multiply(floor, options.labels)
        if options.hostile:
            hostile(floor)
        floor.do(floor.watch.look)
        floor.live = lambda: time.time_ns() // 1_000_000
        if not options.fresh:
            from edge.console.accounts import Accounts

            made = Accounts(floor.store, floor.clock, "only to make an account")
            asyncio.run(made.set_up(MANAGER, PASSWORD, "en", code="", at_the_box=True, source="test"))
        try:
            asyncio.run(serve(floor, options.port, setup_code="4711-0815"))
        finally:
            floor.close()


if __name__ == "__main__":
    main()
