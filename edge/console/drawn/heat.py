"""A heat map over the floor plan, as a PNG. Plain functions; nothing here reads a clock or a database."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from edge.console.drawn.colours import Pixels, Scale, change_scale, heat_scale, lay_over

Grid = npt.NDArray[np.float64]
"""Figures per cell, shape (rows, columns): row 0 along the plan's upper edge, column 0 along its left one."""
LARGE, SMALL = 1_040, 560
"""Pixels of the plan's longer side: for a desk, and for a telephone, where letters have to be larger."""
EDGE, HEAD, FOOT = 16, 54, 62
"""Around the plan, in pixels: margin, title, legend."""
INK, SOFT, FAINT = (30, 33, 22), (92, 96, 85), (226, 231, 227)
"""Colours in BGR."""
LEAST_WIDE = 420
"""Of the whole picture, so that a narrow plan leaves room for the scale."""
STEPS = (1, 2, 5)


class Kind(StrEnum):
    """What the colours say: how much, or how much more or less than before."""

    MUCH = "much"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Area:
    """A zone to be outlined on the plan. Corners in metres from the plan's upper left corner."""

    name: str
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on the picture, in the page's language: beside the scale's ends, and where nobody was."""

    title: str
    least: str
    most: str
    nothing: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper: the plan's width and depth in metres, its picture (None: an empty sheet), and the zones on it."""

    size_m: tuple[float, float]
    plan: Pixels | None = None
    areas: Sequence[Area] = ()


def soften(grid: Grid) -> Grid:
    """Every figure shared with its neighbours, so that cells become hills; the sum stays, but at the edges."""
    return np.asarray(cv2.GaussianBlur(grid, (0, 0), 0.8, borderType=cv2.BORDER_CONSTANT), float) if grid.size else grid


def peak(*grids: Grid) -> float:
    """The largest figure, either way, of grids that are to be drawn to one scale."""
    return max((float(np.abs(grid).max()) for grid in grids if grid.size), default=0.0)


def draw_heat(
    sheet: Sheet,
    hills: Grid,
    cell_m: float,
    top: float,
    words: Words,
    kind: Kind = Kind.MUCH,
    longest: int = LARGE,
) -> bytes:
    """Draw softened figures whose first cell lies in the plan's upper left corner, as a PNG.

    `cell_m`: a cell's side in metres. `longest`: pixels of the plan's longer side. `top`: the figure at the scale's
    end, for changes at either end.
    """
    per_m = longest / max(sheet.size_m)
    width, height = (max(160, round(side * per_m)) for side in sheet.size_m)
    shares, cover = _spread(hills, cell_m * per_m, (width, height), top, kind)
    scale = change_scale() if kind is Kind.CHANGE else heat_scale()
    floor = lay_over(_floor(sheet.plan, width, height, per_m), shares, cover, scale)
    for area in sheet.areas:
        _outline(floor, area, per_m)
    if not np.any(hills):
        _say(floor, words.nothing, (width / 2, height / 2), 23, SOFT, middle=True)
    paper = np.full((height + HEAD + FOOT, max(width, LEAST_WIDE) + 2 * EDGE, 3), 255, np.uint8)
    paper[HEAD : HEAD + height, EDGE : EDGE + width] = floor
    cv2.rectangle(paper, (EDGE, HEAD), (EDGE + width - 1, HEAD + height - 1), (198, 205, 200), 1)
    _say(paper, words.title, (EDGE, 36), 23, INK, weight=620)
    _legend(paper, scale, words, HEAD + height + 16)
    if width >= 480:
        _measure(paper, per_m, EDGE + width, HEAD + height + 24)
    return bytes(cv2.imencode(".png", paper)[1])


