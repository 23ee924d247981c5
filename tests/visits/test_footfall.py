"""From a camera to the store of record, with real processes: zones, the floor, and a scene drawn meanwhile."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.footfall import Footfall
from edge.views.footfall import read_visits, read_zones
from edge.views.footfall_heat import read_heat
from edge.vision import CameraConfig
from edge.vision.line import Side
from edge.vision.scene import Floor as SceneFloor
from edge.vision.scene import Line, Scene, Zone
from edge.visits.scenes import Stale
from simulators.camera import ClipTruth, make_clip
from tests.console.floor import Floor

PATIENCE_S = 90
FOREVER = 2**53
HALL = Zone(name="hall", polygon=((0.0, 0.66), (1.0, 0.66), (1.0, 1.0), (0.0, 1.0)))
GROUND = SceneFloor(
    picture=((0.2, 0.45), (0.8, 0.45), (1.0, 1.0), (0.0, 1.0)), plan=((1.0, 1.0), (6.0, 1.0), (6.0, 8.0), (1.0, 8.0))
)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> ClipTruth:
    return make_clip(tmp_path_factory.mktemp("hall") / "hall.avi", 40, 21)


def scene(name: str) -> Scene:
    line = Line(name=name, start=(0.0, 0.64), end=(1.0, 0.64), inside=Side.RIGHT)
    rules = {"zone_visit_s": 1}
    return Scene.model_validate({"lines": [line], "zones": [HALL], "floor": GROUND, "rules": rules})


async def test_what_a_camera_learns_is_on_record_and_a_drawing_holds_at_once(film: ClipTruth, tmp_path: Path) -> None:
    floor = Floor(tmp_path, 0, live=lambda: time.time_ns() // 1_000_000)
    camera = CameraConfig.model_validate({
        "id": "hall-1", "address": str(film.path), "options": {"loop": True}, "pace": False, "health_s": 0.2,
        "scene": scene("door"), "model": "background",
    })  # fmt: skip
    footfall = Footfall([camera], floor.store, floor.registry)

    def asked(ask: Callable[[Database], object]) -> object:
        with floor.store.reading() as db:
            return ask(db)

    async def until(true: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not true():  # what is waited for happens in other processes
                await asyncio.sleep(0.05)

    await footfall.start()
    try:
        await until(lambda: asked(lambda db: [one for one in read_zones(db, 0, FOREVER) if one.waited]))
        await until(lambda: not asked(lambda db: read_heat(db, [(0, FOREVER)]).empty))
        await until(lambda: asked(lambda db: read_visits(db, 0, FOREVER).entered))
        await until(lambda: footfall.present("hall-1") and footfall.health("hall-1"))
        assert footfall.drawing("hall-1").version == 0
        assert await footfall.draw("hall-1", scene("gate"), 0, "ana") == 1
        with pytest.raises(Stale):
            await footfall.draw("hall-1", scene("gap"), 0, "ivo")
        await until(lambda: asked(lambda db: "gate" in _lines(db)))
    finally:
        await footfall.stop()
    again = Footfall([camera], floor.store, floor.registry)
    assert again.cameras[0].what_to_look_for() == scene("gate")
    assert (again.drawing("hall-1").by, again.present("hall-1")) == ("ana", None)
    floor.close()


def _lines(database: Database) -> set[str]:
    return {line for (line,) in database.conn.execute("SELECT DISTINCT line FROM visit")}
