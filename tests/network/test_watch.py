"""Gear on real sockets, watched by the real shell over the real store: what a person, the tills and head office see."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from drivers.snmp import SnmpDriver
from edge.alarms.rules import RULES
from edge.alarms.sources import devices, gather
from edge.devices.sink import DriverSink
from edge.intake import Intake
from edge.network.config import NetworkConfig
from edge.network.faults import network
from edge.network.verbs import PortPower
from edge.network.watch import NetworkWatch
from edge.power import PowerGuard, raises_held
from edge.views.network import GearKind, NetworkView, read_network
from simulators.snmp import Agent, Gear, Printer, Switch, Ups
from tests.console.floor import Floor, gtin, row
from tests.drivers.snmp.room import USER, options, until

CAMERA = "aa:bb:cc:00:00:01"
NOW = 1_793_619_600_000
MILK = gtin(1)


@dataclass
class Shop:
    """A floor, its gear, and how often the queue was nudged."""

    floor: Floor
    agents: dict[str, Agent]
    driver: SnmpDriver
    watch: NetworkWatch
    nudges: list[int]

    @property
    def view(self) -> NetworkView:
        with self.floor.store.reading() as db:
            return read_network(db)

    def one(self, name: str) -> "object":
        return next(one for one in self.view.gear if one.id == name)

    def kinds(self) -> list[str]:
        with self.floor.store.reading() as db:
            return [row[0] for row in db.conn.execute("SELECT kind FROM ledger ORDER BY seq")]

    def told(self) -> list[str]:
        with self.floor.store.reading() as db:
            return [row[0] for row in db.conn.execute("SELECT kind FROM outbox ORDER BY seq")]

    def faults(self) -> list[str]:
        """Rules that fire now, each as often as it does."""
        found = self.floor.do(lambda tx: gather(tx, (devices, network)))
        return [rule.name for rule in RULES for one in found.get(rule.measure, ()) if rule.test.holds(one.value, False)]


@asynccontextmanager
async def shop(folder: Path, *gear: Gear, run: bool = True, **more: object) -> AsyncIterator[Shop]:
    import time

    floor = Floor(folder, NOW, live=lambda: NOW + time.monotonic_ns() // 1_000_000)
    floor.engine = replace(floor.engine, pause=raises_held)
    agents = {one.name: Agent(one, USER) for one in gear}
    for agent in agents.values():
        await agent.start()
    driver = SnmpDriver(options(agents, trap_port=0, trap_bind="127.0.0.1"))
    nudges: list[int] = []
    power = PowerGuard(floor.store, floor.engine, lambda: nudges.append(1))
    config = NetworkConfig.model_validate({"every_seconds": 0.3, "hint_gap_seconds": 0.05} | more)
    watch = NetworkWatch({"snmp": driver}, floor.store, floor.registry, power, config,
                         lambda: time.monotonic_ns() // 1_000_000)  # fmt: skip
    loop = asyncio.get_running_loop()
    sink = DriverSink("snmp", "other", floor.store, floor.registry, Intake(floor.engine), lambda *_: None,
                      lambda *_: None, loop, watch.measured, watch.hinted)  # fmt: skip
    await watch.enrol()
    await driver.start(sink)
    task = asyncio.create_task(watch.run()) if run else None
    try:
        yield Shop(floor, agents, driver, watch, nudges)
    finally:
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await driver.stop()
        for agent in agents.values():
            agent.stop()
        await asyncio.sleep(0)
        floor.close()


async def ask(shop: Shop, name: str) -> None:
    """One survey, on record when this returns."""
    await shop.driver.survey(name)
    shop.floor.do(lambda tx: None)


async def test_a_switch_is_shown_with_its_ports_and_the_camera_on_port_three(tmp_path: Path) -> None:
    switch = Switch("sw-1", 4)
    switch.carry(3, CAMERA)
    async with shop(tmp_path, switch, run=False, hanging={"door-camera": CAMERA}) as made:
        await ask(made, "sw-1")
        (gear,) = made.view.gear
        assert (gear.kind, gear.name, [port.up for port in gear.ports]) == (GearKind.SWITCH, "sw-1", [True] * 4)
        camera = gear.ports[2]
        assert [one.device for one in camera.hanging] == ["door-camera"]
        assert camera.may_cycle
        assert made.faults() == []
        switch.ports[3].oper = 2
        await ask(made, "sw-1")
        assert made.view.gear[0].ports[2].in_trouble
        assert made.faults() == ["port-dead"]
        switch.ports[3].oper, switch.ports[1].oper = 1, 2  # nobody's port: no fault
        await ask(made, "sw-1")
        assert made.faults() == []


async def test_rates_a_reboot_and_a_move_are_on_record(tmp_path: Path) -> None:
    switch = Switch("sw-1", 4)
    switch.carry(3, CAMERA)
    async with shop(tmp_path, switch, run=False, hanging={"door-camera": CAMERA}) as made:
        await ask(made, "sw-1")
        await asyncio.sleep(0.05)
        await ask(made, "sw-1")
        rate = made.view.gear[0].ports[0].in_rate
        assert rate is not None
        assert rate > 0
        switch.reboot()
        await ask(made, "sw-1")
        assert made.view.gear[0].rebooted_at is not None
        assert "network.rebooted" in made.kinds()
        assert made.view.gear[0].ports[0].in_rate is None
        switch.carry(3)
        switch.carry(2, CAMERA)
        for _ in range(10):  # forwarding tables are asked for every tenth time
            await ask(made, "sw-1")
        assert [one.device for one in made.view.gear[0].ports[1].hanging] == ["door-camera"]
        assert "network.moved" in made.kinds()


async def test_kill_is_seen_within_two_surveys_and_revival_within_one(tmp_path: Path) -> None:
    async with shop(tmp_path, Switch("sw-1", 2), Switch("sw-2", 2)) as made:
        registry = made.floor.registry
        await until(lambda: all(str(registry.get(name).health.state) == "ready" for name in made.agents))  # type: ignore[union-attr]
        made.agents["sw-1"].faults.silent = True
        made.agents["sw-1"].asked = 0
        await until(lambda: str(registry.get("sw-1").health.state) == "lost")  # type: ignore[union-attr]
        assert made.agents["sw-1"].asked <= 6  # two surveys, each question asked twice; one may be on its way
        assert made.floor.registry.get("sw-2").health.state == "ready"  # type: ignore[union-attr]
        made.floor.do(lambda tx: None)
        assert made.faults() == ["device-lost"]
        made.agents["sw-1"].faults.silent = False
        await until(lambda: str(registry.get("sw-1").health.state) == "ready")  # type: ignore[union-attr]


async def test_a_trap_has_the_device_asked_at_once(tmp_path: Path) -> None:
    ups = Ups("ups-1")
    async with shop(tmp_path, ups, every_seconds=3600) as made:
        await until(lambda: made.view.supplies)
        ups.on_battery()
        assert made.driver.trap_address is not None
        made.agents["ups-1"].trap((1, 3, 6, 1, 2, 1, 33, 2, 1), made.driver.trap_address)
        await until(lambda: made.view.supplies[0].power == "battery")


async def test_on_battery_the_ledger_is_sealed_the_queue_sent_and_raises_wait(tmp_path: Path) -> None:
    ups = Ups("ups-1")
    async with shop(tmp_path, ups, run=False) as made:
        floor = made.floor
        await asyncio.to_thread(floor.till, "till-1")
        floor.change([row(MILK, 129)])
        await asyncio.to_thread(floor.label, "shelf-01", MILK, "Dairy 1")
        floor.answer()
        await ask(made, "ups-1")
        assert (made.view.supplies[0].power, made.view.held, made.nudges) == ("mains", "", [])
        ups.on_battery(minutes=38, charge=96)
        await ask(made, "ups-1")
        view = made.view
        assert (view.supplies[0].power, view.supplies[0].minutes) == ("battery", 38)
        assert "battery" in view.held
        assert made.nudges
        # The gateway commits all the time; a checkpoint that a reader put off is tried again after each.
        await until(lambda: (floor.do(lambda tx: None), made.view.checkpointed_at)[1])
        assert made.kinds()[-3:] == ["power.battery", "power.raises", "power.checkpoint"]
        assert made.told()[-2:] == ["power.battery", "ledger.head"]
        assert "on-battery" in made.faults()

        floor.change([row(MILK, 149)])  # a raise waits, on the label and at the till
        assert await asyncio.to_thread(charged, floor) == {"till-1": [129], "shelf-01": [129]}
        floor.change([row(MILK, 99)])  # a cut does not
        await asyncio.to_thread(floor.answer)
        assert await asyncio.to_thread(charged, floor) == {"till-1": [99], "shelf-01": [99]}
        floor.change([row(MILK, 139)])

        ups.on_mains()
        await ask(made, "ups-1")
        assert made.view.held == ""
        await asyncio.to_thread(floor.answer)
        assert await asyncio.to_thread(charged, floor) == {"till-1": [139], "shelf-01": [139]}
        assert made.kinds().count("power.mains") == 1
        assert "on-battery" not in made.faults()


def charged(floor: Floor) -> dict[str, list[int]]:
    """What each device may present now."""
    with floor.store.reading() as db:
        found: dict[str, list[int]] = {}
        for device, minor in db.conn.execute(
            "SELECT device, minor FROM showing WHERE until IS NULL ORDER BY device DESC, version"
        ):
            found.setdefault(device, []).append(minor)
        return found


async def test_head_office_hears_why_a_raise_waits(tmp_path: Path) -> None:
    ups = Ups("ups-1")
    async with shop(tmp_path, ups, run=False) as made:
        floor = made.floor
        await asyncio.to_thread(floor.till, "till-1")
        floor.change([row(MILK, 129)])
        floor.answer()
        ups.on_battery()
        await ask(made, "ups-1")
        floor.change([row(MILK, 149)])
        await asyncio.sleep(1.1)
        await floor.store.do(floor.engine.tick)
        with floor.store.reading() as db:
            (body,) = db.conn.execute("SELECT body FROM outbox ORDER BY seq DESC LIMIT 1").fetchone()
        assert "the shop runs on battery (ups-1)" in json.loads(body)["rows"][0]["why"]


async def test_a_supply_that_falls_silent_on_battery_releases_nothing_and_one_that_is_removed_does(
    tmp_path: Path,
) -> None:
    ups = Ups("ups-1")
    async with shop(tmp_path, ups, run=False) as made:
        ups.on_battery()
        await ask(made, "ups-1")
        made.agents["ups-1"].faults.silent = True
        with pytest.raises(Exception, match="no answer"):
            await made.driver.survey("ups-1")
        assert made.view.held
    async with shop(tmp_path, Switch("sw-1", 1), run=False) as made:
        assert made.view.held == ""
        assert [one.id for one in made.view.gear] == ["sw-1"]


async def test_a_port_is_cycled_by_a_named_person_and_only_where_that_is_allowed(tmp_path: Path) -> None:
    switch = Switch("sw-1", 4)
    async with shop(tmp_path, switch, run=False) as made:
        power = PortPower(made.floor.store, {"snmp": made.driver})
        with pytest.raises(ValueError, match="not on the list"):
            await power.cycle("sw-1", 1, "mara")
        assert switch.cycled == []
        await power.cycle("sw-1", 3, "mara")
        assert switch.cycled == [(3, 2), (3, 1)]
        assert made.kinds().count("network.cycled") == 2
        with made.floor.store.reading() as db:
            (who,) = db.conn.execute("SELECT who FROM audit WHERE did = 'cycle'").fetchone()
        assert who == "mara"
        made.agents["sw-1"].faults.silent = True
        with pytest.raises(ValueError, match="no answer"):
            await power.cycle("sw-1", 3, "mara")


async def test_a_printer_that_needs_a_hand_is_a_fault(tmp_path: Path) -> None:
    printer = Printer("printer-1")
    async with shop(tmp_path, printer, run=False) as made:
        await ask(made, "printer-1")
        assert made.faults() == []
        printer.errors = b"\x40"
        await ask(made, "printer-1")
        assert made.faults() == ["printer-stuck"]


async def test_history_is_kept_in_steps_and_bounded(tmp_path: Path) -> None:
    ups = Ups("ups-1")
    async with shop(tmp_path, ups, run=False, history_hours=1) as made:
        at: Callable[[], int] = made.floor.clock
        for minutes in range(0, 180, 5):
            made.floor.live = lambda minutes=minutes: NOW + minutes * 60_000
            ups.charge = minutes % 100
            await ask(made, "ups-1")
        with made.floor.store.reading() as db:
            steps = db.conn.execute(
                "SELECT step, low, high FROM measure_step WHERE name = 'ups.charge' ORDER BY step"
            ).fetchall()
        assert at() == NOW + 175 * 60_000
        assert 6 <= len(steps) <= 8
        assert steps[-1][1:] == (70, 75)