def _floor(plan: Pixels | None, width: int, height: int, per_m: float) -> Pixels:
    """The plan's picture, pale, so that colours stand out; or a sheet with a line every metre, or every five."""
    if plan is not None:
        shrunk = cv2.resize(plan, (width, height), interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(shrunk, cv2.COLOR_BGR2GRAY)
        pale = np.asarray(np.rint(150 + grey[..., None] * (105 / 255)), np.uint8)
        return np.repeat(pale, 3, axis=2)
    paper = np.full((height, width, 3), (250, 252, 251), np.uint8)
    step = 1 if per_m >= 14 else 5
    for metre in range(step, math.ceil(max(width, height) / per_m), step):
        at = round(metre * per_m)
        shade = (214, 221, 216) if metre % 5 == 0 else (236, 240, 237)
        cv2.line(paper, (at, 0), (at, height), shade, 1)
        cv2.line(paper, (0, at), (width, at), shade, 1)
    return paper


def _spread(
    hills: Grid, cell_px: float, size: tuple[int, int], top: float, kind: Kind
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(share 0 to 1, cover 0 to 1) of every pixel of (width, height)."""
    width, height = size
    rows, columns = max(1, math.ceil(height / cell_px)), max(1, math.ceil(width / cell_px))
    whole = np.zeros((rows, columns), np.float32)
    part = hills[:rows, :columns]
    whole[: part.shape[0], : part.shape[1]] = part
    large = (max(width, round(columns * cell_px)), max(height, round(rows * cell_px)))
    fine = cv2.resize(whole, large, interpolation=cv2.INTER_CUBIC)[:height, :width].astype(np.float64)
    parts = np.clip(fine / top if top else fine, -1, 1)
    cover = np.clip(np.abs(parts) * 7, 0, 0.86)
    return (parts + 1) / 2 if kind is Kind.CHANGE else np.clip(parts, 0, 1), cover


def _outline(floor: Pixels, area: Area, per_m: float) -> None:
    corners = np.rint(np.array(area.corners) * per_m).astype(np.int32)
    cv2.polylines(floor, [corners], isClosed=True, color=(255, 255, 255), thickness=4, lineType=cv2.LINE_AA)
    cv2.polylines(floor, [corners], isClosed=True, color=INK, thickness=2, lineType=cv2.LINE_AA)
    middle = corners.mean(axis=0)
    _say(floor, area.name, (float(middle[0]), float(middle[1])), 20, INK, weight=560, middle=True, halo=True)


def _legend(paper: Pixels, scale: Scale, words: Words, top: int) -> None:
    long, high = 220, 18
    bar = np.repeat(scale[np.linspace(0, 255, long).astype(np.intp)][None], high, axis=0)
    left = EDGE + _say(paper, words.least, (EDGE, top + 17), 18, SOFT) + 10
    paper[top + 2 : top + 2 + high, left : left + long] = np.rint(bar)
    _say(paper, words.most, (left + long + 10, top + 17), 18, SOFT)


def _measure(paper: Pixels, per_m: float, right: int, y: int) -> None:
    """A bar of a round length, so that the eye can judge distances."""
    wanted = 110 / per_m
    power = 10 ** math.floor(math.log10(wanted))
    metres = next((step * power for step in reversed(STEPS) if step * power <= wanted), power)
    left = right - round(metres * per_m)
    cv2.line(paper, (left, y), (right, y), INK, 2)
    for x in (left, right):
        cv2.line(paper, (x, y - 5), (x, y + 5), INK, 2)
    _say(paper, f"{metres:g} m", ((left + right) / 2, y + 20), 18, SOFT, middle=True)


def _say(
    paper: Pixels, words: str, at: tuple[float, float], size: int, colour: tuple[int, int, int],
    *, weight: int = 400, middle: bool = False, halo: bool = False,
) -> int:  # fmt: skip
    """Write words with their baseline's left end, or for `middle` their centre, at a place. Returns the width.

    A letter that the font lacks becomes a box: a picture of the floor need not fail for a zone's name.
    """
    face = cv2.FontFace("sans")
    (_, _, width, high) = cv2.getTextSize(paper.shape[1::-1], words, (0, 0), face, size, weight)
    x, y = (at[0] - width / 2, at[1] + high / 2) if middle else at
    origin = (round(x), round(y))
    if halo:
        for dx, dy in ((-3, 0), (3, 0), (0, -3), (0, 3), (-2, -2), (2, 2), (-2, 2), (2, -2)):
            cv2.putText(paper, words, (origin[0] + dx, origin[1] + dy), (255, 255, 255), face, size, weight)
    cv2.putText(paper, words, origin, colour, face, size, weight)
    return int(width)
