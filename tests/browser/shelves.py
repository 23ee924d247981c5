"""Tills, labels and their prices: eight days of history, and a present with something of everything."""

import random
from dataclasses import replace

from cloud_sync.contract.change import ChangeRow
from cloud_sync.link.state import LinkPhase, LinkView
from drivers.base import Sighting
from edge.labels.digital_link import tag_of
from edge.readback.facts import Look, Reading
from edge.readback.record import Glimpse, record_look
from tests.browser.customers import come_and_buy
from tests.browser.manager import MANAGER
from tests.browser.past import Past
from tests.console.floor import DAY, HOUR, LARGE, MIDDLE, MINUTE, SMALL, Floor, gtin, row

SECOND = 1_000
ITEMS = (
    ("Whole milk 3.8 % 1 l", 129), ("Ajvar mild 350 g", 389), ("Olive oil extra virgin 0.75 l", 1149),
    ("Ground coffee 250 g", 449), ("Rye bread 750 g", 259), ("Natural yoghurt 500 g", 145),
    ("Free-range eggs, 10", 349), ("Honey, acacia 450 g", 899), ("Spaghetti no. 5 500 g", 159),
    ("Plum tomatoes 400 g", 119), ("Mineral water 1.5 l", 79), ("Dark chocolate 70 % 100 g", 239),
    ("Butter 250 g", 319), ("Gouda in slices 150 g", 229), ("Apple juice 1 l", 189),
    ("Sea salt, fine 1 kg", 99),
)  # fmt: skip
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


def tell_shelves(past: Past) -> None:
    """The shop opens, prices come and go, labels fall silent; a camera and a telephone read some of them."""
    floor, now = past.floor, past.now
    past.add(9 * DAY, lambda: _open(floor, now))
    past.add(3 * HOUR, lambda: _cuts_and_raises(floor))
    past.add(47 * MINUTE, lambda: floor.state("shelf-03", "lost", "no sign of life for 47 min"))
    past.add(41 * MINUTE, lambda: _raises_that_wait(floor))
    past.add(31 * MINUTE, lambda: _read_by_camera(floor))
    past.add(26 * MINUTE, lambda: _changes_to_decide_on(floor, now))
    past.add(22 * MINUTE, lambda: _read_by_telephone(floor))
    refused = "label model M3.5 is not supported: its picture format is not known"
    past.add(22 * MINUTE, lambda: floor.state("shelf-12", "fault", refused))
    past.add(5 * MINUTE, lambda: floor.state("shelf-20", "asleep"))
    past.add(20 * SECOND, lambda: _on_its_way(floor))


def tell_eggs(past: Past) -> None:
    """A day to look back at: a raise that one label held up for half an hour, then a cut, read back by a camera."""
    floor, late = past.floor, "shelf-23"
    line = [gtin(7), 1, 349, 2, 698]
    sold = {"receipt": "R-2041", "total": 598, "lines": [line], "coupons": [["C-7", 100]]}
    raised = 8 * HOUR

    def begin() -> None:
        floor.silent = {late}
        floor.change([price(7, 379)], author="price run 417")

    def hear_it() -> None:
        floor.silent = set()
        floor.answer(1)

    def see() -> None:
        seen = {"item": gtin(7), "version": floor.sequence, "source": "camera aisle-2"}
        floor.do(lambda tx: tx.record("label.read", "shelf-07", seen))

    past.add(raised, begin)
    past.add(raised - 23 * SECOND, floor.answer)
    past.add(
        raised - 23 * SECOND - 12 * MINUTE,
        lambda: floor.do(lambda tx: tx.record("sale", "till-2", sold | {"at": tx.now - 900})),
    )
    past.add(raised - 23 * SECOND - 31 * MINUTE, hear_it)
    past.add(raised - 25 * SECOND - 31 * MINUTE, floor.answer)
    past.add(5 * HOUR, lambda: floor.change([price(7, 339)], author="price run 417"))
    for times in (1, 2, 3):
        past.add(5 * HOUR - times * 9 * SECOND, lambda: floor.answer(1))
    past.add(5 * HOUR - 27 * SECOND - 20 * MINUTE, see)


def price(number: int, minor: int, **more: object) -> ChangeRow:
    """A new price of the n-th item, counted from 1."""
    return row(gtin(number), minor, ITEMS[number - 1][0], **more)


