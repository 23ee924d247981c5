"""What the driver makes of real answers on a real socket."""

import pytest

from drivers.base import Neighbour
from drivers.errors import Misspoke, Refused, Unreachable
from drivers.snmp import SnmpDriver
from simulators.snmp import Agent, Printer, Sensor, Switch, Ups
from tests.drivers.snmp.room import USER, options, room, until

CAMERA, PRINTER = "aa:bb:cc:00:00:01", "aa:bb:cc:00:00:02"


@pytest.mark.parametrize("v2", [False, True])
async def test_a_switch_tells_ports_counters_power_and_what_hangs_on_it(v2: bool) -> None:
    switch = Switch("sw-1", 4)
    switch.carry(3, CAMERA)
    switch.carry(4, PRINTER, "aa:bb:cc:00:00:03")
    switch.meet(2, "door-camera")
    switch.ports[3].poe, switch.ports[1].oper = 3, 2
    switch.ports[3].alias = "camera at the door"
    switch.count(3, 1 << 40)
    switch.ports[3].rate = 0
    async with room(switch, v2=v2) as (driver, ear, _):
        await driver.survey("sw-1")
        assert ear.last["port.3.state"] == "up"
        assert ear.last["port.1.state"] == "down"
        assert ear.last["port.3.alias"] == "camera at the door"
        assert ear.last["port.3.power"] == "delivering"
        assert (ear.last["power.watts"], ear.last["power.budget"]) == (31, 120)
        counter = ear.measure("port.3.in")
        assert (counter.value, counter.unit, counter.bits) == (1 << 40, "octets", 64)
        assert ear.surveys[-1].neighbours == (
            Neighbour(2, name="door-camera"),
            Neighbour(3, mac=CAMERA),
            Neighbour(4, mac=PRINTER),
            Neighbour(4, mac="aa:bb:cc:00:00:03"),
        )
        await driver.survey("sw-1")
        assert ear.surveys[-1].neighbours is None  # long tables are asked for seldom


async def test_old_switches_count_in_32_bits() -> None:
    switch = Switch("old", 1)
    switch.wide_counters = False
    switch.count(1, (1 << 32) + 5)
    switch.ports[1].rate = 0
    async with room(switch) as (driver, ear, _):
        await driver.survey("old")
        assert (ear.measure("port.1.in").value, ear.measure("port.1.in").bits) == (5, 32)


async def test_a_power_supply_a_printer_and_a_sensor() -> None:
    ups, printer, sensor = Ups("ups-1"), Printer("printer-1"), Sensor("cold-1")
    printer.errors, sensor.tenths = b"\x44", -183
    async with room(ups, printer, sensor) as (driver, ear, _):
        await driver.survey("ups-1")
        assert (ear.last["ups.source"], ear.last["ups.minutes"], ear.last["ups.charge"]) == ("mains", 42, 100)
        ups.on_battery(minutes=4)
        await driver.survey("ups-1")
        assert (ear.last["ups.source"], ear.last["ups.battery"], ear.last["ups.minutes"]) == ("battery", "low", 4)
        await driver.survey("printer-1")
        assert ear.last["printer.faults"] == "no paper, jammed"  # the first bit is the most significant one
        assert (ear.last["supply.1.level"], ear.last["tray.1.level"]) == (64, 72)
        await driver.survey("cold-1")
        assert ear.last["sensor.1.value"] == -18_300
        assert ear.last["disk.1.used"] == 40
        sensor.status = 3
        await driver.survey("cold-1")
        assert ear.last["sensor.1.state"] == "no value"
        assert "sensor.1.value" not in ear.last


async def test_no_answer_wrong_login_and_nobody_there() -> None:
    switch = Switch("sw-1", 1)
    async with room(switch) as (driver, ear, agents):
        agents["sw-1"].faults.silent = True
        with pytest.raises(Unreachable, match="down, or wrong credentials"):
            await driver.survey("sw-1")
        agents["sw-1"].faults.silent = False
        await driver.survey("sw-1")
        wrong = SnmpDriver(
            options(agents)
            | {"devices": {"sw-1": {"address": "127.0.0.1", "port": agents["sw-1"].address[1],
                                    "login": {"user": "aisle", "auth_password": "something else",
                                              "priv_password": "a priv password"}}}}
        )  # fmt: skip
        await wrong.start(ear)
        with pytest.raises(Refused, match="does not accept the SNMP login"):
            await wrong.survey("sw-1")
        await wrong.stop()
        agents["sw-1"].stop()
        with pytest.raises(Unreachable):
            await driver.survey("sw-1")
        await agents["sw-1"].start()
        await driver.survey("sw-1")


