"""`python -m tests.soak`: cameras for as long as you like, whose processes are killed at random. What it looks for:
memory that grows, pictures that were counted too late, cameras that suffer for others, and pictures left anywhere.

`--day` is a shop's day, from two in the afternoon to two in the afternoon, for which time runs twelve times faster.
"""

import asyncio
import os
import random
import signal
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Annotated

import cv2
import numpy as np
import psutil
import typer
from rich.console import Console

from edge.vision import CameraConfig, CameraLost, Crossing, Health, VisionFact, VisionSupervisor
from simulators.camera.mjpeg import streaming
from tests.soak.day import DAY_S, FPS, HOUR_S, NIGHT_LIGHT, Day, film
from tests.soak.faster import again_at, is_faster
from tests.vision.traces import marks_of, picture_traces

OLDEST_MS = 1000
MOST_GROWTH = 0.05
"""Of the memory after the first minutes."""
BACK_WITHIN_S = 15.0
"""Of the machine's own time: a process starts no faster because time runs faster for it."""
DAY_BEGINS = datetime(2026, 3, 2, 14, tzinfo=UTC)
"""Busy hours first and last, so that the memory of both may be compared."""
SPEED = 12.0
MEASURED = 480
"""So often, at most; never more often than every 15 s."""


@dataclass
class Soak:
    """What was seen so far. Memory in MiB that nobody else has a part in, of this process and all its children."""

    patience_s: float
    supervisor: VisionSupervisor | None = None
    oldest_ms: int = 0
    crossings: int = 0
    lost: list[str] = field(default_factory=list)
    seen: dict[str, float] = field(default_factory=dict)
    back: dict[str, float] = field(default_factory=dict)
    """First sign of each camera after it was lost."""
    memory: list[float] = field(default_factory=list)
    outages: list[float] = field(default_factory=list)

    def heard(self, fact: VisionFact) -> None:
        """Take a fact."""
        match fact:
            case Health():
                self.oldest_ms = max(self.oldest_ms, fact.age_ms)
                self.seen[fact.camera] = time.monotonic()
                if fact.camera in self.lost:
                    self.back.setdefault(fact.camera, time.monotonic())
            case Crossing():
                self.crossings += 1
            case CameraLost():
                self.lost.append(fact.camera)

    async def kill_one(self, source: random.Random) -> str:
        """Kill one process, and wait until every camera is back. Returns what happened."""
        assert self.supervisor is not None
        takers = {pid: camera for camera, pid in self.supervisor.pids().items()}
        victim = source.choice([*takers, *self.supervisor.worker_pids()])
        self.lost.clear()
        self.back.clear()
        began = time.monotonic()
        os.kill(victim, signal.SIGKILL)
        cameras = list(self.seen)
        while any(self.seen[camera] <= began + 0.5 for camera in cameras) or time.monotonic() < began + 5:
            if time.monotonic() > began + 4 * self.patience_s:
                self.outages.append(time.monotonic() - began)
                return f"killed {takers.get(victim, 'a worker')}: not back after {self.outages[-1]:.0f} s"
            await asyncio.sleep(0.1)
        self.outages.append(max(self.back.values(), default=began) - began)
        who = ", ".join(sorted(set(self.lost))) or "nobody"
        return f"killed {takers.get(victim, 'a worker')}: lost {who} for {self.outages[-1]:.1f} s"

    def measure(self) -> float:
        """Memory now."""
        own = psutil.Process()
        total = 0
        for process in (own, *own.children(recursive=True)):
            try:
                total += process.memory_full_info().uss
            except psutil.Error:
                continue
        self.memory.append(total / 2**20)
        return self.memory[-1]


