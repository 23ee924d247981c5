"""The picture under way: palette indices, kept by columns, which is how glyphs come."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from drivers.base import Ink, Panel, PanelImage
from edge.labels.glyphs import Face, Mask
from edge.labels.typeset import Block


class CutOff(ValueError):
    """Something would stand partly outside the panel."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the panel, half open: `right` and `bottom` are just outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top

    def shrunk(self, x: int, y: int) -> "Box":
        """The box less `x` columns and `y` rows on each side."""
        return Box(self.left + x, self.top + y, self.right - x, self.bottom - y)


class Canvas:
    """A panel's pixels, white at first. x grows to the right and y down."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self._index = {ink: index for index, ink in enumerate(panel.inks)}
        self._columns = np.full((panel.width, panel.height), self._index[Ink.WHITE], np.uint8)

    def copy(self) -> "Canvas":
        """The picture so far, to try something on."""
        made = Canvas(self.panel)
        made._columns = self._columns.copy()
        return made

    def fill(self, box: Box, ink: Ink) -> None:
        """Fill a box."""
        if min(box.left, box.top) < 0 or box.right > self.panel.width or box.bottom > self.panel.height:
            raise CutOff("a box does not fit")
        self._columns[box.left : box.right, box.top : box.bottom] = self._index[ink]

    def block(self, block: Block, x: int, baseline: int, ink: Ink) -> None:
        """Set a price. Raises CutOff."""
        for run in block.runs:
            self.text(run.line, run.face, x + run.x, baseline - run.up, ink)

    def text(self, line: Mask, face: Face, x: int, baseline: int, ink: Ink) -> None:
        """Set a line made by `face`. Raises CutOff rather than lose a pixel of ink."""
        top = baseline - face.rise
        below = self.panel.height - top
        if x < 0 or x + len(line) > self.panel.width:
            raise CutOff("a line of text is wider than its place")
        if top < 0 or below < face.height:
            if line[:, : max(0, -top)].any() or line[:, max(0, below) :].any():
                raise CutOff("a line of text is taller than its place")
            line = line[:, max(0, -top) : max(0, below)]
            top = max(0, top)
        place = self._columns[x : x + line.shape[0], top : top + line.shape[1]]
        np.copyto(place, self._index[ink], where=line)

    def code(self, modules: npt.NDArray[np.uint8], size: int, left: int, top: int) -> None:
        """A code of dark (0) and light modules, `size` pixels each; `left` and `top` are its first dark corner."""
        side = len(modules) * size
        if min(left, top) < 0 or left + side > self.panel.width or top + side > self.panel.height:
            raise CutOff("the code does not fit")
        inks = np.where(modules.T == 0, np.uint8(self._index[Ink.BLACK]), np.uint8(self._index[Ink.WHITE]))
        large = cv2.resize(inks, (side, side), interpolation=cv2.INTER_NEAREST)
        self._columns[left : left + side, top : top + side] = large

    def image(self) -> PanelImage:
        """What has been drawn."""
        return PanelImage(self.panel, cv2.transpose(self._columns))
