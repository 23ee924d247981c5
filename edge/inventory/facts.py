"""What moves stock. Quantities are whole pieces, grams, millilitres or millimetres; times UTC epoch milliseconds."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Why stock moved, other than by a sale, which is its own movement."""

    DELIVERY = "delivery"
    COUNT = "count"
    WASTE = "waste"
    RESERVE = "reserve"
    RELEASE = "release"
    COLLECTED = "collected"


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of one item. `id` names it for ever: a repeat is no second movement.

    `hand` is what it adds to what is in the shop, `reserved` to what is promised. A count has `counted` instead: all
    that a person found, goods set aside included.
    """

    id: str
    item: str
    kind: Kind
    at: int
    hand: int = 0
    reserved: int = 0
    counted: int | None = None
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """What the movements of one item come to."""

    hand: int = 0
    reserved: int = 0

    @property
    def free(self) -> int:
        """What may still be promised. Below 0: more was promised, or sold, than the book knows of."""
        return self.hand - self.reserved
