"""Which panel a label has and how its memory is laid out, from the type number in its advert.

Source: reference/ESL_PROTOCOLS.md §3. The type number has 14 bits: 1-2 colours, 3-4 technology, 5-10 size.
"""

from dataclasses import dataclass, replace
from enum import Enum

from drivers.base import Ink, Panel


class Layout(Enum):
    """How the scanned pixels are put into bytes."""

    PLANES = "planes"
    """One bit per pixel, a second plane for the colour."""
    TWO_BITS = "two-bits"
    """Four-colour panels: two bits per pixel."""
    LINE_CHUNKS = "line-chunks"
    """Planes, cut into one short chunk per column of the panel."""
    QUICKLZ = "quicklz"
    """Planes, framed as QuickLZ chunks of 64 bytes."""


@dataclass(frozen=True, slots=True)
class Memory:
    """How upright pixels become the label's scan order: turned, then scanned from one corner, row by row."""

    quarter_turns: int = 0
    """Counter-clockwise."""
    mirror_x: bool = False
    mirror_y: bool = False
    inverted: bool = False
    """In plane 1 a set bit is black, not white."""
    spare_rows: int = 0
    """Rows below the visible picture that the memory has and the glass has not."""
    layout: Layout = Layout.PLANES


@dataclass(frozen=True, slots=True)
class Model:
    """One label model. `panel` is None for an unknown size, `memory` where no source tells the layout."""

    number: int
    panel: Panel | None
    memory: Memory | None

    @property
    def name(self) -> str:
        """The type number as printed in the reference table: four hex digits."""
        return f"{self.number:04X}"


TYPE_BITS = 0x3FFF
COLOURS = (
    (Ink.BLACK, Ink.WHITE),
    (Ink.BLACK, Ink.WHITE, Ink.RED),
    (Ink.BLACK, Ink.WHITE, Ink.YELLOW),
    # In the order of the wire's two-bit values.
    (Ink.BLACK, Ink.WHITE, Ink.YELLOW, Ink.RED),
)
SIZES = {
    0: (212, 104),
    1: (296, 128),
    2: (400, 300),
    3: (640, 384),
    4: (960, 640),
    5: (250, 132),
    6: (196, 96),
    7: (640, 480),
    8: (250, 122),
    9: (800, 480),
    10: (280, 480),
    17: (240, 416),  # not in the list of sizes; told by model 022B
}
# The layouts that a source has seen on a label. The TFT of 00A0 is missing on purpose: its buffer holds half
# the columns twice, so a picture made for its 250x132 pixels cannot arrive whole.
MEMORIES = {
    (212, 104): Memory(quarter_turns=3, mirror_x=True),
    (250, 122): Memory(quarter_turns=3, mirror_x=True, spare_rows=6),
    (296, 128): Memory(quarter_turns=1),
    (400, 300): Memory(),
    (240, 416): Memory(quarter_turns=2, mirror_x=True, layout=Layout.LINE_CHUNKS),
    (800, 480): Memory(mirror_y=True, inverted=True, layout=Layout.QUICKLZ),
    (960, 640): Memory(layout=Layout.QUICKLZ),
}
FOUR_COLOUR_SIZES = frozenset({(296, 128), (400, 300)})
OLD_PACKING = (0x012B, 0x8101)
"""The 7.5" label with this firmware takes line chunks instead of QuickLZ (public Home Assistant driver)."""


def model_of(number: int, firmware: int) -> Model:
    """Tell the model from its 14-bit type number and 16-bit firmware number. Never raises."""
    number &= TYPE_BITS
    size = SIZES.get(number >> 5)
    if size is None:
        return Model(number, None, None)
    inks = COLOURS[number >> 1 & 3]
    is_tft = number >> 3 & 3 == 0
    memory = None if is_tft else MEMORIES.get(size)
    if memory is not None and len(inks) == 4:
        memory = replace(memory, layout=Layout.TWO_BITS) if size in FOUR_COLOUR_SIZES else None
    if memory is not None and (number, firmware) == OLD_PACKING:
        memory = replace(memory, layout=Layout.LINE_CHUNKS)
    return Model(number, Panel(*size, inks), memory)
