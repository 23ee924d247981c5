"""Sheets on disk: stock only from acceptance on, one ledger row per step, one EPCIS event per decision."""

import json
from typing import Any

import pytest

from cloud_sync.contract.epcis import document
from cloud_sync.contract.goods import Announce, AnnouncedLine, Delivered, GoodsLine
from edge.coldchain.config import FridgeConfig
from edge.coldchain.records import keep_fridges
from edge.epcis.events import Reading
from edge.inventory.orders import carry_out
from edge.receiving.desk import ReceivingDesk
from edge.receiving.machine import Keeps, Rules
from edge.receiving.records import Arrived, Registrar
from edge.views.receiving import count_waiting, read_entrance
from tests.console.floor import DAY, Floor, gtin, row
from tests.epcis.standard import faults

MILK = gtin(1)
COLD = Reading(0, 280, 6_100)
WARM = Reading(0, 910, 6_100)


class Door:
    """The goods entrance of a shop with one fridge."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        floor.change([row(MILK, 129, "Whole milk 1 l")])
        floor.do(lambda tx: keep_fridges(tx, [FridgeConfig(id="dairy", name="Dairy wall", sensor="thermo-1")]))
        self.desk = ReceivingDesk(floor.store, Registrar(floor.site, Rules()))

    async def arrive(self, *said: Reading, **more: Any) -> int:
        facts: dict[str, Any] = {"expires": "2026-11-12", "source": "Dairy co-op"} | more
        number = await self.desk.open(Arrived(MILK, facts.pop("batch", "L-7"), 12, Keeps.CHILLED, **facts), "cleo")
        if said:
            await self.desk.measure(number, said, "cleo")
        return number

    def hand(self) -> int:
        return sum(hand for (hand,) in self.rows("SELECT hand FROM stock WHERE item = ?", MILK))

    def rows(self, query: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        return self.floor.do(lambda tx: tx.sql.execute(query, values).fetchall())

    def kinds(self) -> list[str]:
        return [kind for (kind,) in self.rows("SELECT kind FROM ledger WHERE kind LIKE 'receiving.%' ORDER BY seq")]

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for (body,) in self.rows("SELECT body FROM outbox WHERE kind = 'epcis' ORDER BY seq")]


@pytest.fixture
def door(floor: Floor) -> Door:
    return Door(floor)


async def test_goods_are_stock_from_the_signature_on_and_not_before(door: Door) -> None:
    number = await door.arrive(COLD)
    assert door.hand() == 0
    await door.desk.accept(number, "cleo", "dairy")
    assert door.hand() == 12
    assert door.kinds() == ["receiving.opened", "receiving.measured", "receiving.accepted"]
    (event,) = door.events()
    assert faults(document([event], door.floor.now)) == []
    assert (event["bizStep"], event["disposition"]) == ("receiving", "in_progress")
    assert event["quantityList"] == [{"epcClass": f"https://id.gs1.org/01/{MILK}/10/L-7", "quantity": 12}]
    (sensor,) = event["sensorElementList"]
    assert [(one["type"], one["value"]) for one in sensor["sensorReport"]] == [
        ("Temperature", 2.8),
        ("RelativeHumidity", 61.0),
    ]
    with pytest.raises(ValueError, match="accepted"):
        await door.desk.accept(number, "cleo")
    assert door.hand() == 12


async def test_a_warm_batch_is_held_and_no_stock_until_a_manager_releases_it(door: Door) -> None:
    number = await door.arrive(WARM, COLD)
    with pytest.raises(ValueError, match="too-warm"):
        await door.desk.accept(number, "cleo")
    await door.desk.hold(number, "cleo", "truck was open", "dairy")
    assert door.hand() == 0
    with door.floor.store.reading() as database:
        (held,) = read_entrance(database).held
        assert (held.why, held.warmest, held.signed_by) == ("too-warm; truck was open", 910, "cleo")
        assert count_waiting(database, door.floor.now).held == 1
    await door.desk.release(number, "mara", "core measured: 2.4 °C")
    assert door.hand() == 12
    events = door.events()
    assert faults(document(events, door.floor.now)) == []
    assert [(one["bizStep"], one["disposition"]) for one in events] == [
        ("receiving", "non_sellable_other"),
        ("inspecting", "in_progress"),
    ]


async def test_what_is_sent_back_never_was_stock(door: Door) -> None:
    number = await door.arrive(COLD, expires="2026-11-01")
    await door.desk.hold(number, "cleo")
    with pytest.raises(ValueError, match="past its date"):
        await door.desk.release(number, "mara", "smells fine")
    await door.desk.reject(number, "mara", "back to the co-op")
    assert door.hand() == 0
    assert [one["disposition"] for one in door.events()] == ["expired", "returned"]


async def test_an_announced_line_is_checked_in_once_and_counts_once(door: Door) -> None:
    line = AnnouncedLine(item=MILK, quantity=12, batch="L-7", expires="2026-11-12", keeps="chilled")
    coming = Announce(id="D-77", due=door.floor.now, source="Dairy co-op", lines=(line, line))
    door.floor.do(lambda tx: carry_out(tx, coming, "ana@hq", 0, 1))
    assert door.hand() == 0
    with door.floor.store.reading() as database:
        assert [one.place for one in read_entrance(database).expected] == [0, 1]
    number = await door.arrive(COLD, delivery="D-77", place=0)
    with pytest.raises(ValueError, match="not expected any more"):
        await door.arrive(COLD, delivery="D-77", place=0)
    door.floor.do(lambda tx: carry_out(tx, coming, "ana@hq", 0, 1))  # head office says it again
    with door.floor.store.reading() as database:
        assert [one.place for one in read_entrance(database).expected] == [1]
    await door.desk.drop(number, "cleo")
    number = await door.arrive(COLD, delivery="D-77", place=0)
    await door.desk.accept(number, "cleo")
    booked = Delivered(id="D-77", at=door.floor.now, lines=(GoodsLine(item=MILK, quantity=12),))
    door.floor.do(lambda tx: carry_out(tx, booked, "ana@hq", 0, 3))
    assert door.hand() == 12
    assert door.events()[0]["bizTransactionList"][0]["bizTransaction"].endswith("/delivery/D-77")


@pytest.mark.parametrize(
    "wrong",
    [
        {"batch": ""},
        {"batch": "has space"},
        {"batch": "x" * 21},
        {"expires": "2026-02-31"},
        {"source": "a\nb"},
        {"delivery": "D-1"},
    ],
)
async def test_what_a_sheet_cannot_hold_is_refused_and_leaves_nothing(door: Door, wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        await door.arrive(COLD, **wrong)
    assert door.rows("SELECT 1 FROM receiving") == []


async def test_readings_are_bounded_and_a_logger_of_many_is_told_by_its_extremes(door: Door) -> None:
    number = await door.arrive()
    said = [Reading(door.floor.now - n * 60_000, 150 + n, 5_000 + n, "tag-1") for n in range(30)]
    await door.desk.measure(number, said, "cleo")
    await door.desk.accept(number, "cleo")
    (element,) = door.events()[0]["sensorElementList"]
    assert (element["sensorReport"][0]["minValue"], element["sensorReport"][0]["maxValue"]) == (1.5, 1.79)
    assert faults(document(door.events(), door.floor.now)) == []
    other = await door.arrive()
    with pytest.raises(ValueError, match="500 readings"):
        await door.desk.measure(other, [COLD] * 501, "cleo")


async def test_nowhere_is_no_fridge(door: Door) -> None:
    number = await door.arrive(COLD)
    with pytest.raises(ValueError, match="no fridge"):
        await door.desk.accept(number, "cleo", "cellar")
    assert door.hand() == 0
    with pytest.raises(ValueError, match="no sheet"):
        await door.desk.accept(number + 1, "cleo")


async def test_a_chore_sends_what_had_no_room_and_forgets_after_a_year(door: Door) -> None:
    from edge.epcis.book import KEEP_MS, keep_up, read_events

    await door.desk.accept(await door.arrive(COLD), "cleo")
    door.floor.do(lambda tx: tx.sql.execute("UPDATE epcis_event SET told = 0"))
    door.floor.do(keep_up)
    assert len(door.events()) == 2
    door.floor.now += KEEP_MS + DAY
    door.floor.do(keep_up)
    with door.floor.store.reading() as database:
        assert read_events(database.conn, 0, 2**53) == []
