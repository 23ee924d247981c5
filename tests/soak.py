"""`python -m tests.soak`: cameras for as long as you like, whose processes are killed at random. What it looks for:
memory that grows, pictures that were counted too late, cameras that suffer for others, and pictures left anywhere.
"""

import asyncio
import os
import random
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Annotated

import cv2
import numpy as np
import psutil
import typer
from rich.console import Console

from edge.vision import CameraConfig, CameraLost, Crossing, Health, VisionFact, VisionSupervisor
from simulators.camera import make_clip
from simulators.camera.mjpeg import streaming
from tests.vision.traces import marks_of, picture_traces

FILM_S = 60
OLDEST_MS = 1000
MOST_GROWTH = 0.05
"""Of the memory after the first minutes."""
BACK_WITHIN_S = 15.0


@dataclass
class Soak:
    """What was seen so far. Memory in MiB that nobody else has a part in, of this process and all its children."""

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
            if time.monotonic() > began + 60:
                return f"killed {takers.get(victim, 'a worker')}: not back after 60 s"
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
) -> None:
    """Watch, kill, measure; exit code 1 when anything is not as it should be."""
    out = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        jpegs, entered = _film(Path(folder) / "film.avi", seed)
        home = Path(folder) / "home"
        home.mkdir()
        os.environ.update(HOME=str(home), TMPDIR=str(home), PYTHONDONTWRITEBYTECODE="1")
        os.chdir(home)
        with streaming(jpegs) as port:
            soak = asyncio.run(_soak(out, port, minutes * 60, cameras, kill_every_s, random.Random(seed)))
        middle = np.asarray(cv2.imdecode(np.frombuffer(jpegs[len(jpegs) // 2], np.uint8), cv2.IMREAD_COLOR), np.uint8)
        traces = list(picture_traces([home, Path("/dev/shm")], marks_of(middle)))
    third = max(len(soak.memory) // 3, 1)
    early, late = median(soak.memory[1 : third + 1] or soak.memory), median(soak.memory[-third:])
    growth = (late - early) / early
    out.print(f"memory     {early:.0f} → {late:.0f} MiB, {growth:+.1%} (at most {MOST_GROWTH:+.0%})")
    out.print(f"oldest     {soak.oldest_ms} ms of all pictures that were counted (at most {OLDEST_MS})")
    out.print(
        f"killed     {len(soak.outages)} times; all back after {max(soak.outages, default=0):.1f} s at the longest"
    )
    out.print(f"crossings  {soak.crossings} of about {entered * cameras * minutes * 60 / FILM_S:.0f}")
    out.print(f"pictures   {'; '.join(traces) or 'none on any disk'}")
    back = max(soak.outages, default=0) <= BACK_WITHIN_S
    fine = growth <= MOST_GROWTH and soak.oldest_ms <= OLDEST_MS and back and not traces
    out.print("fine" if fine else "NOT fine")
    raise typer.Exit(0 if fine else 1)


def _film(path: Path, seed: int) -> tuple[list[bytes], int]:
    """Pictures of a film as JPEGs in memory, and how many cross the line in it. The film itself is deleted."""
    truth = make_clip(path, FILM_S, seed)
    capture, jpegs = cv2.VideoCapture(str(path)), []
    while (read := capture.read())[0]:
        jpegs.append(bytes(cv2.imencode(".jpg", read[1])[1]))
    capture.release()
    for file in path.parent.iterdir():
        file.unlink()
    return jpegs, len(truth.crossings)


async def _soak(out: Console, port: int, seconds: float, cameras: int, every_s: float, source: random.Random) -> Soak:
    soak = Soak()
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
            if every_s and now - killed >= every_s and now < began + seconds * 2 / 3:
                out.print(f"{(now - began) / 60:5.1f} min  {await soak.kill_one(source)}")
                killed = time.monotonic()
            if now - measured >= 15:
                measured = now
                out.print(f"{(now - began) / 60:5.1f} min  {soak.measure():.0f} MiB, oldest {soak.oldest_ms} ms")
            await asyncio.sleep(0.5)
    finally:
        await soak.supervisor.stop()
    return soak


if __name__ == "__main__":
    typer.run(main)
