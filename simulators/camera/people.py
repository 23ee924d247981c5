"""Draws people: shaded ellipses for head, trunk and swinging limbs, with a soft shadow on the floor."""

import math
import random
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

SKIN: tuple[Colour, ...] = ((150, 180, 225), (110, 150, 205), (80, 115, 165), (55, 80, 120))
HAIR: tuple[Colour, ...] = ((30, 30, 35), (40, 60, 90), (90, 140, 180), (150, 150, 155))
CLOTHES: tuple[Colour, ...] = (
    (60, 50, 45), (140, 70, 40), (50, 50, 160), (70, 120, 60), (40, 110, 190), (130, 120, 40), (95, 60, 120),
    (25, 25, 30), (235, 235, 230), (60, 140, 210),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What one person looks like all through the film."""

    skin: Colour
    hair: Colour
    top: Colour
    legs: Colour
    wide: float
    """Times the average width."""
    steps: float
    """Steps in a second, both feet."""
    bag: bool


def make_look(seed: int) -> Look:
    """A person's clothes and gait from a seed."""
    source = random.Random(seed)  # noqa: S311  # a picture, no secret
    return Look(
        skin=source.choice(SKIN),
        hair=source.choice(HAIR),
        top=source.choice(CLOTHES),
        legs=source.choice(CLOTHES[:8]),
        wide=source.uniform(0.85, 1.2),
        steps=source.uniform(1.5, 2.1),
        bag=source.random() < 0.3,
    )


def draw_shadow(shade: Pixels, x: float, y: float, tall: float) -> None:
    """Darken the floor at a person's feet. `shade` is one channel, 255 where there is no shadow."""
    axes = (max(round(tall * 0.17), 1), max(round(tall * 0.05), 1))
    cv2.ellipse(shade, (round(x + tall * 0.06), round(y)), axes, 0, 0, 360, 175, -1, cv2.LINE_AA)


def draw_person(picture: Pixels, look: Look, x: float, y: float, tall: float, t: float) -> None:
    """Draw one person with the feet at (x, y), `tall` pixels high, `t` seconds into the walk."""
    swing = math.sin(t * look.steps * math.pi)
    wide = tall * 0.13 * look.wide
    hip, shoulder = y - tall * 0.47, y - tall * 0.82
    for side in (-1, 1):
        lift = max(side * swing, 0) * tall * 0.045
        foot = (x + side * wide * 0.45, y - lift)
        _limb(picture, (x + side * wide * 0.35, hip), foot, tall * 0.085, _shade(look.legs, 0.85 + 0.15 * side))
        _limb(
            picture,
            (foot[0] - tall * 0.01, foot[1]),
            (foot[0] + tall * 0.02, foot[1]),
            tall * 0.05,
            (25, 25, 28),
        )
        hand = (x + side * (wide + tall * 0.03), hip + side * swing * tall * 0.05)
        _limb(picture, (x + side * wide * 0.9, shoulder + tall * 0.04), hand, tall * 0.06, _shade(look.top, 0.8))
        cv2.circle(picture, _point(*hand), max(round(tall * 0.025), 1), look.skin, -1, cv2.LINE_AA)
    middle = (x, (hip + shoulder) / 2 + tall * 0.02)
    _blob(picture, middle, (wide, tall * 0.21), look.top)
    _blob(picture, (x - wide * 0.25, middle[1] - tall * 0.04), (wide * 0.5, tall * 0.13), _shade(look.top, 1.18))
    if look.bag:
        _blob(picture, (x + wide * 1.3, hip + tall * 0.08), (tall * 0.06, tall * 0.08), (60, 90, 130))
    _blob(picture, (x, y - tall * 0.925), (tall * 0.058, tall * 0.075), look.skin)
    _blob(picture, (x, y - tall * 0.955), (tall * 0.06, tall * 0.045), look.hair)


def _point(x: float, y: float) -> tuple[int, int]:
    return round(x), round(y)


def _shade(colour: Colour, times: float) -> Colour:
    blue, green, red = (min(round(part * times), 255) for part in colour)
    return blue, green, red


def _blob(picture: Pixels, middle: tuple[float, float], axes: tuple[float, float], colour: Colour) -> None:
    sizes = (max(round(axes[0]), 1), max(round(axes[1]), 1))
    cv2.ellipse(picture, _point(*middle), sizes, 0, 0, 360, colour, -1, cv2.LINE_AA)


def _limb(picture: Pixels, start: tuple[float, float], end: tuple[float, float], thick: float, colour: Colour) -> None:
    cv2.line(picture, _point(*start), _point(*end), colour, max(round(thick), 1), cv2.LINE_AA)
