"""Where things stand on a panel, from its size and the size of its code alone.

Reading order is the same on every panel: the name on top, the price large beneath it, unit price and item number at
the foot, the code in the lower right corner. A wide panel has the price beside the code, a tall one above it.
"""

from dataclasses import dataclass

from drivers.base import Panel
from edge.labels.glyphs import SMALLEST
from edge.labels.qr import QUIET, module_size


@dataclass(frozen=True, slots=True)
class Layout:
    """Pixels, from the upper left corner."""

    width: int
    height: int
    margin: int
    tall: bool
    module: int
    """Pixels per module of the code."""
    code_side: int
    """The code with its quiet zone, which nothing else may enter."""

    @property
    def gap(self) -> int:
        """Rows between pieces that belong to different things."""
        return max(3, self.margin * 3 // 4)

    @property
    def code_left(self) -> int:
        """Where the code's quiet zone begins; also where the column beside it ends."""
        return self.width - self.code_side

    @property
    def code_top(self) -> int:
        """Where the code's quiet zone begins."""
        return self.height - self.code_side

    @property
    def price_right(self) -> int:
        """Where the price must end."""
        return self.width if self.tall else self.code_left

    @property
    def name_bottom(self) -> int:
        """Where a name of common length ends, so that prices stand at one height along a shelf."""
        return min(self.code_top, self.height * (30 if self.tall else 41) // 100)

    @property
    def name_limit(self) -> int:
        """Where the longest name must end, so that the price stays the largest thing on the label."""
        return self.height * (40 if self.tall else 52) // 100

    @property
    def name_caps(self) -> range:
        """Heights of capitals to try for a name, largest first."""
        return range(max(SMALLEST, min(self.height * 15 // 100, self.width * 15 // 200)), SMALLEST - 1, -1)

    @property
    def foot_cap(self) -> int:
        """Height of the unit price's digits."""
        return max(8, min(self.height * 7 // 100, self.width * 5 // 100))

    def name_width(self, bottom: int) -> int:
        """Room for a line of the name whose foot is at row `bottom`."""
        return (self.width - self.margin if bottom <= self.code_top else self.code_left) - self.margin


def lay_out(panel: Panel, modules: int) -> Layout:
    """The layout for a code of `modules` × `modules`. Raises ValueError when the panel is too small for it."""
    size = module_size(modules, panel.width, panel.height)
    if not size:
        raise ValueError(
            f"a code of {modules} modules is too large for a panel of {panel.width} × {panel.height}; "
            "a shorter domain makes a smaller code"
        )
    return Layout(
        width=panel.width,
        height=panel.height,
        margin=max(4, min(panel.width, panel.height) // 28),
        tall=panel.height > panel.width,
        module=size,
        code_side=(modules + 2 * QUIET) * size,
    )
