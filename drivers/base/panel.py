"""Displays, and pictures in their own palette."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt


class Ink(StrEnum):
    """Colours a panel can show."""

    BLACK = "black"
    WHITE = "white"
    RED = "red"
    YELLOW = "yellow"


@dataclass(frozen=True, slots=True)
class Panel:
    """A display as a reader sees it: upright, in pixels. `inks[i]` is the colour of palette index i."""

    width: int
    height: int
    inks: tuple[Ink, ...]


@dataclass(frozen=True)
class PanelImage:
    """A picture in a panel's own palette.

    `pixels` is uint8 of shape (height, width), upright; each value indexes `panel.inks`. Rotation, mirroring
    and plane packing belong to the driver.
    """

    panel: Panel
    pixels: npt.NDArray[np.uint8]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of size, inks and pixels, hex: what the ledger says was shown."""
        head = f"{self.panel.width}x{self.panel.height}:{','.join(self.panel.inks)}:".encode()
        return hashlib.sha256(head + self.pixels.tobytes()).hexdigest()
