"""Pictures lie in memory that nobody else sees. After a run with cameras, nothing of them is on any disk."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from edge.footfall import Footfall
from edge.vision import CameraConfig
from edge.vision.detector import Pixels
from simulators.camera import ClipTruth
from simulators.camera.mjpeg import streaming
from tests.console.floor import Floor
from tests.vision.traces import marks_of, picture_traces

PATIENCE_S = 60


def _jpegs(film: ClipTruth) -> list[bytes]:
    capture, jpegs = cv2.VideoCapture(str(film.path)), []
    while (read := capture.read())[0]:
        jpegs.append(bytes(cv2.imencode(".jpg", read[1])[1]))
    capture.release()
    return jpegs


def _opened(jpeg: bytes) -> Pixels:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def _vision_processes() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [child for child in children if any("edge.vision" in word for word in child.cmdline())]


async def _until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # what is waited for happens in other processes
            await asyncio.sleep(0.05)


async def test_after_a_run_with_kills_no_picture_is_anywhere(
    short_film: ClipTruth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.chdir(tmp_path)
    jpegs = _jpegs(short_film)
    with streaming(jpegs, fps=20) as port:
        (tmp_path / "data").mkdir()
        floor = Floor(tmp_path / "data", 1_793_619_600_000)
        camera = CameraConfig.model_validate({
            "id": "door", "address": f"http://127.0.0.1:{port}/", "line": short_film.line, "health_s": 0.2, "fps": 10,
            "options": {"allow_special": ["127.0.0.0/8"], "ports": [port]}, "reads_labels": True, "reads_every_s": 1,
        })  # fmt: skip
        footfall = Footfall([camera], floor.store, floor.registry, "shop.example")
        await footfall.start()
        try:
            await _until(lambda: _crossings(floor) >= 2)
            before = {child.pid for child in _vision_processes()}
            for pid in before:
                os.kill(pid, signal.SIGKILL)
            counted = _crossings(floor)
            await _until(lambda: _crossings(floor) > counted + 1)
            for child in _vision_processes():
                assert child.pid not in before
                written = [file.path for file in child.open_files() if file.mode != "r"]
                assert written == [], "nothing is open to be written to but pipes and memory"
        finally:
            await footfall.stop()
            floor.close()
    marks = marks_of(_opened(jpegs[0]))
    assert list(picture_traces([tmp_path, Path("/dev/shm")], marks)) == []
    _no_value_is_a_picture(tmp_path / "data" / "store.db", marks)


def test_the_search_finds_what_it_looks_for(short_film: ClipTruth, tmp_path: Path) -> None:
    picture = _opened(_jpegs(short_film)[0])
    held = {
        "a.bin": picture.tobytes(),
        "b.bin": b"so many bytes before" + cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).tobytes(),
        "c.bin": bytes(cv2.imencode(".jpg", picture)[1]),
        "d.bin": bytes(cv2.imencode(".png", picture)[1]),
        "e.bin": picture[:, :, 2].tobytes(),
    }
    for name, content in held.items():
        (tmp_path / "deep").mkdir(exist_ok=True)
        (tmp_path / "deep" / name).write_bytes(content)
    (tmp_path / "innocent").write_bytes(os.urandom(100_000))
    found = {Path(trace.partition(": ")[0]).name for trace in picture_traces([tmp_path], marks_of(picture))}
    assert found == set(held)


def _crossings(floor: Floor) -> int:
    with floor.store.reading() as db:
        return int(db.conn.execute("SELECT ifnull(sum(entered + departed), 0) FROM visit").fetchone()[0])


def _no_value_is_a_picture(database: Path, marks: dict[str, bytes]) -> None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in db.execute(f'SELECT * FROM "{table}"'):  # a name of our own schema
                for value in row:
                    if isinstance(value, bytes):
                        assert len(value) < 4096, f"{table} holds {len(value)} bytes in one value"
                        assert not any(mark in value for mark in marks.values())
