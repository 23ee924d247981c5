"""SNMP agents, each surveyed again and again. What floods or misspeaks are agents of `simulators.snmp` with faults."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from drivers.snmp import SnmpDriver
from tests.bench.broken.lines import names
from tests.bench.broken.rig import ODD, Break, Heard, ask_all

SOUND = 3
EVERY_S = 0.25
PORTS = 3
LOGIN = {"user": "aisle", "auth_password": "an auth password", "priv_password": "a priv password"}
FAULTS: dict[Break, tuple[str, object, object]] = {
    Break.HANGS: ("silent", True, False),
    Break.FLOODS: ("flood", 200, 0),
    Break.MISSPEAKS: ("garbage", True, False),
}
"""The agent's own name of the fault, its value, and the value of a good agent."""


class Agents:
    """Agents behind the SNMP driver."""

    def __init__(self, driver: SnmpDriver, odd: asyncio.subprocess.Process, heard: Heard) -> None:
        self._driver, self._odd, self._heard = driver, odd, heard

    async def serve(self, seconds: float) -> list[float]:
        """Survey."""
        return await ask_all([*names(SOUND), ODD], self._driver.survey, seconds, EVERY_S, self._heard)

    async def become(self, fault: Break | None) -> None:
        """Break."""
        for one, (name, bad, good) in FAULTS.items():
            await self._order(fault=name, value=bad if one is fault else good)

    def complaints(self) -> list[str]:
        """What was said of it."""
        return self._heard.of(ODD)

    async def _order(self, **what: object) -> None:
        if self._odd.stdin is None or self._odd.stdout is None:
            raise RuntimeError("the agent's process has no pipes")
        self._odd.stdin.write(json.dumps({"agent": 0, **what}).encode() + b"\n")
        await self._odd.stdin.drain()
        await self._odd.stdout.readline()


@asynccontextmanager
async def agents(_folder: Path) -> AsyncIterator[Agents]:
    """Switches; the odd one in a process of its own."""
    async with AsyncExitStack() as stack:
        _, sound = await stack.enter_async_context(_started(SOUND))
        odd, found = await stack.enter_async_context(_started(1))
        addresses = dict(zip([*names(SOUND), ODD], [*sound, *found], strict=True))
        devices = {name: {"address": host, "port": port, "login": LOGIN} for name, (host, port) in addresses.items()}
        driver, heard = SnmpDriver({"devices": devices, "allow_special": ["127.0.0.0/8"], "answer_ms": 300}), Heard()
        await driver.start(heard)
        stack.push_async_callback(driver.stop)
        for name in devices:
            await driver.survey(name)  # engines are made and keys derived once
        yield Agents(driver, odd, heard)


@asynccontextmanager
async def _started(count: int) -> AsyncIterator[tuple[asyncio.subprocess.Process, list[tuple[str, int]]]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators.snmp", "--count", str(count), "--supplies", "0", "--ports", str(PORTS),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the agents' process has no pipes")
    try:
        yield process, json.loads(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()
