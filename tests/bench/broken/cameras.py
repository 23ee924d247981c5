"""Cameras, each watched by a process of its own: how old a picture is when it has been looked at."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from edge.vision.config import CameraConfig
from edge.vision.facts import CameraLost, Health, VisionFact
from edge.vision.supervisor import VisionSupervisor
from tests.bench.broken.lines import names
from tests.bench.broken.rig import ODD, Break, Far, far

SOUND = 2
TELLS_S = 0.1


class Cameras:
    """Cameras behind the supervisor of the gateway."""

    def __init__(self, odd: Far) -> None:
        self._odd = odd
        self._said: list[str] = []
        self._ages: list[float] = []
        self.watched: set[str] = set()

    async def serve(self, seconds: float) -> list[float]:
        """Watch."""
        self._ages.clear()
        await asyncio.sleep(seconds)
        return list(self._ages)

    async def become(self, fault: Break | None) -> None:
        """Break."""
        await self._odd.order(fault=fault or "")

    def complaints(self) -> list[str]:
        """What was said of it."""
        return self._said

    def hear(self, fact: VisionFact) -> None:
        """What a worker tells."""
        match fact:
            case Health() if fact.camera != ODD:
                self.watched.add(fact.camera)
                self._ages.append(fact.age_ms / 1000)
            case CameraLost() if fact.camera == ODD:
                self._said.append(fact.why)
            case _:
                pass


@asynccontextmanager
async def cameras(_folder: Path) -> AsyncIterator[Cameras]:
    """Cameras that send ten pictures a second; a silent one is given up after a second here, not after five."""
    async with far("far_cameras", SOUND) as sound, far("far_cameras", 1, "odd") as odd:
        group = Cameras(odd)
        ports = dict(zip([*names(SOUND), ODD], [*sound.facts, *odd.facts], strict=True))
        options = {"allow_special": ["127.0.0.0/8"], "networks": ["127.0.0.0/8"], "ports": list(ports.values()),
                   "read_timeout_ms": 1000, "bridge_tries": 0}  # fmt: skip
        watched = [
            CameraConfig.model_validate(
                {"id": name, "address": f"http://127.0.0.1:{port}/", "options": options, "fps": 10, "health_s": TELLS_S}
            )
            for name, port in ports.items()
        ]
        supervisor = VisionSupervisor(watched, group.hear)
        await supervisor.start()
        try:
            async with asyncio.timeout(60):
                while len(group.watched) < SOUND:
                    await asyncio.sleep(0.05)
            yield group
        finally:
            await supervisor.stop()
