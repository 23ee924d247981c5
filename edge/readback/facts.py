"""What is read from a picture, and what is made of it. None of these can hold a picture."""

from dataclasses import dataclass
from enum import StrEnum

Corner = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """One label's code in a picture.

    `item` is a GTIN-14, `tag` the label's own short name in its code ("" for a code that has none). `corners` are the
    code's, in pixels of the picture (y down), clockwise from the code's own upper left. `side` is the length of its
    shortest side in pixels, `modules` how many modules stand on it.
    """

    item: str
    version: int
    tag: str
    corners: tuple[Corner, Corner, Corner, Corner]
    side: int
    modules: int

    @property
    def module_px(self) -> float:
        """Pixels of a module along the shortest side: how well the code could be seen."""
        return self.side / self.modules

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the code, in pixels of the picture."""
        return sum(x for x, _ in self.corners) / 4, sum(y for _, y in self.corners) / 4


@dataclass(frozen=True, slots=True)
class Look:
    """All that was read in one picture of `width` × `height` pixels. `foreign`: codes that are none of this shop's."""

    width: int
    height: int
    readings: tuple[Reading, ...]
    foreign: int = 0


class Verdict(StrEnum):
    """How a reading stands to what the ledger believes."""

    RIGHT = "right"
    """The label shows what it should."""
    CHANGING = "changing"
    """It shows what it may still show: something newer is on its way to it, or came after the picture was taken."""
    OLD = "old"
    """It shows an older price than the ledger believes."""
    UNEXPECTED = "unexpected"
    """It shows a version of its item that it was never sent."""
    WRONG_ITEM = "wrong-item"
    """It shows an item that it does not stand for."""
    MOVED = "moved"
    """It shows what it should, in a place that is not its own."""
    UNBOUND = "unbound"
    """No label in service should show this item, or not this label."""
    SURPLUS = "surplus"
    """The item, or this very label, is seen more often than there are labels for it."""
    UNKNOWN_ITEM = "unknown-item"
    """This shop has no such item."""

    @property
    def contradicts(self) -> bool:
        """Whether the label is not what its own word says."""
        return self in (Verdict.OLD, Verdict.UNEXPECTED, Verdict.WRONG_ITEM)

    @property
    def stray(self) -> bool:
        """Whether it hangs there without standing for anything in this shop's books."""
        return self in (Verdict.UNBOUND, Verdict.SURPLUS, Verdict.UNKNOWN_ITEM)

    @property
    def fine(self) -> bool:
        """Whether nobody has to do anything."""
        return self in (Verdict.RIGHT, Verdict.CHANGING)


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading with its verdict.

    `label` is the device that the reading is about, "" where that cannot be known. `evidence`: the reading says for
    certain what that label showed when the picture was taken, and nothing happened to it since. Money is minor units:
    `shown` is what the version that was read costs, `charged` what the tills may charge, each None where unknown.
    `wanted` is what the label should show, as (item, version).
    """

    reading: Reading
    verdict: Verdict
    label: str = ""
    place: str = ""
    name: str = ""
    evidence: bool = False
    shown: int | None = None
    charged: int | None = None
    wanted: tuple[str, int] | None = None

    @property
    def over(self) -> int:
        """What a shopper is charged above the label, per piece or unit; below zero: what the shop gives away."""
        return 0 if self.shown is None or self.charged is None else self.charged - self.shown