def main(
    minutes: Annotated[float, typer.Option(min=0.2, help="How long")] = 10,
    cameras: Annotated[int, typer.Option(min=1, max=64)] = 4,
    kill_every_s: Annotated[float, typer.Option(help="Nothing is killed in the last third")] = 30,
    seed: Annotated[int, typer.Option()] = 1,
    day: Annotated[bool, typer.Option("--day", help="A shop's day and night; minutes are those of a day")] = False,
    speed: Annotated[float, typer.Option(min=1, max=60, help="How much faster time runs; a day: 12")] = 1,
) -> None:
    """Watch, kill, measure; exit code 1 when anything is not as it should be."""
    out = Console(highlight=False)
    if day:
        minutes, kill_every_s, speed = DAY_S / 60, max(kill_every_s, DAY_S / 96), speed if speed > 1 else SPEED
    if speed > 1 and not is_faster():
        raise typer.Exit(again_at(speed, DAY_BEGINS))
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        shown = _shown(Path(folder), seed, day)
        home = Path(folder) / "home"
        home.mkdir()
        os.environ.update(HOME=str(home), TMPDIR=str(home), PYTHONDONTWRITEBYTECODE="1")
        os.chdir(home)
        soak = Soak(BACK_WITHIN_S * speed)
        with streaming(shown, FPS) as port:
            asyncio.run(_soak(soak, out, port, minutes * 60, cameras, kill_every_s, random.Random(seed)))
        middle = shown.opened.pictures[len(shown.opened.pictures) // 2]
        picture = np.asarray(cv2.imdecode(np.frombuffer(middle, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        traces = list(picture_traces([home, Path("/dev/shm")], marks_of(picture)))
    third = max(len(soak.memory) // 3, 1)
    early, late = median(soak.memory[1 : third + 1] or soak.memory), median(soak.memory[-third:])
    growth, outage = (late - early) / early, max(soak.outages, default=0)
    out.print(f"memory     {early:.0f} → {late:.0f} MiB, {growth:+.1%} (at most {MOST_GROWTH:+.0%})")
    out.print(f"oldest     {soak.oldest_ms} ms of all pictures that were counted (at most {OLDEST_MS})")
    out.print(f"killed     {len(soak.outages)} times; all back after {outage:.1f} s at the longest")
    out.print(f"crossings  {soak.crossings} of about {cameras * shown.crossings(minutes * 60):.0f}")
    out.print(f"pictures   {'; '.join(traces) or 'none on any disk'}")
    fine = growth <= MOST_GROWTH and soak.oldest_ms <= OLDEST_MS and outage <= soak.patience_s and not traces
    out.print("fine" if fine else "NOT fine")
    raise typer.Exit(0 if fine else 1)


def _shown(folder: Path, seed: int, day: bool) -> Day:
    opened = film(folder, seed)
    closed = film(folder, seed, people=0, light=NIGHT_LIGHT) if day else opened
    return Day(opened, closed, DAY_BEGINS.hour * HOUR_S)


async def _soak(
    soak: Soak, out: Console, port: int, seconds: float, cameras: int, every_s: float, source: random.Random
) -> None:
    options = {"allow_special": ["127.0.0.0/8"], "ports": [port], "bridge_wait_ms": 200}
    configs = [
        CameraConfig.model_validate({
            "id": f"camera-{number}", "address": f"http://127.0.0.1:{port}/{number}", "options": options,
            "line": ((0.0, 0.64), (1.0, 0.64)), "health_s": 1,
        })
        for number in range(cameras)
    ]  # fmt: skip
    soak.supervisor = VisionSupervisor(configs, soak.heard)
    await soak.supervisor.start()
    try:
        while len(soak.seen) < cameras:
            await asyncio.sleep(0.2)
        began = measured = killed = time.monotonic()
        while (now := time.monotonic()) < began + seconds:
            at = f"{datetime.now(UTC):%H:%M:%S}"
            if every_s and now - killed >= every_s and now < began + seconds * 2 / 3:
                out.print(f"{at}  {await soak.kill_one(source)}")
                killed = time.monotonic()
            if now - measured >= max(seconds / MEASURED, 15):
                measured = now
                out.print(f"{at}  {soak.measure():.0f} MiB, oldest {soak.oldest_ms} ms, {soak.crossings} crossings")
            await asyncio.sleep(0.5)
    finally:
        await soak.supervisor.stop()


if __name__ == "__main__":
    typer.run(main)
