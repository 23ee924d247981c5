"""Where somebody who walked on should be by now, and how sure that is: a Kalman filter for a walker.

Along either axis a person has a place and a speed, and changes the speed at random. Lengths are in body heights,
so that the same numbers hold near the camera and far away, and times in seconds, so that they hold at any rate.
"""

from typing import NamedTuple


class Walk(NamedTuple):
    """How people move and how well they are seen, as standard deviations."""

    noise: float
    """Body heights by which somebody is seen off; 0.04 on drawn films, with the shipped model."""
    sway: float
    """By how much a speed changes: body heights a second, for every root of a second."""
    pace: float
    """Speed of somebody of whom only one sight is known: body heights a second."""


class Spread(NamedTuple):
    """What is not known: variances of place and speed, and how they go together."""

    place: float
    both: float
    speed: float


def first(walk: Walk) -> Spread:
    """After one sight."""
    return Spread(walk.noise**2, 0.0, walk.pace**2)


def later(spread: Spread, gap: float, walk: Walk) -> Spread:
    """After `gap` seconds without a sight."""
    place, both, speed = spread
    drift = walk.sway**2 * gap
    return Spread(
        place + gap * (2 * both + gap * speed + gap * drift / 3), both + gap * (speed + drift / 2), speed + drift
    )


def corrected(spread: Spread, walk: Walk) -> tuple[Spread, float, float]:
    """After a sight: the spread, and the parts of what the place was off by that go to the place and to the speed."""
    seen = spread.place + walk.noise**2
    to_place, to_speed = spread.place / seen, spread.both / seen
    left = 1 - to_place
    return Spread(spread.place * left, spread.both * left, spread.speed - to_speed * spread.both), to_place, to_speed
