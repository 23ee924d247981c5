"""What one movement does to the book of its item (pure).

A count is the truth about all that was noted before it. What is noted later but happened before it, by its own time,
was seen by whoever counted: it changes how far off the book was then, and not what is there now. So the balance is
the sum of the movements, in whatever order they come.
"""

from dataclasses import dataclass, replace

from edge.inventory.facts import Balance, Movement


@dataclass(frozen=True, slots=True)
class Book:
    """One item: what is there, what is promised, and when it was last counted."""

    hand: int = 0
    reserved: int = 0
    counted_at: int | None = None

    @property
    def balance(self) -> Balance:
        """What the movements come to."""
        return Balance(self.hand, self.reserved)


@dataclass(frozen=True, slots=True)
class Noted:
    """What came of a movement. `adds`: what it adds to the hand; of a count, what it found more than the book said.

    `seen`: a count of that moment or later saw it already; that count found so much less of a difference.
    """

    book: Book
    adds: int
    seen: bool = False


def enter(book: Book, move: Movement) -> Noted:
    """Enter a movement that the book does not have yet."""
    if move.counted is not None:
        return Noted(replace(book, hand=move.counted, counted_at=move.at), move.counted - book.hand)
    seen = was_seen(move.at, book.counted_at)
    hand = book.hand if seen else book.hand + move.hand
    return Noted(replace(book, hand=hand, reserved=book.reserved + move.reserved), move.hand, seen)


def was_seen(at: int, counted_at: int | None) -> bool:
    """Whether the last count saw what happened then. At the same moment a count comes last."""
    return counted_at is not None and at <= counted_at
