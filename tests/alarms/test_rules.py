"""Each rule of the shop: one thing that makes it fire, and the nearest thing that does not."""

import pytest

from edge.alarms.rules import HOUR, MINUTE, RULES, Measure, Observation
from tests.alarms.rig import Rig

NEARLY: dict[str, tuple[tuple[Measure, str, str | int], tuple[Measure, str, str | int]]] = {
    # rule: (what fires, what does not)
    "disk-full": ((Measure.DISK, "gateway", 4), (Measure.DISK, "gateway", 5)),
    "lane-call": ((Measure.LANE, "lane-1", "attendant"), (Measure.LANE, "lane-1", "seen")),
    "lane-out": ((Measure.LANE, "lane-1", "out"), (Measure.LANE, "lane-1", "closed")),
    "cold-excursion": ((Measure.COLD, "dairy", "excursion"), (Measure.COLD, "dairy", "warm")),
    "cold-silent": ((Measure.COLD, "dairy", "silent"), (Measure.COLD, "dairy", "in band")),
    "shop-full": ((Measure.CROWD, "shop", "full"), (Measure.CROWD, "shop", "fine")),
    "queue-long": ((Measure.QUEUE, "till 1", "long"), (Measure.QUEUE, "till 1", "short")),
    "camera-moved": ((Measure.AIM, "cam-1", 16), (Measure.AIM, "cam-1", 15)),
    "on-battery": ((Measure.POWER, "ups-1", "low"), (Measure.POWER, "ups-1", "mains")),
    "port-dead": ((Measure.PORT, "switch-1:7", "dead"), (Measure.PORT, "switch-1:7", "up")),
    "port-unfed": ((Measure.PORT, "switch-1:7", "unfed"), (Measure.PORT, "switch-1:7", "delivering")),
    "printer-stuck": ((Measure.PRINTER, "printer-1", "stuck"), (Measure.PRINTER, "printer-1", "printing")),
    "order-waits": ((Measure.ORDER, "O-1", "soon"), (Measure.ORDER, "O-1", "in-time")),
    "order-late": ((Measure.ORDER, "O-1", "late"), (Measure.ORDER, "O-1", "in-time")),
    "clock-doubted": ((Measure.CLOCK, "gateway", "doubted"), (Measure.CLOCK, "gateway", "trusted")),
    "line-down": ((Measure.LINE, "head-office", "offline"), (Measure.LINE, "head-office", "catching-up")),
    "labels-silent": ((Measure.SILENT_LABELS, "shop", 21), (Measure.SILENT_LABELS, "shop", 20)),
}
DEVICES: dict[str, tuple[tuple[str, str, int], tuple[str, str, int]]] = {
    # rule: (role, state that fires, battery), and the nearest that does not
    "till-lost": (("till", "lost", 3000), ("till", "ready", 3000)),
    "device-fault": (("label", "fault", 3000), ("label", "asleep", 3000)),
    "camera-blind": (("camera", "lost", 3000), ("camera", "init", 3000)),
    "device-lost": (("other", "lost", 3000), ("other", "ready", 3000)),
    "label-silent": (("label", "lost", 3000), ("label", "asleep", 3000)),
    "battery-low": (("label", "ready", 2499), ("label", "ready", 2500)),
}


def test_every_rule_is_tried() -> None:
    assert {rule.name for rule in RULES} == {*NEARLY, *DEVICES}


@pytest.mark.parametrize("name", NEARLY)
def test_a_measure_fires_its_rule_and_nothing_less_does(name: str) -> None:
    for (measure, subject, value), expected in zip(NEARLY[name], ([(name, NEARLY[name][0][1])], []), strict=True):
        rig = Rig()
        rig.said = {measure: [Observation(measure, subject, value)]}
        rig.look()
        rig.run(5 * HOUR, 10 * MINUTE)
        assert rig.open() == expected


@pytest.mark.parametrize("name", DEVICES)
def test_a_device_fires_its_rule_and_a_better_one_does_not(name: str) -> None:
    for (role, state, battery), expected in zip(DEVICES[name], ([(name, "thing")], []), strict=True):
        rig = Rig()
        rig.desk.device("thing", role)
        rig.sql("UPDATE device SET battery_mv = ? WHERE id = 'thing'", battery)
        rig.state("thing", state)
        rig.look()
        rig.run(2 * HOUR, 10 * MINUTE)
        assert rig.open() == expected


def test_nothing_fires_before_its_time() -> None:
    rig = Rig()
    rig.desk.device("till-1", "till")
    rig.state("till-1", "lost")
    rig.look()
    rig.look(2 * MINUTE - 1)
    assert rig.open() == []
    rig.look(1)
    assert rig.open() == [("till-lost", "till-1")]


@pytest.mark.parametrize(
    "change", ["UPDATE device SET enrolled = 0", "INSERT INTO covered VALUES ('thing', 'ana', 1, 1, 1)"]
)
def test_what_is_out_of_service_or_covered_is_nobodys_worry(change: str) -> None:
    rig = Rig()
    rig.desk.device("thing", "label")
    rig.state("thing", "lost")
    rig.sql(change)
    rig.look()
    rig.run(HOUR, 10 * MINUTE)
    assert rig.open() == []


def test_a_dead_port_explains_the_silence_of_what_hangs_there_and_of_nothing_else() -> None:
    rig = Rig()
    for till in ("till-1", "till-2"):
        rig.desk.device(till, "till")
        rig.state(till, "lost")
    rig.said = {Measure.PORT: [Observation(Measure.PORT, "switch-1:7", "dead", "Self-checkout 1", ("till-1",))]}
    rig.look()
    rig.run(10 * MINUTE)
    assert rig.open() == [("port-dead", "switch-1:7"), ("till-lost", "till-2")]
    rig.said = {Measure.PORT: []}  # the cable is in again, the till is not there yet
    rig.run(10 * MINUTE)
    assert rig.open() == [("till-lost", "till-2"), ("till-lost", "till-1")]


def test_an_order_has_one_ticket_at_a_time_and_none_once_it_is_put_aside() -> None:
    rig = Rig()
    for value, expected in (("soon", [("order-waits", "O-1")]), ("late", [("order-late", "O-1")]), ("", [])):
        rig.said = {Measure.ORDER: [Observation(Measure.ORDER, "O-1", value)] if value else []}
        rig.look()
        rig.look(5_000)
        assert rig.open() == expected


def test_where_nobody_watches_ports_a_silent_till_is_a_fault_of_its_own() -> None:
    rig = Rig(rules=tuple(rule for rule in RULES if rule.name != "port-dead"))
    rig.desk.device("till-1", "till")
    rig.state("till-1", "lost")
    rig.said = {Measure.PORT: [Observation(Measure.PORT, "switch-1:7", "dead", "", ("till-1",))]}
    rig.look()
    rig.run(10 * MINUTE)
    assert rig.open() == [("till-lost", "till-1")]
