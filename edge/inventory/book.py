"""The balance as a pure function of the set of movements: no order and no repeat of them makes a difference."""

from collections.abc import Iterable

from edge.inventory.facts import Balance, Kind, Movement


def place(move: Movement) -> tuple[int, bool, str]:
    """Where a movement stands among the others: by its own time; at the same moment a count comes last."""
    return move.at, move.kind is Kind.COUNT, move.id


def balance(moves: Iterable[Movement]) -> Balance:
    """The balance of one item."""
    return _fold(moves)[0]


def differences(moves: Iterable[Movement]) -> dict[str, int]:
    """What each count found more (or less, below 0) than the book said, by the count's id."""
    return _fold(moves)[1]


def _fold(moves: Iterable[Movement]) -> tuple[Balance, dict[str, int]]:
    once = {move.id: move for move in moves}
    hand = reserved = 0
    found: dict[str, int] = {}
    for move in sorted(once.values(), key=place):
        reserved += move.reserved
        if move.counted is None:
            hand += move.hand
        else:
            found[move.id] = move.counted - hand
            hand = move.counted
    return Balance(hand, reserved), found
