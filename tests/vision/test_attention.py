"""What of a camera's picture is looked at: what stirs, who is known, and now and then all of it."""

import numpy as np
import pytest

from edge.vision.attention import ALL_EVERY_S, QUIETER, REMEMBERED, Attention
from edge.vision.detector import Grey
from edge.vision.sizes import Size
from edge.vision.windows import Window, whole

SIZE: Size = (384, 512)
FPS, SETTLE_S = 5.0, 2.0


def _shop(noise: float = 2.0, seed: int = 0, light: int = 0) -> Grey:
    """An empty shop: shelves, and the noise of a sensor."""
    grain = np.random.default_rng(seed).normal(0, noise, SIZE)
    shelves = np.where(np.arange(SIZE[1]) // 40 % 2, 90, 150) + light
    return np.clip(shelves + grain, 0, 255).astype(np.uint8)


def _with(picture: Grey, left: int, top: int, wide: int = 20, tall: int = 60) -> Grey:
    """Somebody in dark clothes."""
    changed = picture.copy()
    changed[top : top + tall, left : left + wide] = 40
    return changed


@pytest.fixture
def attention() -> Attention:
    """It knows the place, and has just looked at all of it."""
    attention = Attention(SIZE, FPS, SETTLE_S)
    for look in range(20):
        attention.windows(_shop(seed=look))
    return attention


def _owner(windows: list[Window], x: float, y: float) -> Window:
    (owner,) = [window for window in windows if window.owns(x, y)]
    return owner


@pytest.mark.parametrize("noise", [0, 3, 8])
def test_an_empty_shop_is_looked_at_about_every_second_only(noise: float) -> None:
    attention = Attention(SIZE, FPS, SETTLE_S)
    shown = [attention.windows(_shop(noise, seed)) for seed in range(100)]
    assert all(windows in ([], whole(SIZE)) for windows in shown)
    all_of_it = [look for look, windows in enumerate(shown) if windows]
    assert all_of_it == [*range(10), *range(14, 100, round(ALL_EVERY_S * FPS / QUIETER))]


def test_all_of_a_picture_with_people_is_looked_at_every_few_seconds(attention: Attention) -> None:
    shown = []
    for look in range(60):
        shown.append(attention.windows(_with(_shop(seed=50 + look), 100 + 4 * look, 100)))
        attention.found([(100.0 + 4 * look, 100.0, 120.0 + 4 * look, 160.0)])
    every = round(ALL_EVERY_S * FPS)
    assert [look for look, windows in enumerate(shown) if windows == whole(SIZE)] == [*range(every - 1, 60, every)]


@pytest.mark.parametrize(("wide", "tall"), [(20, 60), (8, 20), (150, 380)])
def test_who_comes_is_shown_with_room_around(attention: Attention, wide: int, tall: int) -> None:
    windows = attention.windows(_with(_shop(seed=50), 200, 2, wide, tall))
    left, top, right, bottom = _owner(windows, 200 + wide / 2, 2 + tall / 2).view
    assert left <= 200 - 10
    assert right >= 200 + wide + 10
    assert top == 0
    assert bottom >= min(tall + 12, SIZE[0])
    assert wide > 100 or sum((w.view[2] - w.view[0]) * (w.view[3] - w.view[1]) for w in windows) < 200 * 200


def test_who_stands_still_is_shown_as_long_as_somebody_is_found_there(attention: Attention) -> None:
    attention.windows(_with(_shop(seed=50), 200, 100))
    for look in range(10):
        attention.found([(200.0, 100.0, 220.0, 160.0)])
        windows = attention.windows(_with(_shop(seed=51 + look), 200, 100))
        left, top, right, bottom = _owner(windows, 210, 130).view
        assert left < 200 < 220 < right
        assert top < 100 < 160 < bottom
    for look in range(REMEMBERED):
        assert attention.windows(_with(_shop(seed=61 + look), 200, 100)), "a look may miss somebody"
        attention.found([])
    assert attention.windows(_with(_shop(seed=70), 200, 100)) == whole(SIZE), "to be sure"
    assert attention.windows(_with(_shop(seed=71), 200, 100)) == []


def test_a_lamp_that_is_switched_on_is_nobody_and_a_shaken_camera_is_looked_at_in_full(attention: Attention) -> None:
    assert attention.windows(_shop(seed=50, light=8)) == []
    shaken = np.roll(_shop(seed=51, light=8), (3, 12), axis=(0, 1))
    assert attention.windows(shaken) == whole(SIZE)
