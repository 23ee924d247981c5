"""Photographs of labels as a phone or a camera takes them: perspective, lens, light, noise and JPEG, all from one seed.

Written apart from the reader, from what cameras do. A label's picture is laid on a shelf of its own by a homography,
drawn at twice the photograph's size and averaged down, as light is gathered by a sensor.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from drivers.base import Ink, PanelImage

Picture = npt.NDArray[np.uint8]
_BGR = {Ink.BLACK: (46, 42, 40), Ink.WHITE: (196, 204, 206), Ink.RED: (46, 44, 158), Ink.YELLOW: (60, 172, 200)}
_OVER = 2
"""How much larger a scene is drawn than the photograph."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a photograph is taken.

    `module_px`: pixels of a module of the label's code in the photograph, before the perspective makes some smaller.
    `tilt`: degrees by which the label is turned away; `roll`: degrees by which it is turned in the picture.
    `blur`: standard deviation in modules. `noise`: standard deviation in grey levels. `glare`: how bright a lamp's
    reflection is, in grey levels; it may lie anywhere. `jpeg`: quality, or None. `contrast`: of the scene, 1 is full.
    """

    module_px: float = 4.0
    tilt: float = 0.0
    roll: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    glare: float = 0.0
    jpeg: int | None = None
    contrast: float = 1.0
    bright: float = 0.0


@dataclass(frozen=True, slots=True)
class Truth:
    """One label in a photograph: its number in the list that was given, and the code's corners in the photograph."""

    number: int
    corners: npt.NDArray[np.float32]

    def module_px(self, modules: int) -> float:
        """Pixels of a module along the shortest side of the code as photographed."""
        sides = np.linalg.norm(self.corners - np.roll(self.corners, -1, axis=0), axis=1)
        return float(sides.min() / modules)


