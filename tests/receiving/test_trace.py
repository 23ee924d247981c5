"""The trace of a batch: what is certain, what is possible, and how cold it lay."""

import json
from pathlib import Path

from typer.testing import CliRunner

from cloud_sync.contract.epcis import document
from drivers.base import Measure, Message, Survey
from edge.cli import build
from edge.coldchain.config import FridgeConfig
from edge.coldchain.records import FINE
from edge.coldchain.watch import ColdWatch
from edge.epcis.book import read_events
from edge.epcis.cold import ColdEvents
from edge.intake import Intake
from edge.inventory.desk import StockDesk
from edge.receiving.desk import ReceivingDesk
from edge.receiving.machine import Keeps, Rules
from edge.receiving.records import Arrived, Registrar
from edge.views.trace import Trace, trace
from simulators.till import Basket, Price
from simulators.till.basket import words
from tests.console.floor import MINUTE, Floor, gtin, row
from tests.epcis.standard import faults
from tests.receiving.test_desk import COLD

MILK = gtin(1)
DAIRY = FridgeConfig(id="dairy", name="Dairy wall", sensor="thermo-1")


class History:
    """A shop that took in twelve of a batch."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.sold = 0
        floor.change([row(MILK, 129, "Whole milk 1 l")])
        self.watch = ColdWatch([DAIRY], floor.store, floor.registry, ColdEvents(floor.site))
        floor.do(self.watch.begin)
        self.desk = ReceivingDesk(floor.store, Registrar(floor.site, Rules()))
        self.stock = StockDesk(floor.store)

    async def take_in(self, quantity: int = 12, batch: str = "L-7") -> int:
        number = await self.desk.open(Arrived(MILK, batch, quantity, Keeps.CHILLED, "2026-11-12"), "cleo")
        await self.desk.measure(number, [COLD], "cleo")
        await self.desk.accept(number, "cleo", "dairy")
        return number

    def sell(self, quantity: int, batch: str = "") -> None:
        self.sold += 1
        basket = Basket({MILK: Price(MILK, 1, "Whole milk 1 l", 129, "EUR", "each")}.get)
        basket.scan(MILK, quantity, batch)
        body = {"receipt": f"R-{self.sold}", "currency": "EUR", "lines": [words(one) for one in basket.lines()],
                "total_minor": 129 * quantity}  # fmt: skip
        message = Message("till-1", 1, self.sold, self.floor.now, "sale", body, lambda: None)
        self.floor.do(lambda tx: Intake(self.floor.engine)(tx, [message]))

    def say(self, centi: int, minutes: int = 1) -> None:
        for _ in range(minutes):
            measure = Measure("temperature", centi, "c°C")
            self.watch.measured(Survey("thermo-1", self.floor.now, self.floor.now, (measure,)))
            self.floor.now += MINUTE
            self.floor.do(self.watch.look)

    def trace(self, batch: str = "L-7") -> Trace:
        with self.floor.store.reading() as database:
            (found,) = trace(database, batch, self.floor.now)
        return found


async def test_what_is_left_is_given_between_what_is_certain_and_what_is_possible(floor: Floor) -> None:
    shop = History(floor)
    await shop.take_in()
    floor.now += MINUTE
    shop.sell(2, "L-7")
    shop.sell(3)
    shop.sell(1, "L-8")
    await shop.stock.waste(MILK, 1, "cleo", "broken", "L-7")
    found = shop.trace()
    assert (found.sold, found.wasted, found.unnamed) == (2, 1, 3)
    assert (found.left_least, found.left_most) == (5, 5)
    assert [(one.receipt, one.quantity, one.certain) for one in found.receipts] == [("R-1", 2, True), ("R-2", 3, False)]


async def test_a_count_that_finds_none_ends_the_doubt(floor: Floor) -> None:
    shop = History(floor)
    await shop.take_in()
    floor.now += MINUTE
    shop.sell(4)
    assert (shop.trace().left_least, shop.trace().left_most) == (8, 8)
    await shop.take_in(5, "L-9")
    assert (shop.trace().left_least, shop.trace().left_most) == (8, 12)
    floor.now += MINUTE
    await shop.stock.count(MILK, 0, "cleo")
    assert (shop.trace().left_least, shop.trace().left_most) == (0, 0)


async def test_an_excursion_is_in_the_trace_and_told_as_events_with_the_batch(floor: Floor) -> None:
    shop = History(floor)
    shop.say(250, 3)
    await shop.take_in()
    shop.say(250, 5)
    shop.say(900, 14)
    shop.say(200, 30)
    (stay,) = shop.trace().stays
    assert (stay.name, stay.coldest, stay.warmest, stay.until) == ("Dairy wall", 200, 900, None)
    (excursion,) = stay.excursions
    assert excursion.until is not None
    with floor.store.reading() as database:
        events = list(read_events(database.conn, 0, 2**53))
    assert faults(document(events, floor.now)) == []
    began, ended = (one for one in events if one["bizStep"] == "sensor_reporting")
    assert began["quantityList"][0]["epcClass"].endswith("/10/L-7")
    assert began["sensorElementList"][0]["sensorReport"][0]["exception"] == "ALARM_CONDITION"
    assert ended["sensorElementList"][0]["sensorReport"][0]["maxValue"] == 9.0
    assert began["readPoint"]["id"].endswith("/dairy")


async def test_a_batch_that_moved_has_two_stays_and_one_without_a_sensor_says_so(floor: Floor) -> None:
    floor.now = floor.now // FINE * FINE
    shop = History(floor)
    number = await shop.take_in()
    shop.say(300, 5)
    await shop.desk.move(number, "cleo", "")
    shop.say(900, 20)
    (stay,) = shop.trace().stays
    assert stay.until is not None
    assert (stay.warmest, stay.excursions) == (300, ())


async def test_the_command_tells_it_in_words_and_in_json(floor: Floor, tmp_path: Path) -> None:
    shop = History(floor)
    await shop.take_in()
    floor.now += MINUTE
    shop.sell(2, "L-7")
    app, run = build(["trace"]), CliRunner()
    told = run.invoke(app, ["trace", "L-7", "--data", str(tmp_path)])
    assert told.exit_code == 0, told.output
    assert "Batch L-7 of Whole milk 1 l" in told.output
    assert "receipt R-1: 2, this batch" in told.output
    assert "left: between 10 and 10" in told.output
    plain = run.invoke(app, ["trace", "L-7", "--json", "--data", str(tmp_path)])
    assert json.loads(plain.stdout)[0]["sold"] == 2
    assert run.invoke(app, ["trace", "L-0", "--data", str(tmp_path)]).exit_code == 1
    assert run.invoke(app, ["trace", "L-7", "--item", "12", "--data", str(tmp_path)]).exit_code == 2
