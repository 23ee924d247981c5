"""Real processes that die, hang or are fed poison: what it costs, and whom."""

import asyncio
import contextlib
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from edge.vision import CameraConfig, CameraLost, Health, NoStill, VisionFact, VisionSupervisor, crew, process
from edge.vision.pulse import SIGN
from simulators.camera import ClipTruth

PATIENCE_S = 60
Heard = list[VisionFact]


def _camera(name: str, film: ClipTruth, **changes: object) -> CameraConfig:
    return CameraConfig.model_validate({
        "id": name, "address": str(film.path), "line": film.line, "options": {"loop": True}, "model": "background",
        "health_s": 0.2, **changes,
    })  # fmt: skip


def _endless(name: str, film: ClipTruth) -> CameraConfig:
    """Looked at without a pause, so that its picture is on the table nearly always."""
    return _camera(name, film, pace=False, model="own")


@asynccontextmanager
async def _watching(workers: int, *cameras: CameraConfig) -> AsyncIterator[tuple[VisionSupervisor, Heard]]:
    heard: Heard = []
    supervisor = VisionSupervisor(cameras, heard.append, workers=workers)
    await supervisor.start()
    try:
        await _until(lambda: all(_healths(heard, camera.id) or _lost(heard, camera.id) for camera in cameras))
        yield supervisor, heard
    finally:
        await supervisor.stop()


async def _until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # what is waited for happens in other processes
            await asyncio.sleep(0.02)


def _lost(heard: Heard, camera: str) -> list[str]:
    return [fact.why for fact in heard if isinstance(fact, CameraLost) and fact.camera == camera]


def _healths(heard: Heard, camera: str) -> list[Health]:
    return [fact for fact in heard if isinstance(fact, Health) and fact.camera == camera]


async def _kill(supervisor: VisionSupervisor, pid: int) -> None:
    """As the kernel does when memory is short, and wait until the supervisor knows."""
    os.kill(pid, signal.SIGKILL)
    await _until(lambda: pid not in (*supervisor.worker_pids(), *supervisor.pids().values()))


async def _back(heard: Heard, camera: str) -> None:
    """Wait for its next sign of being watched."""
    before = len(_healths(heard, camera))
    await _until(lambda: len(_healths(heard, camera)) > before)


async def test_who_dies_costs_its_own_cameras_a_moment_and_the_others_nothing(short_film: ClipTruth) -> None:
    async with _watching(2, _camera("door", short_film), _camera("till", short_film)) as (supervisor, heard):
        for killed in supervisor.worker_pids():
            lost = {name: len(_lost(heard, name)) for name in ("door", "till")}
            await _kill(supervisor, killed)
            (one,) = [name for name in lost if len(_lost(heard, name)) > lost[name]]
            await _back(heard, one)
        await _kill(supervisor, supervisor.pids()["door"])
        await _back(heard, "door")
        await _back(heard, "till")
        assert _lost(heard, "till") == ["the vision worker died (signal 9)"]
        assert _lost(heard, "door")[-1] == "the process that takes its pictures died (signal 9)"


def _on_the_table(worker: int) -> int:
    """What the worker's pulse says: the seat that it looks at."""
    for file in Path(f"/proc/{worker}/fd").iterdir():
        if "aisle-pulse" in str(file.readlink()):
            return int(SIGN.unpack(file.read_bytes())[0])
    raise AssertionError("it has no pulse")


async def _kill_over_its_picture(supervisor: VisionSupervisor) -> None:
    """Kill the worker while it looks at the camera that it looks at most of the time."""
    worker = psutil.Process(supervisor.worker_pids()[0])
    seats: Counter[int] = Counter()
    for _ in range(300):
        seats[_on_the_table(worker.pid)] += 1
        await asyncio.sleep(0.002)  # over many pictures: on a busy box all looks at once would meet the same one
    del seats[0]
    while True:
        worker.suspend()
        if _on_the_table(worker.pid) == seats.most_common(1)[0][0]:
            return await _kill(supervisor, worker.pid)
        worker.resume()


async def test_a_camera_whose_pictures_kill_sits_alone_until_that_is_long_ago(
    short_film: ClipTruth, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _watching(1, _endless("poison", short_film), _camera("door", short_film)) as (supervisor, heard):
        for _ in range(2):
            await _kill_over_its_picture(supervisor)
            await _back(heard, "poison")
            await _back(heard, "door")
        door, alone = supervisor.worker_pids()
        before = len(_lost(heard, "door"))
        await _kill(supervisor, alone)
        await _back(heard, "poison")
        assert door in supervisor.worker_pids()
        assert len(_lost(heard, "door")) == before == 2
        monkeypatch.setattr(crew, "FORGIVEN_S", 0.0)
        await _kill(supervisor, supervisor.pids()["poison"])
        await _back(heard, "poison")
        assert supervisor.worker_pids() == [door]


async def test_a_worker_that_hangs_over_a_picture_is_replaced(
    short_film: ClipTruth, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _watching(1, _endless("door", short_film)) as (supervisor, heard):
        monkeypatch.setattr(process, "LONGEST_LOOK_S", 1.0)
        while not _lost(heard, "door"):
            await asyncio.sleep(0.1)
            for pid in supervisor.worker_pids():  # none while it is being replaced, which may begin at any moment
                with contextlib.suppress(psutil.NoSuchProcess):
                    await _hold_up(psutil.Process(pid))
        monkeypatch.undo()  # on a busy box, the next one's start takes longer than that
        await _back(heard, "door")
        assert "has looked at one picture for" in _lost(heard, "door")[0]


async def _hold_up(worker: psutil.Process) -> None:
    """Stop it for longer than a look may take: between two looks, that harms nobody."""
    worker.suspend()
    await asyncio.sleep(2.5)
    worker.resume()


async def test_a_still_has_hidden_heads_and_is_refused_where_no_picture_comes(short_film: ClipTruth) -> None:
    absent = short_film.path.with_name("absent.avi")
    cameras = [
        _camera("plain", short_film),
        _camera("clever", short_film, model="own"),
        _camera("gone", short_film, address=str(absent)),
    ]
    async with _watching(1, *cameras) as (supervisor, _):
        with pytest.raises(NoStill, match="no picture"):
            await supervisor.still("gone")
        coarse, clear = [
            np.asarray(cv2.imdecode(np.frombuffer(await supervisor.still(name), np.uint8), cv2.IMREAD_COLOR), np.uint8)
            for name in ("plain", "clever")
        ]
        assert coarse.shape == clear.shape == (360, 480, 3)
        assert len(np.unique(coarse.reshape(-1, 3), axis=0)) <= 40 * 30
        assert len(np.unique(clear.reshape(-1, 3), axis=0)) > 2000
        with pytest.raises(KeyError):
            await supervisor.still("nobody")
