"""Fifty simulated SNMP agents, watched by the real shell over the real store, with a shortened period.

The agents live in a process of their own. What is measured: how long a survey takes, how late the event loop gets, and
when a dead agent, a revived one and a supply on battery are seen. What one broken agent does to the others is measured
with every other kind of device: see `tests.bench.broken`.
"""

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.errors import DeviceError
from drivers.snmp import SnmpDriver
from edge.devices.registry import Registry
from edge.devices.sink import DriverSink
from edge.intake import Intake
from edge.network.config import NetworkConfig
from edge.network.watch import NetworkWatch
from edge.power import PowerGuard, raises_held
from edge.prices.engine import PriceEngine
from edge.store import Store
from edge.views.network import read_network
from tests.bench.figure import Figure, Say
from tests.bench.idle import listen, percentile

AGENTS, PORTS = 50, 3
"""Three ports make a switch of some forty objects."""
FOREVER = 3_600.0
PERIOD_S = 6.0
"""A tenth of the minute that a shop uses: ten times its load."""
ROUNDS = 4
LOGIN = {"user": "aisle", "auth_password": "an auth password", "priv_password": "a priv password"}


class Timed(SnmpDriver):
    """The driver, with a stopwatch. `took`: seconds of each survey that was answered, by device."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(options)
        self.took: dict[str, list[float]] = {}
        self.ended: dict[str, int] = {}

    async def survey(self, device: str) -> None:
        """Survey, and note how long it took."""
        began = time.perf_counter()
        try:
            await super().survey(device)
        except DeviceError:
            self.ended[device] = self.ended.get(device, 0) + 1
            raise
        self.ended[device] = self.ended.get(device, 0) + 1
        self.took.setdefault(device, []).append(time.perf_counter() - began)


@dataclass(slots=True)
class Bench:
    """The shop that is measured."""

    driver: Timed
    store: Store
    registry: Registry
    agents: asyncio.subprocess.Process
    late: list[float]

    async def order(self, **what: object) -> None:
        """Have an agent change."""
        if self.agents.stdin is None or self.agents.stdout is None:
            raise RuntimeError("the agents' process has no pipes")
        self.agents.stdin.write(json.dumps(what).encode() + b"\n")
        await self.agents.stdin.drain()
        await self.agents.stdout.readline()

    async def polls_until(self, device: str, true: Callable[[], bool]) -> int:
        """How many surveys of the device end until something is so."""
        before = self.driver.ended.get(device, 0)
        async with asyncio.timeout(10 * PERIOD_S):
            while not true():
                await asyncio.sleep(0.005)
        return self.driver.ended.get(device, 0) - before

    def times(self) -> list[float]:
        """Every survey of every device."""
        return [took for all_of_it in self.driver.took.values() for took in all_of_it]


def snmp_watch(say: Say) -> list[Figure]:
    """Figures of judged lines: surveys, lag, kill and revival, battery."""
    return asyncio.run(_measure(say))


async def _measure(say: Say) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        async with _bench(Path(folder)) as bench:
            say(f"SNMP: {AGENTS} agents meet their driver")
            await asyncio.sleep(PERIOD_S * 2 + 4)  # engines are made and keys derived once
            bench.driver.took.clear()
            bench.late.clear()
            used = resource.getrusage(resource.RUSAGE_SELF)
            say(f"SNMP: {AGENTS} agents every {PERIOD_S:.0f} s")
            idle = await _idle_lag(PERIOD_S * ROUNDS)
            now = resource.getrusage(resource.RUSAGE_SELF)
            cpu = (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime) / (PERIOD_S * ROUNDS)
            return [*_pace(bench, cpu, idle), *await _deaths(bench, say)]


def _pace(bench: Bench, cpu: float, idle: float) -> list[Figure]:
    surveys, late = bench.times(), bench.late
    with bench.store.reading() as db:
        (objects,) = db.conn.execute("SELECT COUNT(*) FROM measure WHERE device = 'switch-1'").fetchone()
    survey, lag = percentile(surveys, 95), percentile(late, 99) * 1000
    note = f"{len(surveys)} surveys by v3; a switch gives {objects} figures; period {PERIOD_S:.0f} s, not 60"
    return [
        Figure(f"SNMP survey, p95 of {AGENTS} agents", survey, "s", target="≤ 1 s", met=survey <= 1, note=note),
        Figure("Event loop late, p99", lag, "ms", idle, None, "≤ 50 ms", lag <= 50,
               f"beside an idle loop at the same time; {cpu:.0%} of a core, a tenth of it at a period of 60 s"),
    ]  # fmt: skip


async def _deaths(bench: Bench, say: Say) -> list[Figure]:
    say("SNMP: an agent dies, comes back, and the mains fail")

    def state(device: str) -> str:
        known = bench.registry.get(device)
        return known.health.state.value if known else ""

    def power() -> str:
        with bench.store.reading() as db:
            view = read_network(db)
        return view.supplies[0].power if view.supplies else ""

    def sealed() -> bool:
        with bench.store.reading() as db:
            return read_network(db).checkpointed_at is not None

    await bench.order(agent=7, fault="silent", value=True)
    down = await bench.polls_until("switch-7", lambda: state("switch-7") == "lost")
    await bench.order(agent=7, fault="silent", value=False)
    up = await bench.polls_until("switch-7", lambda: state("switch-7") == "ready")
    await bench.order(agent=0, battery=True)
    battery = await bench.polls_until("ups-0", lambda: power() == "battery")
    began = time.perf_counter()
    await bench.polls_until("ups-0", sealed)
    took = (time.perf_counter() - began) * 1000
    return [
        Figure("Surveys until a dead agent is seen", down, "", target="≤ 2", met=down <= 2),
        Figure("Surveys until a revived agent is seen", up, "", target="≤ 1", met=up <= 1),
        Figure("Surveys until battery is shown", battery, "", target="≤ 1", met=battery <= 1,
               note=f"the ledger was checkpointed {took:.0f} ms after that"),
    ]  # fmt: skip


@asynccontextmanager
async def _agents() -> AsyncIterator[tuple[asyncio.subprocess.Process, list[tuple[str, int]]]]:
    """Agents in a process of their own, and their addresses."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators.snmp", "--count", str(AGENTS), "--supplies", "1", "--ports", str(PORTS),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=dict(os.environ),
    )  # fmt: skip
    if process.stdout is None or process.stdin is None:
        raise RuntimeError("the agents' process has no pipes")
    try:
        yield process, json.loads(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def _bench(folder: Path) -> AsyncIterator[Bench]:
    async with _agents() as (agents, addresses):
        devices = {
            "ups-0" if number == 0 else f"switch-{number}": {"address": host, "port": port, "login": LOGIN}
            for number, (host, port) in enumerate(addresses)
        }
        async with _watching(folder, devices) as (driver, store, registry, late):
            yield Bench(driver, store, registry, agents, late)


@asynccontextmanager
async def _watching(folder: Path, devices: dict[str, Any]) -> AsyncIterator[tuple[Timed, Store, Registry, list[float]]]:
    driver = Timed({"devices": devices, "allow_special": ["127.0.0.0/8"]})
    store, engine = Store(folder / "store.db", _now, epoch=1), PriceEngine(pause=raises_held)
    registry = Registry(store, _now, 120_000)
    config = NetworkConfig(every_seconds=PERIOD_S)
    watch = NetworkWatch({"snmp": driver}, store, registry, PowerGuard(store, engine, lambda: None), config, _steady)
    sink = DriverSink("snmp", "other", store, registry, Intake(engine), lambda *_: None, lambda *_: None,
                      asyncio.get_running_loop(), watch.measured, watch.hinted)  # fmt: skip
    await watch.enrol()
    await driver.start(sink)
    late: list[float] = []
    tasks = [asyncio.create_task(watch.run()), asyncio.create_task(listen(late, FOREVER))]
    try:
        yield driver, store, registry, late
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await driver.stop()
        store.close()


async def _idle_lag(seconds: float) -> float:
    """The loop's lateness in a process that does nothing else, in milliseconds, at the same time."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.idle", str(seconds), stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
    )
    said, _ = await process.communicate()
    return float(said)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _steady() -> int:
    return time.monotonic_ns() // 1_000_000
