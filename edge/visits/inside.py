"""How many people are inside: a plain function of who came and went since the day began."""

from collections.abc import Iterable

Moved = tuple[int, int, int]
"""When (UTC epoch milliseconds), how many came in, how many went out."""


def inside(moved: Iterable[Moved]) -> list[tuple[int, int]]:
    """(when, people inside from then on), for moves in order of time.

    Nobody can be fewer than nobody: where more went out than had been counted in, somebody was missed at the door,
    and counting goes on from none instead of carrying the mistake through the day.
    """
    people, curve = 0, []
    for at, came, went in moved:
        people = max(0, people + came - went)
        curve.append((at, people))
    return curve