@pytest.mark.parametrize(
    ("fault", "what"),
    [("garbage", Unreachable), ("wrong_id", Misspoke), ("wrong_types", Misspoke), ("endless", Misspoke),
     ("huge", Unreachable)],
)  # fmt: skip
async def test_a_broken_agent_is_told_apart_and_forgiven(fault: str, what: type[Exception]) -> None:
    async with room(Switch("sw-1", 4)) as (driver, ear, agents):
        setattr(agents["sw-1"].faults, fault, True)
        with pytest.raises(what):
            await driver.survey("sw-1")
        assert ear.surveys == []
        setattr(agents["sw-1"].faults, fault, False)
        await driver.survey("sw-1")
        assert ear.last["port.4.state"] == "up"


async def test_a_flood_is_not_listened_to() -> None:
    async with room(Switch("sw-1", 4)) as (driver, ear, agents):
        agents["sw-1"].faults.flood = 400
        with pytest.raises((Misspoke, Unreachable)):
            await driver.survey("sw-1")
        agents["sw-1"].faults.flood = 0
        await driver.survey("sw-1")
        assert ear.last["port.1.state"] == "up"


async def test_a_slow_agent_ends_in_time() -> None:
    async with room(Switch("sw-1", 24), answer_ms=400, survey_ms=700) as (driver, _, agents):
        agents["sw-1"].faults.slow_ms = 120
        with pytest.raises(Unreachable, match="more than 700 ms"):
            await driver.survey("sw-1")
        agents["sw-1"].faults.slow_ms = 0


async def test_an_agent_that_restarts_or_is_replaced_is_understood_again() -> None:
    switch = Switch("sw-1", 1)
    async with room(switch) as (driver, ear, agents):
        await driver.survey("sw-1")
        switch.reboot()  # the engine's clock begins anew, and its boots grow
        await driver.survey("sw-1")
        assert ear.measure("system.uptime").value in range(1_000)
        old = agents["sw-1"]
        old.stop()
        agents["sw-1"] = Agent(Switch("other", 2), USER)
        await agents["sw-1"].start(port=old.address[1])
        for _ in range(6):
            try:
                await driver.survey("sw-1")
            except (Unreachable, Refused, Misspoke):
                continue
            break
        assert ear.last["system.name"] == "other"


async def test_a_trap_is_a_hint_from_a_known_address() -> None:
    async with room(Ups("ups-1"), trap_port=0, trap_bind="127.0.0.1") as (driver, ear, agents):
        assert driver.trap_address is not None
        agents["ups-1"].trap((1, 3, 6, 1, 2, 1, 33, 2, 1), driver.trap_address)
        await until(lambda: ear.hints)
        assert ear.hints == ["ups-1"]
        assert ear.surveys == []


async def test_a_port_is_switched_off_and_on_only_where_that_is_allowed() -> None:
    switch = Switch("sw-1", 4)
    async with room(switch) as (driver, _, _agents):
        with pytest.raises(Refused, match="not on the list"):
            await driver.cycle_power("sw-1", 4)
        assert switch.cycled == []
        await driver.cycle_power("sw-1", 3)
        assert switch.cycled == [(3, 2), (3, 1)]
        assert switch.ports[3].poe_admin == 1


async def test_a_port_ends_with_power_even_when_the_switch_loses_answers() -> None:
    switch = Switch("sw-1", 4)
    async with room(switch) as (driver, _, agents):
        agents["sw-1"].faults.drop_every = 3
        await driver.cycle_power("sw-1", 3)
        assert switch.ports[3].poe_admin == 1


async def test_one_broken_agent_leaves_the_others_alone() -> None:
    good = [Switch(f"sw-{n}", 2) for n in range(4)]
    async with room(*good, Switch("bad", 2)) as (driver, ear, agents):
        agents["bad"].faults.flood = 200
        for one in good:
            await driver.survey(one.name)
        with pytest.raises((Misspoke, Unreachable)):
            await driver.survey("bad")
        for one in good:
            await driver.survey(one.name)
        assert len(ear.surveys) == 8