def coloured(image: PanelImage) -> Picture:
    """The label in the colours of ink, BGR, with the rim of its case around."""
    inks = np.array([_BGR[ink] for ink in image.panel.inks], np.uint8)
    rim = max(4, image.panel.height // 12)
    framed = cv2.copyMakeBorder(inks[image.pixels], rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=(228, 230, 230))
    return np.asarray(framed, np.uint8)


def photograph(
    labels: Sequence[tuple[PanelImage, int, int]], how: Conditions, seed: int, columns: int = 1
) -> tuple[Picture, list[Truth]]:
    """A photograph of labels in rows of `columns`, as a camera held askew sees them: BGR, and where each code is.

    `labels`: (image, modules of its code, pixels of a module on the panel).
    """
    chance = np.random.default_rng(seed)
    scene, codes = _shelf(labels, how, columns, chance)
    seen, corners = _taken(scene, codes, how, chance)
    lit = _lit(seen, how, chance)
    if how.jpeg is not None:
        _, data = cv2.imencode(".jpg", lit, [cv2.IMWRITE_JPEG_QUALITY, how.jpeg])
        lit = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return lit, [Truth(number, place) for number, place in enumerate(corners)]


def _shelf(
    labels: Sequence[tuple[PanelImage, int, int]], how: Conditions, columns: int, chance: np.random.Generator
) -> tuple[Picture, list[npt.NDArray[np.float32]]]:
    """The labels side by side on a shelf's edge with goods above, at `_OVER` times the photograph's size."""
    drawn, boxes = [], []
    for image, modules, size in labels:
        bare = coloured(image)
        scale = how.module_px * _OVER / size
        rim = (bare.shape[0] - image.panel.height) // 2
        large = cv2.resize(
            bare, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
        )
        fx, fy = large.shape[1] / bare.shape[1], large.shape[0] / bare.shape[0]
        quiet = 4 * size
        right, bottom = rim + image.panel.width - quiet, rim + image.panel.height - quiet
        left, top = right - modules * size, bottom - modules * size
        drawn.append(large)
        boxes.append(
            np.array(
                [[left * fx, top * fy], [right * fx, top * fy], [right * fx, bottom * fy], [left * fx, bottom * fy]],
                np.float32,
            )
        )
    gap = round(how.module_px * _OVER * 12)
    wide = max(one.shape[1] for one in drawn) + gap
    tall = max(one.shape[0] for one in drawn) + 3 * gap
    rows = -(-len(drawn) // columns)
    scene = _goods(rows * tall + gap, min(columns, len(drawn)) * wide + gap, chance)
    codes = []
    for number, one in enumerate(drawn):
        x = gap + number % columns * wide
        y = 2 * gap + number // columns * tall
        scene[y : y + one.shape[0], x : x + one.shape[1]] = one
        codes.append(boxes[number] + np.array([x, y], np.float32))
    return scene, codes


def _goods(height: int, width: int, chance: np.random.Generator) -> Picture:
    """Boxes and bottles of many colours with print on them: a background that is not empty."""
    coarse = chance.integers(30, 220, (max(2, height // 90), max(2, width // 60), 3), dtype=np.uint8)
    scene = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
    for _ in range(width * height // 60_000):
        x, y = int(chance.integers(0, width)), int(chance.integers(0, height))
        ink = tuple(int(part) for part in chance.integers(0, 255, 3))
        cv2.putText(scene, "SALE 250 g", (x, y), cv2.FONT_HERSHEY_SIMPLEX, float(chance.uniform(0.5, 2)), ink, 2)
    return scene


def _taken(
    scene: Picture, codes: list[npt.NDArray[np.float32]], how: Conditions, chance: np.random.Generator
) -> tuple[Picture, list[npt.NDArray[np.float32]]]:
    """Through the lens: turned, tilted, blurred, and gathered into the photograph's pixels."""
    height, width = scene.shape[:2]
    tilt, roll = np.radians(how.tilt), np.radians(how.roll)
    axis = chance.uniform(0, 2 * np.pi)
    about = np.array([np.cos(axis), np.sin(axis), 0]) * tilt
    turn = cv2.Rodrigues(about)[0] @ cv2.Rodrigues(np.array([0, 0, roll]))[0]
    far = 2.2 * max(width, height)
    centre = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
    plane = np.column_stack([turn[:, 0], turn[:, 1], [0, 0, far]])
    lens = np.diag([far, far, 1.0])
    way = lens @ plane @ centre
    frame = cv2.perspectiveTransform(np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float32), way)[0]
    low, high = frame.min(axis=0), frame.max(axis=0)
    way = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]]) @ way
    size = tuple(int(-(-side // _OVER) * _OVER) for side in np.ceil(high - low))
    seen = cv2.warpPerspective(scene, way, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if how.blur:
        seen = cv2.GaussianBlur(seen, (0, 0), how.blur * how.module_px * _OVER)
    seen = cv2.resize(seen, (size[0] // _OVER, size[1] // _OVER), interpolation=cv2.INTER_AREA)
    places = [cv2.perspectiveTransform(code[None], way)[0] / _OVER for code in codes]
    return seen, places


def _lit(seen: Picture, how: Conditions, chance: np.random.Generator) -> Picture:
    """Light that is stronger on one side, a lamp's reflection, and the sensor's noise."""
    height, width = seen.shape[:2]
    light = seen.astype(np.float32) * how.contrast + (1 - how.contrast) * 110 + how.bright
    slope = np.linspace(0.8, 1.08, width, dtype=np.float32)[None, :, None]
    light *= slope if chance.random() < 0.5 else slope[:, ::-1]
    if how.glare:
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        for _ in range(1 + height * width // 400_000):
            cx, cy = chance.uniform(0, width), chance.uniform(0, height)
            reach = how.module_px * chance.uniform(4, 12)
            spot = np.exp(-(((x - cx) / (2 * reach)) ** 2 + ((y - cy) / reach) ** 2))
            light += how.glare * spot[:, :, None]
    if how.noise:
        light += chance.normal(0, how.noise, seen.shape).astype(np.float32)
    return np.asarray(np.clip(light, 0, 255), np.uint8)
