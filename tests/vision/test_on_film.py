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


@dataclass
class Played:
    """A film: who walked where, and what was counted."""

    walks: list[shopfloor.Walk]
    counted: Counted


@pytest.fixture(scope="module")
def films() -> list[Played]:
    """Two, so that one name that is lost does not decide a mean."""
    return [Played(walks, _counted(walks)) for walks in (shopfloor.shoppers(seed, SECONDS) for seed in (1, 2))]


def _counted(walks: list[shopfloor.Walk]) -> Counted:
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
    zone: str, outline: tuple[tuple[float, float], ...], films: list[Played]
) -> None:
    true = [stay for film in films for stay in shopfloor.stays(film.walks, outline, SECONDS)]
    over = [end - begin for begin, end in true if end < SECONDS - 5]
    visits, dwell_ms, ended, waited_ms = (
        sum(part) for part in zip(*(film.counted.zones[zone] for film in films), strict=True)
    )
    assert dwell_ms / 1000 == pytest.approx(sum(end - begin for begin, end in true), rel=0.1)
    assert waited_ms / ended / 1000 == pytest.approx(sum(over) / len(over), rel=0.1)
    assert abs(visits - len(true)) <= 1


def test_a_wait_that_takes_too_long_is_known_within_seconds(films: list[Played]) -> None:
    film = films[0]
    due = (
        min(begin for begin, end in shopfloor.stays(film.walks, shopfloor.TILL, SECONDS) if end - begin > LIMIT_S)
        + LIMIT_S
    )
    assert film.counted.too_long[0] == pytest.approx(due, abs=2)  # the rest of 15 s is the gateway's


def test_the_heat_map_is_where_people_were(films: list[Played]) -> None:
    film = films[0]
    none = np.zeros(SHAPE, np.int64)
    seen = np.zeros(SHAPE, bool)
    for row in range(SHAPE[0]):
        for column in range(SHAPE[1]):
            place = (column + 0.5) * CELL_M - shopfloor.PLAN_LEFT, shopfloor.PLAN_FAR - (row + 0.5) * CELL_M
            x, y = shopfloor.pixels(place)
            seen[row, column] = 0.02 < x < 0.98 and 0.02 < y < 0.97
    true = Heat(CELL_M, shopfloor.heat(film.walks, SECONDS, SHAPE, CELL_M) * seen, none).smooth()
    ours = Heat(CELL_M, film.counted.cells * seen, none).smooth()
    assert np.corrcoef(true[seen], ours[seen])[0, 1] >= 0.9
