"""Agents on loopback, and the driver that asks them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from drivers.base import CouponAsk, Measure, Message, Sighting, Survey
from drivers.snmp import SnmpDriver
from simulators.snmp import Agent, Gear, User

USER = User("aisle", "an auth password", "a priv password")
LOGIN = {"user": USER.name, "auth_password": USER.auth_password, "priv_password": USER.priv_password}
COMMUNITY = "not-public"


class Ear:
    """A sink that keeps what it hears."""

    def __init__(self) -> None:
        self.surveys: list[Survey] = []
        self.hints: list[str] = []

    @property
    def last(self) -> dict[str, int | str]:
        return {one.name: one.value for one in self.surveys[-1].measures}

    def measure(self, name: str) -> Measure:
        return next(one for one in self.surveys[-1].measures if one.name == name)

    def measured(self, survey: Survey) -> None:
        self.surveys.append(survey)

    def hinted(self, device: str) -> None:
        self.hints.append(device)

    def seen(self, sighting: Sighting) -> None:
        raise AssertionError("network gear is asked; it is not sighted")

    def lost(self, device: str, why: str) -> None:
        raise AssertionError("whether gear is lost is not the driver's to say")

    def said(self, message: Message) -> None:
        raise AssertionError("network gear keeps no journal")

    def asked(self, device: str, n: int) -> None:
        raise AssertionError("network gear asks for no lease")

    def borrows(self, ask: CouponAsk) -> None:
        raise AssertionError("network gear borrows no coupon")

    def misspoke(self, device: str, why: str, said: bytes) -> None:
        raise AssertionError("a survey says so itself")


def options(agents: dict[str, Agent], **more: object) -> dict[str, object]:
    """What an operator would write for these agents."""
    devices = {}
    for name, agent in agents.items():
        host, port = agent.address
        secret: dict[str, object] = {"community": COMMUNITY} if agent.speaks_v2 else {"login": LOGIN}
        devices[name] = {"address": host, "port": port, "cycle_ports": [3], **secret}
    return {
        "devices": devices, "allow_special": ["127.0.0.0/8"], "answer_ms": 150, "survey_ms": 3_000, "off_ms": 10,
    } | more  # fmt: skip


@asynccontextmanager
async def room(
    *gear: Gear, v2: bool = False, **more: object
) -> AsyncIterator[tuple[SnmpDriver, Ear, dict[str, Agent]]]:
    """The driver, its sink, and an agent for each device by its name."""
    agents = {one.name: Agent(one, None if v2 else USER, COMMUNITY if v2 else None) for one in gear}
    for agent in agents.values():
        await agent.start()
    driver, ear = SnmpDriver(options(agents, **more)), Ear()
    await driver.start(ear)
    try:
        yield driver, ear, agents
    finally:
        await driver.stop()
        for agent in agents.values():
            agent.stop()
        await asyncio.sleep(0)


async def until(true: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)
