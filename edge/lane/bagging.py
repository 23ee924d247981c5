"""Whether what lies in the bags is what was scanned: a scale under the bags, and what it should show. Pure.

Every weight is in grams. A piece whose weight is not known may weigh anything; it only must not take anything away.
"""

from dataclasses import dataclass, replace

SETTLE_MS = 3_000
"""What is wrong for so long calls somebody: goods are put down and taken up again all the time."""


@dataclass(frozen=True, slots=True)
class Bag:
    """`rest`: the weight at which all was well, None before the first word. `due`: (weight, tolerance) of each piece

    that was scanned and is not in the bag yet; a weight of None is not known.
    """

    rest: int | None = None
    due: tuple[tuple[int | None, int], ...] = ()
    wrong_since: int | None = None


def expect(bag: Bag, grams: int | None, tolerance: int) -> Bag:
    """A piece was scanned."""
    spare = tolerance + (grams or 0) // 20
    return replace(bag, due=(*bag.due, (grams, spare)))


def heard(bag: Bag, grams: int | None, noise: int, now: int) -> Bag:
    """The scale said a weight at rest; None: it moves or is silent, and nothing can be told."""
    if grams is None:
        return bag
    if bag.rest is None:
        return replace(bag, rest=grams, due=())
    settled = _settle(bag.due, grams - bag.rest, noise)
    if settled is not None:
        return Bag(grams, settled)
    return replace(bag, wrong_since=bag.wrong_since if bag.wrong_since is not None else now)


def wrong(bag: Bag, now: int) -> bool:
    """Whether it has been wrong for long enough that somebody should look."""
    return bag.wrong_since is not None and now - bag.wrong_since >= SETTLE_MS


def accept(bag: Bag) -> Bag:
    """Somebody looked: whatever lies there now is right. The next word says how much that is."""
    return replace(bag, rest=None, due=(), wrong_since=None)


def _settle(
    due: tuple[tuple[int | None, int], ...], change: int, noise: int
) -> tuple[tuple[int | None, int], ...] | None:
    """What is still due after this change of weight; None: the change fits nothing that was scanned."""
    if abs(change) <= noise:
        return due
    for upto in range(1, len(due) + 1):
        part = due[:upto]
        known = sum(grams for grams, _ in part if grams is not None)
        spare = sum(tolerance for _, tolerance in part)
        if abs(change - known) <= spare or (any(grams is None for grams, _ in part) and change >= known - spare):
            return due[upto:]
    return None