def _open(floor: Floor, now: int) -> None:
    chance = random.Random(7)
    for number in (1, 2, 3):
        floor.till(f"till-{number}", f"Self-checkout {number}")
    first = [price(number, minor) for number, (_, minor) in enumerate(ITEMS, 1)]
    first[2] = price(3, ITEMS[2][1], unit_minor=1532, unit="l")
    floor.change(first)
    panels = (MIDDLE, SMALL, MIDDLE, LARGE)
    for number in range(24):
        battery = 2380 if number == 10 else chance.randrange(2780, 3050)
        item = gtin(number % len(ITEMS) + 1)
        floor.label(f"shelf-{number + 1:02}", item, PLACES[number // 3], panels[number % 4], battery)
    floor.answer()
    come_and_buy(floor, now, chance)


def _cuts_and_raises(floor: Floor) -> None:
    floor.change([price(1, 119, was_minor=129), price(9, 149), price(11, 75)])
    floor.change([price(4, 475), price(13, 329)], author="price run 418")
    floor.answer()
    floor.silent = {"shelf-03"}


def _raises_that_wait(floor: Floor) -> None:
    floor.change([price(3, 1249, unit_minor=1665, unit="l"), price(7, 359)], author="price run 418")
    floor.answer()
    floor.do(floor.engine.tick)


def _changes_to_decide_on(floor: Floor, now: int) -> None:
    floor.change([price(8, 2199), price(5, 24), price(16, 129, was_minor=119)], author="ana@hq")
    floor.change([price(14, 199, was_minor=229)], author="weekend offer", effective_at=now + 14 * HOUR)
    floor.silent |= {"shelf-12"}
    for device, battery, strength in (("shelf-96", 3020, -63), ("shelf-99", 3010, -71)):
        address = f"AA:BB:CC:00:00:{device[-2:]}"
        seen = Sighting(device, address, "", "NEMR 2.9", "4.1", MIDDLE, battery, strength)
        floor.see(seen, "label", "ble")


def _on_its_way(floor: Floor) -> None:
    """A change of the last seconds, and a line that has been down for hours."""
    floor.silent |= {"shelf-05", "shelf-21"}
    floor.change([price(5, 269)], author="ana@hq")
    floor.answer()
    floor.see(Sighting("shelf-08", "AA:BB:CC:00:00:08", battery_mv=2960, panel=LARGE), "label", "ble")
    lost = floor.now + 20 * SECOND - 2 * HOUR - 13 * MINUTE
    floor.link = LinkView(
        LinkPhase.OFFLINE,
        lost,
        "Head office cannot be reached at hq.example. Events wait here and Aisle keeps trying.",
        lost,
        floor.now + 50 * SECOND,
        420.0,
    )


def _read_by_camera(floor: Floor) -> None:
    """Most labels are right, one shows an old price."""
    readings = _readings(floor, "shelf-04", "shelf-05", "shelf-06", "shelf-08", "shelf-09")
    readings[4] = replace(readings[4], version=1)
    glimpse = Glimpse(floor.now, camera="aisle-2", place="")
    floor.do(lambda tx: record_look(tx, floor.engine, Look(1920, 1280, tuple(readings)), glimpse))


def _read_by_telephone(floor: Floor) -> None:
    """One hangs that is in nobody's books."""
    *known, gone = _readings(floor, "shelf-04", "shelf-05", "shelf-22")
    glimpse = Glimpse(floor.now, by=MANAGER, place="")
    looked = Look(1536, 2048, (*known, replace(gone, tag="0000")))
    floor.do(lambda tx: record_look(tx, floor.engine, looked, glimpse))


def _readings(floor: Floor, *devices: str) -> list[Reading]:
    """What each of these labels shows, side by side in a picture."""
    with floor.store.reading() as db:
        shown = dict(db.conn.execute("SELECT device, reported_version FROM twin").fetchall())
    found = []
    for place, device in enumerate(devices):
        left, top = 220 + 560 * (place % 3), 330 + 640 * (place // 3)
        corners = ((left, top), (left + 118, top + 4), (left + 116, top + 120), (left - 2, top + 116))
        item = gtin((int(device[-2:]) - 1) % len(ITEMS) + 1)
        found.append(Reading(item, shown[device], tag_of(device), corners, 116, 29))
    return found
