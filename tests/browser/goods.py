"""Stock of everything, some of it low; orders of customers; what came in at the goods entrance."""

import asyncio
from datetime import UTC, datetime
from functools import partial

from argon2 import PasswordHasher

from cloud_sync.contract.goods import Announce, AnnouncedLine, Delivered, Entry, GoodsLine, Reserve, SetLevels
from edge.epcis.events import Reading
from edge.inventory.facts import Kind, Movement
from edge.inventory.orders import carry_out
from edge.inventory.records import note
from edge.inventory.reservations import set_aside
from edge.receiving.desk import ReceivingDesk
from edge.receiving.machine import Keeps, Rules
from edge.receiving.records import Arrived, Registrar
from tests.browser.manager import MANAGER
from tests.browser.past import Past
from tests.console.floor import DAY, HOUR, MINUTE, Floor, gtin

PIECES = (48, 12, 6, 31, 3, 22, 18, 9, 40, 0, 60, 25, 2, 14, 33, 20)
"""Of each item, in the order of the price list."""


def tell_goods(past: Past) -> None:
    """Stock, counts and three orders of customers."""
    floor, until = past.floor, past.now + 5 * HOUR
    past.add(26 * MINUTE, lambda: _stock(floor))
    past.add(26 * MINUTE, lambda: _come(floor, _wish("A-1040", until, "", (11, 6), (1, 2))))
    past.add(9 * MINUTE, lambda: _count(floor))
    past.add(
        9 * MINUTE,
        lambda: _come(
            floor, _wish("A-1043", until, "", (4, 1), (9, 3)),
            _wish("A-1038", until, PasswordHasher().hash("4711"), (7, 2)),
        ),
    )  # fmt: skip
    past.add(9 * MINUTE, lambda: floor.do(lambda tx: set_aside(tx, "A-1038", MANAGER)))


def tell_entrance(past: Past) -> None:
    """A delivery that is expected, a sheet being written, one that is set apart, and one that was signed."""
    floor = past.floor
    desk = ReceivingDesk(floor.store, Registrar(floor.site, Rules()))
    until = datetime.fromtimestamp((past.now // DAY + 9) * DAY // 1000, tz=UTC).date().isoformat()

    def arrive(item: int, batch: str, quantity: int, source: str, centi: int, humidity: int | None) -> int:
        arrived = Arrived(gtin(item), batch, quantity, Keeps.CHILLED, until, source)
        number = asyncio.run(desk.open(arrived, MANAGER))
        asyncio.run(desk.measure(number, [Reading(floor.now, centi, humidity)], MANAGER))
        return number

    def milk() -> None:
        asyncio.run(desk.accept(arrive(1, "L-2214", 24, "Dairy co-op", 310, 6_200), MANAGER, "dairy"))

    def gouda() -> None:
        number = arrive(14, "K-0907", 30, "Mountain cheese", 870, 7_000)
        asyncio.run(desk.hold(number, MANAGER, "the truck stood open", "dairy"))

    lines = (
        AnnouncedLine(item=gtin(13), quantity=20, batch="B-118", expires=until, keeps="chilled"),
        AnnouncedLine(item=gtin(15), quantity=36),
    )
    coming = Announce(id="D-5531", due=past.now - 20 * MINUTE, source="Dairy co-op", lines=lines)
    past.add(23 * HOUR, milk)
    past.add(50 * MINUTE, gouda)
    past.add(40 * MINUTE, lambda: _come(floor, coming))
    past.add(6 * MINUTE, lambda: arrive(6, "L-2219", 40, "Dairy co-op", 290, None))


def _come(floor: Floor, *entries: Entry) -> None:
    """Head office's word on goods."""
    for entry in entries:
        floor.do(partial(carry_out, entry=entry, author="ana@hq", issued_at=floor.now, sequence=1))


def _wish(number: str, until: int, code: str, *lines: tuple[int, int]) -> Reserve:
    wanted = tuple(GoodsLine(item=gtin(item), quantity=quantity) for item, quantity in lines)
    return Reserve(id=number, until=until, lines=wanted, code=code)


def _stock(floor: Floor) -> None:
    for number, quantity in enumerate(PIECES, 1):
        item = gtin(number)
        line = GoodsLine(item=item, quantity=max(1, quantity))
        arrived = Delivered(id=f"d-{item}", at=floor.now, lines=(line,))
        _come(floor, arrived, SetLevels(item=item, minimum=2, safety=6))


def _count(floor: Floor) -> None:
    for number, counted in ((10, 0), (8, 8)):
        found = Movement(f"count:{number}", gtin(number), Kind.COUNT, floor.now, counted=counted, by=MANAGER)
        floor.do(partial(note, moves=[found]))
