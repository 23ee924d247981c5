"""The whole chain with real worker processes."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from edge.vision import (
    CameraConfig,
    CameraLost,
    Crossing,
    Direction,
    Health,
    Minute,
    VisionFact,
    VisionSupervisor,
)
from simulators.camera import ClipTruth

PATIENCE_S = 60
Heard = list[VisionFact]


def _camera(name: str, film: ClipTruth, **changes: object) -> CameraConfig:
    return CameraConfig.model_validate(
        {"id": name, "address": str(film.path), "line": film.line, "pace": False, "health_s": 0.2, **changes}
    )


@asynccontextmanager
async def _watching(*cameras: CameraConfig, **more: object) -> AsyncIterator[tuple[VisionSupervisor, Heard]]:
    heard: Heard = []
    supervisor = VisionSupervisor(cameras, heard.append, **more)  # type: ignore[arg-type]
    await supervisor.start()
    try:
        yield supervisor, heard
    finally:
        await supervisor.stop()


async def _until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # what is waited for happens in other processes
            await asyncio.sleep(0.02)


def _children(supervisor: VisionSupervisor) -> list[psutil.Process]:
    return [psutil.Process(pid) for pid in (supervisor.pids()["door"], *supervisor.worker_pids())]


def _lost(heard: Heard, camera: str) -> list[CameraLost]:
    return [fact for fact in heard if isinstance(fact, CameraLost) and fact.camera == camera]


def _crossings(heard: Heard, camera: str) -> list[Crossing]:
    return [fact for fact in heard if isinstance(fact, Crossing) and fact.camera == camera]


async def test_films_are_counted_within_five_percent(films: list[ClipTruth]) -> None:
    names = [f"film-{i}" for i in range(len(films))]
    async with _watching(*map(_camera, names, films)) as (_, heard):
        await _until(lambda: all(_lost(heard, name) for name in names))
    assert {lost.why for name in names for lost in _lost(heard, name)} == {"the film is over"}
    wrong = total = 0
    for name, film in zip(names, films, strict=True):
        counted = _crossings(heard, name)
        entered = sum(crossing.direction is Direction.IN for crossing in counted)
        wrong += abs(entered - film.entered) + abs(len(counted) - entered - film.left)
        total += len(film.crossings)
        minutes = [fact for fact in heard if isinstance(fact, Minute) and fact.camera == name]
        assert sum(minute.entered for minute in minutes) == entered
        assert sum(minute.left for minute in minutes) == len(counted) - entered
        assert [crossing.n for crossing in counted] == list(range(1, len(counted) + 1))
    print(f"{total} crossings, count accuracy {1 - wrong / total:.3f}")
    assert wrong <= 0.05 * total


async def test_every_trouble_names_its_camera_and_the_others_go_on(
    short_film: ClipTruth, corrupt_model: Path, tmp_path: Path
) -> None:
    garbage = tmp_path / "garbage.avi"
    garbage.write_bytes(b"RIFF" + os.urandom(5000))
    cameras = [
        _camera("good", short_film),
        _camera("absent", short_film, address="/nowhere/film.avi"),
        _camera("garbage", short_film, address=str(garbage)),
        _camera("model", short_film, model=corrupt_model),
        _camera("option", short_film, options={"colour": "red"}),
        _camera("driver", short_film, driver="telepathy"),
        _camera("labels", short_film, driver="mqtt"),
        _camera("forbidden", short_film, address="http://admin:hush@169.254.169.254/latest"),
    ]
    async with _watching(*cameras) as (_, heard):
        await _until(lambda: all(_lost(heard, camera.id) for camera in cameras))
    said = {camera.id: _lost(heard, camera.id)[0] for camera in cameras}
    assert {name for name, lost in said.items() if not lost.final} == {"absent"}
    assert "no file '/nowhere/film.avi'" in said["absent"].why
    assert "not a video" in said["garbage"].why
    assert "broken.onnx cannot be loaded" in said["model"].why
    assert "colour" in said["option"].why
    assert "no driver is called 'telepathy'" in said["driver"].why
    assert "169.254.169.254" in said["forbidden"].why
    assert all(lost.what_now for lost in said.values())
    assert not any("hush" in repr(fact) for fact in heard)
    assert abs(len(_crossings(heard, "good")) - len(short_film.crossings)) <= 1


async def test_a_camera_that_is_mended_is_watched_after_retry(short_film: ClipTruth, tmp_path: Path) -> None:
    film = tmp_path / "film.avi"
    film.write_bytes(b"not yet")
    async with _watching(_camera("door", short_film, address=str(film))) as (supervisor, heard):
        await _until(lambda: _lost(heard, "door"))
        film.write_bytes(short_film.path.read_bytes())
        supervisor.retry("door")
        await _until(lambda: len(_lost(heard, "door")) == 2)
    assert _crossings(heard, "door")


@pytest.mark.parametrize(
    ("whom", "why"),
    [
        ("pictures", "the process that takes its pictures died (signal 9)"),
        ("worker", "the vision worker died (signal 9)"),
    ],
)
async def test_whoever_is_killed_is_started_again_and_nothing_is_named_twice(
    short_film: ClipTruth, whom: str, why: str
) -> None:
    camera = _camera("door", short_film, options={"loop": True})
    async with _watching(camera) as (supervisor, heard):
        await _until(lambda: len(_crossings(heard, "door")) >= 3)
        killed = supervisor.pids()["door"] if whom == "pictures" else supervisor.worker_pids()[0]
        os.kill(killed, signal.SIGKILL)
        await _until(lambda: len({crossing.epoch for crossing in _crossings(heard, "door")}) == 2)
        assert killed not in (supervisor.pids()["door"], *supervisor.worker_pids())
    assert [lost.why for lost in _lost(heard, "door")] == [why]
    names = [(crossing.epoch, crossing.n) for crossing in _crossings(heard, "door")]
    assert names == sorted(set(names))


async def test_epochs_rise_over_a_restart_of_the_gateway_whose_clock_went_back(short_film: ClipTruth) -> None:
    future = round(time.time() * 1000) + 10**9
    async with _watching(_camera("door", short_film), last_epochs={"door": future}) as (_, heard):
        await _until(lambda: _crossings(heard, "door"))
    assert _crossings(heard, "door")[0].epoch > future


async def test_stop_ends_every_process_and_can_be_called_twice(short_film: ClipTruth) -> None:
    async with _watching(_camera("door", short_film, pace=True, options={"loop": True})) as (
        supervisor,
        heard,
    ):
        await _until(lambda: any(isinstance(fact, Health) for fact in heard))
        children = _children(supervisor)
        await supervisor.stop()
        assert not any(child.is_running() for child in children)
        assert (supervisor.pids(), supervisor.worker_pids()) == ({}, [])


async def test_no_picture_reaches_the_disk_and_the_work_gives_way(
    short_film: ClipTruth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    camera = _camera("door", short_film, options={"loop": True})
    async with _watching(camera) as (supervisor, heard):
        await _until(lambda: len(_crossings(heard, "door")) >= 5)
        for child in _children(supervisor):
            assert child.io_counters().write_bytes == 0
            assert [file.path for file in child.open_files() if file.mode != "r"] == []
            assert child.nice() >= 10
            assert child.rlimit(psutil.RLIMIT_CORE) == (0, 0), "a core dump would hold a picture"
            assert child.rlimit(psutil.RLIMIT_FSIZE) == (0, 0), "no file can be made to grow"
    assert os.listdir(tmp_path) == []  # noqa: PTH208


PARENT = """
    import asyncio, sys
    from edge.vision import CameraConfig, VisionSupervisor

    async def main():
        line = ((0.0, 0.0), (0.1, 0.0))  # where nobody walks: there is nothing to tell, and nobody to tell
        camera = CameraConfig(id="door", address=sys.argv[1], options={"loop": True}, line=line, health_s=60)
        supervisor = VisionSupervisor([camera], lambda fact: print(
            supervisor.pids()["door"], *supervisor.worker_pids(), flush=True))
        await supervisor.start()
        await asyncio.sleep(600)

    asyncio.run(main())
"""


def test_all_end_when_their_parent_is_killed(short_film: ClipTruth) -> None:
    command = [sys.executable, "-c", textwrap.dedent(PARENT), str(short_film.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        assert len(children) == 2
        assert all(child.is_running() for child in children)
        parent.kill()
    psutil.wait_procs(children, timeout=20)
    assert not any(child.is_running() for child in children)


def test_two_cameras_of_one_id_are_refused(short_film: ClipTruth) -> None:
    with pytest.raises(ValueError, match="same id"):
        VisionSupervisor([_camera("door", short_film)] * 2, print)
