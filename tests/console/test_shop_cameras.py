"""The console's cameras over real ones: a film that is really watched, drawn on, and looked at."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.console.cameras import NoPicture
from edge.footfall import Footfall
from edge.shop_cameras import ShopCameras
from edge.vision.config import CameraConfig
from edge.visits.scenes import Stale
from simulators.camera import make_clip
from tests.console.cameras import SHOP
from tests.console.floor import Floor


@pytest.fixture
async def cameras(floor: Floor, tmp_path: Path) -> AsyncIterator[ShopCameras]:
    """`door` sees a film of ten seconds, over and over; `yard` is not there."""
    film = make_clip(tmp_path / "film.avi", 10, 11)
    door = CameraConfig(
        id="door", address=str(film.path), options={"loop": True}, model=Path("background"), line=film.line,
        health_s=0.5, place="Entrance",
    )  # fmt: skip
    yard = CameraConfig(id="yard", address=str(tmp_path / "nothing.avi"), model=Path("background"))
    footfall = Footfall([door, yard], floor.store, floor.registry)
    await footfall.start()
    yield ShopCameras(footfall, floor.registry)
    await footfall.stop()


async def until_watched(cameras: ShopCameras) -> None:
    while cameras.all()[0].fps is None or cameras.all()[1].state != "lost" or cameras.present("door") is None:
        await asyncio.sleep(0.1)


async def test_a_camera_is_listed_looked_at_and_drawn_on(cameras: ShopCameras) -> None:
    await asyncio.wait_for(until_watched(cameras), 60)
    door, yard = cameras.all()
    assert (door.state, door.place, door.detector) == ("ready", "Entrance", "background")
    assert (yard.state, yard.fps) == ("lost", None)
    assert "no file" in yard.why
    still = cv2.imdecode(np.frombuffer(await cameras.still("door"), np.uint8), cv2.IMREAD_COLOR)
    assert still is not None
    with pytest.raises(NoPicture):
        await cameras.still("yard")
    with pytest.raises(KeyError):
        await cameras.still("roof")
    assert cameras.drawing("door").version == 0
    assert await cameras.draw("door", SHOP, 0, "mara") == 1
    with pytest.raises(Stale):
        await cameras.draw("door", SHOP, 0, "ivo")
    assert cameras.drawing("door").by == "mara"
    assert cameras.config("door").what_to_look_for() == SHOP
    seen = cameras.present("door")
    while seen is None or {zone.zone for zone in seen.zones} != {"Dairy", "Till 1"}:
        await asyncio.sleep(0.1)
        seen = cameras.present("door")
