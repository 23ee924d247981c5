"""Readings on their way: from a sensor's survey to the fridge, its curve, its ticket and the ledger."""

import pytest

from drivers.base import Measure, Survey
from edge.coldchain.config import FridgeConfig
from edge.coldchain.machine import Look
from edge.coldchain.records import FINE, KEEP, in_centi
from edge.coldchain.watch import ColdWatch
from edge.devices.health import State
from edge.views.fridges import Fridge, read_fridges
from edge.views.tickets import Ticket, open_tickets
from tests.console.floor import DAY, MINUTE, Floor

DAIRY = FridgeConfig(id="dairy", name="Dairy wall", place="Aisle 1", sensor="thermo-1")
FREEZER = FridgeConfig(id="freezer", sensor="switch-1", measure="sensor.3.value", band="frozen")


class Kitchen:
    """Two fridges in a shop whose time the test moves."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.watch = ColdWatch([DAIRY, FREEZER], floor.store, floor.registry)
        floor.do(self.watch.begin)

    def say(self, device: str, *measures: Measure) -> None:
        self.watch.measured(Survey(device, self.floor.now, self.floor.now, measures))
        self.pass_time(0)

    def warm(self, minutes: int, centi: int) -> None:
        for _ in range(minutes):
            self.say("switch-1", Measure("sensor.3.value", -20_500, "m°C"))
            self.say("thermo-1", Measure("temperature", centi, "c°C"), Measure("humidity", 6_400, "c%"))
            self.pass_time(MINUTE)

    def pass_time(self, length_ms: int) -> None:
        self.floor.now += length_ms
        self.floor.do(self.watch.look)
        self.floor.do(self.floor.alarms.look)

    def fridge(self, name: str) -> Fridge:
        with self.floor.store.reading() as database:
            return next(one for one in read_fridges(database, self.floor.now) if one.id == name)

    def tickets(self) -> list[Ticket]:
        with self.floor.store.reading() as database:
            return open_tickets(database)


@pytest.fixture
def kitchen(floor: Floor) -> Kitchen:
    return Kitchen(floor)


def test_a_fridge_that_drifts_gets_one_ticket_which_closes_when_it_is_cold_again(kitchen: Kitchen) -> None:
    kitchen.warm(5, 300)
    kitchen.warm(12, 700)
    (ticket,) = kitchen.tickets()
    assert (ticket.rule, ticket.name, ticket.place, ticket.critical) == (
        "cold-excursion",
        "Dairy wall",
        "Aisle 1",
        True,
    )
    assert ticket.why == "7.0 °C"
    kitchen.warm(14, 250)
    assert kitchen.tickets() == []
    with kitchen.floor.store.reading() as database:
        kinds = [kind for (kind,) in database.execute("SELECT kind FROM ledger WHERE kind LIKE 'cold.%' ORDER BY seq")]
    assert kinds == ["cold.excursion", "cold.back"]


def test_a_door_that_opens_raises_nothing(kitchen: Kitchen) -> None:
    for _ in range(4):
        kitchen.warm(10, 300)
        kitchen.warm(3, 1_200)
    assert kitchen.fridge("dairy").look == Look.OUTSIDE
    assert kitchen.tickets() == []


def test_a_sensor_that_falls_silent_is_one_ticket_and_no_more(kitchen: Kitchen) -> None:
    kitchen.warm(2, 300)
    kitchen.say("switch-1", Measure("sensor.3.value", -20_500, "m°C"))
    for _ in range(40):
        kitchen.say("switch-1", Measure("sensor.3.value", -20_500, "m°C"))
        kitchen.pass_time(MINUTE)
    assert [(one.rule, one.subject) for one in kitchen.tickets()] == [("cold-silent", "dairy")]
    known = kitchen.floor.registry.get("thermo-1")
    assert known is not None
    assert known.health.state in (State.INIT, State.LOST)


def test_gear_that_measures_in_thousandths_is_read_too(kitchen: Kitchen) -> None:
    kitchen.say("switch-1", Measure("sensor.3.value", -20_500, "m°C"))
    assert kitchen.fridge("freezer").centi == -2_050
    assert kitchen.fridge("dairy").look == Look.UNKNOWN


@pytest.mark.parametrize(
    "odd",
    [Measure("t", "warm", "c°C"), Measure("t", 2_000, "c%"), Measure("t", 60_000, "c°C"), Measure("t", -99_999, "m°C")],
)
def test_what_is_no_temperature_is_not_believed(odd: Measure) -> None:
    assert in_centi(odd) is None


def test_the_curve_is_bounded_and_keeps_the_extremes(kitchen: Kitchen) -> None:
    kitchen.floor.now = kitchen.floor.now // FINE * FINE
    for centi in (300, 250, 410, 330):
        kitchen.say("thermo-1", Measure("temperature", centi, "c°C"))
    (point,) = kitchen.fridge("dairy").curve
    assert (point.low, point.high) == (250, 410)
    kitchen.floor.now += KEEP[FINE] + DAY
    kitchen.say("thermo-1", Measure("temperature", 300, "c°C"))
    with kitchen.floor.store.reading() as database:
        steps = [step for (step,) in database.execute("SELECT step FROM cold_curve ORDER BY step, at")]
    assert steps == [FINE, 3_600_000, 3_600_000]


def test_a_fridge_that_left_the_configuration_is_forgotten(kitchen: Kitchen) -> None:
    kitchen.warm(1, 300)
    kitchen.watch = ColdWatch([FREEZER], kitchen.floor.store, kitchen.floor.registry)
    kitchen.floor.do(kitchen.watch.begin)
    with kitchen.floor.store.reading() as database:
        assert [one.id for one in read_fridges(database, kitchen.floor.now)] == ["freezer"]
        assert list(database.execute("SELECT 1 FROM cold_curve WHERE fridge = 'dairy'")) == []


def test_bands_are_the_plans_and_a_wrong_one_is_refused() -> None:
    assert (DAIRY.limits().low, DAIRY.limits().high) == (0, 400)
    assert (FREEZER.limits().low, FREEZER.limits().high) == (None, -1_800)
    with pytest.raises(ValueError, match="wider"):
        FridgeConfig(id="x", sensor="y", low=3, high=3.5)
