"""The whole chain on a drawn film whose truth is known in metres and seconds: dwell, waits, the alarm, the heat map."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from edge.views.footfall_heat import Heat
from edge.vision.config import CameraConfig
from edge.vision.ground import CELL_M
from edge.vision.own import open_own
from edge.vision.scene import Rules
from edge.vision.watch import Watch
from tests.vision import shopfloor

SECONDS, FPS, LIMIT_S = 100, 5.0, 25.0
SHAPE = 22, 16
"""The plan's cells."""


@dataclass
class Counted:
    """What the camera learnt of the film."""

    zones: dict[str, list[int]] = field(default_factory=lambda: {"aisle": [0] * 4, "till": [0] * 4})
    """Visits, milliseconds of dwell, ended visits, milliseconds that those lasted."""
    cells: np.ndarray = field(default_factory=lambda: np.zeros(SHAPE))
    too_long: list[float] = field(default_factory=list)


@pytest.fixture(scope="module")
def walks() -> list[shopfloor.Walk]:
    return shopfloor.shoppers(1, SECONDS)


@pytest.fixture(scope="module")
def counted(walks: list[shopfloor.Walk]) -> Counted:
    scene = shopfloor.scene(Rules(queue_alarm_s=LIMIT_S))
    watch, found = Watch(CameraConfig(id="cam-1", address="film", scene=scene, fps=FPS), open_own(FPS)), Counted()
    for frame in shopfloor.film(walks, SECONDS, FPS):
        learnt = watch.look(frame)
        for gain in learnt.gains:
            mine = found.zones[scene.zones[gain.zone].name]
            for i, more in enumerate((gain.visits, gain.dwell_ms, gain.waited, gain.waited_ms)):
                mine[i] += more
        for one in learnt.trodden:
            if 0 <= one.cell[1] < SHAPE[0] and 0 <= one.cell[0] < SHAPE[1]:
                found.cells[one.cell[1], one.cell[0]] += one.seconds
        if any(zone.too_long for zone in watch.zones()):
            found.too_long.append(frame.at / 1000)
    return found


@pytest.mark.parametrize(("zone", "outline"), [("aisle", shopfloor.AISLE), ("till", shopfloor.TILL)])
def test_dwell_and_waits_are_within_ten_percent(
    zone: str, outline: tuple[tuple[float, float], ...], counted: Counted, walks: list[shopfloor.Walk]
) -> None:
    true = shopfloor.stays(walks, outline, SECONDS)
    over = [end - begin for begin, end in true if end < SECONDS - 5]
    visits, dwell_ms, ended, waited_ms = counted.zones[zone]
    assert dwell_ms / 1000 == pytest.approx(sum(end - begin for begin, end in true), rel=0.1)
    assert waited_ms / ended / 1000 == pytest.approx(sum(over) / len(over), rel=0.1)
    assert abs(visits - len(true)) <= 1


def test_a_wait_that_takes_too_long_is_known_within_seconds(counted: Counted, walks: list[shopfloor.Walk]) -> None:
    due = (
        min(begin for begin, end in shopfloor.stays(walks, shopfloor.TILL, SECONDS) if end - begin > LIMIT_S) + LIMIT_S
    )
    assert counted.too_long[0] == pytest.approx(due, abs=2)  # the rest of 15 s is the gateway's


def test_the_heat_map_is_where_people_were(counted: Counted, walks: list[shopfloor.Walk]) -> None:
    none = np.zeros(SHAPE, np.int64)
    seen = np.zeros(SHAPE, bool)
    for row in range(SHAPE[0]):
        for column in range(SHAPE[1]):
            place = (column + 0.5) * CELL_M - shopfloor.PLAN_LEFT, shopfloor.PLAN_FAR - (row + 0.5) * CELL_M
            x, y = shopfloor.pixels(place)
            seen[row, column] = 0.02 < x < 0.98 and 0.02 < y < 0.97
    true = Heat(CELL_M, shopfloor.heat(walks, SECONDS, SHAPE, CELL_M) * seen, none).smooth()
    ours = Heat(CELL_M, counted.cells * seen, none).smooth()
    assert np.corrcoef(true[seen], ours[seen])[0, 1] >= 0.9
