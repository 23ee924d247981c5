"""A camera that was knocked aside is a ticket, until somebody has drawn on its picture anew or it hangs as before."""

import asyncio
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.footfall import Footfall
from edge.vision.config import CameraConfig
from edge.vision.facts import CameraMoved
from edge.vision.scene import Scene
from edge.visits.aside import note_moved, read_moved
from edge.visits.scenes import keep_scene
from edge.visits.sources import aim
from tests.alarms.rig import Rig
from tests.console.floor import Floor
from tests.vision.seen import DOOR

PATIENCE_S = 60
FPS = 5


@pytest.fixture
def rig() -> Rig:
    rig = Rig()
    rig.sources.append(aim)
    rig.desk.device("cam-1", "camera")
    rig.restart()
    return rig


def moved(rig: Rig, right: float, down: float) -> None:
    rig.desk.do(lambda tx: note_moved(tx, [CameraMoved("cam-1", rig.desk.now, right, down)]))
    rig.look()


def test_knocks_add_up_and_a_small_one_is_none(rig: Rig) -> None:
    moved(rig, 0.01, 0.0)
    assert rig.open() == []
    moved(rig, 0.01, -0.002)
    assert rig.open() == [("camera-moved", "cam-1")]
    assert rig.sql("SELECT why FROM ticket") == [("camera: its picture has shifted by 2.0 % since it was drawn on",)]


def test_a_camera_that_was_put_back_is_no_worry(rig: Rig) -> None:
    moved(rig, 0.0, 0.03)
    assert rig.open() == [("camera-moved", "cam-1")]
    moved(rig, 0.001, -0.028)
    assert rig.open() == []


def test_whoever_draws_anew_has_seen_to_it(rig: Rig) -> None:
    moved(rig, 0.04, 0.0)
    rig.desk.do(lambda tx: keep_scene(tx, "cam-2", Scene(lines=(DOOR,)), "ana", 0))
    rig.look()
    assert rig.open() == [("camera-moved", "cam-1")]
    rig.desk.do(lambda tx: keep_scene(tx, "cam-1", Scene(lines=(DOOR,)), "ana", 0))
    rig.look()
    assert rig.open() == []
    assert [kind for (kind,) in rig.sql("SELECT kind FROM ledger WHERE subject = 'cam-1'")].count("camera.moved") == 1


def test_a_camera_that_was_taken_out_of_service_is_no_worry(rig: Rig) -> None:
    moved(rig, 0.04, 0.0)
    rig.sql("UPDATE device SET enrolled = 0 WHERE id = 'cam-1'")
    rig.look()
    assert rig.open() == []


def knocked(path: Path, right: float, down: float) -> Path:
    """A film of a place without people, whose camera hangs elsewhere for its second half."""
    random, place = np.random.default_rng(3), np.full((360, 480, 3), 120, np.uint8)
    for _ in range(120):
        x, y = int(random.integers(0, 480)), int(random.integers(0, 360))
        wide, tall = (int(one) for one in random.integers(15, 70, 2))
        cv2.rectangle(place, (x, y), (x + wide, y + tall), [int(one) for one in random.integers(20, 235, 3)], -1)
    way = np.array([[1, 0, right * 480], [0, 1, down * 360]], np.float32)
    aside = cv2.warpAffine(place, way, (480, 360), borderMode=cv2.BORDER_REFLECT)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (480, 360))
    for look in range(16 * FPS):
        writer.write(place if look < 8 * FPS else aside)
    writer.release()
    return path


async def test_a_camera_says_that_it_was_knocked_aside_and_by_how_much(tmp_path: Path) -> None:
    film = knocked(tmp_path / "film.avi", 0.03, 0.02)
    floor = Floor(tmp_path, 0, live=lambda: time.time_ns() // 1_000_000)
    camera = CameraConfig.model_validate({
        "id": "cam-1", "address": str(film), "options": {"loop": False}, "pace": False, "fps": FPS,
        "line": ((0.0, 0.64), (1.0, 0.64)), "model": "own",
    })  # fmt: skip
    footfall = Footfall([camera], floor.store, floor.registry)
    await footfall.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:  # what is waited for happens in other processes
                with floor.store.reading() as db:
                    if told := read_moved(db.conn):
                        break
                await asyncio.sleep(0.05)
    finally:
        await footfall.stop()
    assert told["cam-1"].by == pytest.approx((0.03, 0.02), abs=0.004)
    floor.close()
