"""A person as spheres in space: every limb is the hull of a few, so that it looks right from any side.

Measures are parts of the body's height, roughly those of a drawing manual; body axes are x to the right, y ahead,
z up, with the feet on z = 0.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from edge.vision.training.view import Floats, Random

Sphere = tuple[float, float, float, float]
"""x, y, z, radius."""
Upper = Callable[[float, float, float, float], Sphere]
"""A sphere of the upper body: z counts from the hip, and leans with it."""


class Add(Protocol):
    """Puts one more part on the body."""

    def __call__(self, name: str, tone: float, *spheres: Sphere, body: bool = True) -> None:
        """See Part."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one person looks like. Tones are greys, 0..255."""

    tall: float
    """Metres."""
    broad: float
    belly: float
    skin: float
    hair: float
    top: float
    legs: float
    shoes: float
    bag: float
    long_hair: bool
    hat: bool
    skirt: float
    """How far a skirt or coat reaches down, as part of the thigh and shin; 0: none."""
    bare_arms: bool
    bare_legs: bool
    backpack: bool
    handbag: bool
    cart: str
    """What is pushed: "", "trolley", "pram" or "suitcase"."""
    pattern: int
    """Seed of the cloth's pattern; 0: plain."""
    shirt: float
    """What shows where a jacket is open in front; below 0: it is closed."""


@dataclass(frozen=True, slots=True)
class Pose:
    """What the body does."""

    kind: str
    """walk, stand, sit, reach or crouch."""
    phase: float
    """Radians of the gait: a whole turn is two steps."""
    stride: float
    """How far the legs swing, radians."""
    arms: str
    """swing, phone, carry or pockets."""
    lean: float
    """Radians ahead."""


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of body or load: rows `first:last` of the spheres."""

    name: str
    first: int
    last: int
    tone: float
    body: bool
    """Whether it belongs to the box around the person."""


def random_look(random: Random) -> Look:
    """Somebody: men, women and children, in light and dark clothes."""
    child = random.random() < 0.12
    tall = random.uniform(0.95, 1.45) if child else float(np.clip(random.normal(1.7, 0.1), 1.45, 2.0))
    cart = "" if child or random.random() > 0.12 else str(random.choice(["trolley", "pram", "suitcase"]))
    top, legs = random.uniform(8, 245), random.uniform(8, 170) if random.random() < 0.75 else random.uniform(8, 245)
    return Look(
        tall=tall, broad=random.uniform(0.85, 1.3), belly=max(random.normal(0.0, 0.35), 0.0),
        skin=random.uniform(60, 225),
        hair=random.uniform(5, 140) if random.random() < 0.8 else random.uniform(120, 235),
        top=top, legs=top if random.random() < 0.15 else legs, shoes=random.uniform(5, 230), bag=random.uniform(5, 240),
        long_hair=random.random() < 0.4, hat=random.random() < 0.12,
        skirt=random.uniform(0.3, 1.6) if random.random() < 0.25 else 0.0,
        bare_arms=random.random() < 0.3, bare_legs=random.random() < 0.2, backpack=random.random() < 0.15,
        handbag=random.random() < 0.25, cart=cart,
        pattern=int(random.integers(1, 1 << 30)) if random.random() < 0.35 else 0,
        shirt=random.uniform(10, 250) if random.random() < 0.35 else -1.0,
    )  # fmt: skip


def random_pose(random: Random, cart: str) -> Pose:
    """What somebody may be doing in a shop or on a square."""
    kind = str(random.choice(["walk", "stand", "sit", "reach", "crouch"], p=[0.66, 0.22, 0.05, 0.04, 0.03]))
    kind = "walk" if cart else kind
    stride = random.uniform(0.25, 0.6) if kind == "walk" else random.uniform(0, 0.08)
    arms = "carry" if cart else str(random.choice(["swing", "phone", "carry", "pockets"], p=[0.68, 0.1, 0.1, 0.12]))
    return Pose(kind, random.uniform(0, 2 * math.pi), stride, arms, max(random.normal(0.05, 0.06), -0.05))


def build(look: Look, pose: Pose) -> tuple[Floats, list[Part]]:
    """Spheres (n, 4) in metres in body axes, and the parts they make."""
    rows: list[Sphere] = []
    parts: list[Part] = []

    def add(name: str, tone: float, *spheres: Sphere, body: bool = True) -> None:
        parts.append(Part(name, len(rows), len(rows) + len(spheres), tone, body))
        rows.extend(spheres)

    broad, hip = look.broad, {"sit": 0.29, "crouch": 0.2}.get(pose.kind, 0.5)
    lean = pose.lean + (0.5 if pose.kind == "crouch" else 0.0)
    for side, sign in ((-1, 1.0), (1, -1.0)):
        _leg(add, look, pose, side, sign, hip)
    if look.skirt:
        _skirt(add, look, pose, hip)

    def upper(x: float, y: float, z: float, radius: float) -> Sphere:
        """A sphere of the upper body, `z` over the hip, leaning."""
        return x, y * math.cos(lean) + z * math.sin(lean), hip + z * math.cos(lean) - y * math.sin(lean), radius

    add(
        "trunk", look.top,
        upper(-0.045 * broad, 0, 0.02, 0.06 * broad), upper(0.045 * broad, 0, 0.02, 0.06 * broad),
        upper(0, 0.02 + 0.06 * look.belly, 0.1, 0.07 * broad),
        upper(-0.06 * broad, 0, 0.22, 0.06), upper(0.06 * broad, 0, 0.22, 0.06),
        upper(-0.095 * broad, 0, 0.31, 0.034), upper(0.095 * broad, 0, 0.31, 0.034),
    )  # fmt: skip
    if look.shirt >= 0:
        front = 0.05 + 0.06 * look.belly
        add("shirt", look.shirt, upper(0, front + 0.03, 0.06, 0.022), upper(0, 0.055, 0.29, 0.012 + 0.012 * broad))
    for side, sign in ((-1, -1.0), (1, 1.0)):
        _arm(add, look, pose, side, sign, upper)
    add("neck", look.skin, upper(0, 0, 0.33, 0.032), upper(0, 0.005, 0.37, 0.03))
    add("head", look.skin, upper(0, 0.012, 0.425, 0.05), upper(0, 0.02, 0.405, 0.04))
    add("eyes", look.skin * 0.5, upper(-0.02, 0.056, 0.428, 0.008), upper(0.02, 0.056, 0.428, 0.008))
    cap = upper(0, 0.012, 0.455, 0.066) if look.hat else upper(0, -0.006, 0.445, 0.056)
    add("hair", look.bag if look.hat else look.hair, cap, upper(0, -0.016, 0.425, 0.05))
    if look.long_hair:
        add("locks", look.hair, upper(0, -0.03, 0.42, 0.05), upper(0, -0.045, 0.33, 0.045))
    if look.backpack:
        corners = [upper(x, -0.12, z, 0.04) for x in (-0.06, 0.06) for z in (0.12, 0.28)]
        add("pack", look.bag, *corners, body=False)
    _cart(add, look)
    spheres = np.array(rows, np.float64)
    lowest = float((spheres[:, 2] - spheres[:, 3])[[parts[i].first for i in (0, 3)]].min())
    spheres[:, 2] -= min(lowest, hip) if pose.kind in ("walk", "stand", "reach") else 0.0
    spheres[:, 2] = np.maximum(spheres[:, 2], spheres[:, 3] * 0.5)
    return spheres * look.tall, parts


def _leg(add: Add, look: Look, pose: Pose, side: int, sign: float, hip: float) -> None:
    swing = sign * pose.stride * math.sin(pose.phase)
    bend = max(sign * math.cos(pose.phase), 0.0) * pose.stride * 1.6 + 0.04
    if pose.kind == "sit":
        swing, bend = 1.4, 1.4
    elif pose.kind == "crouch":
        swing, bend = 1.5, 2.3
    x, half = side * 0.05 * look.broad, 0.235
    knee = (x, half * math.sin(swing), hip - half * math.cos(swing))
    turn = swing - bend
    ankle = (x * 1.05, knee[1] + half * math.sin(turn), knee[2] - half * math.cos(turn))
    skin_below = look.skin if look.bare_legs else look.legs
    lift = max(-turn * 0.5, 0.0)
    add("shoe", look.shoes, (*ankle, 0.022), (ankle[0] * 1.15, ankle[1] + 0.075, ankle[2] - 0.01 - lift * 0.05, 0.018))
    add("shin", skin_below, (*knee, 0.036), (*ankle, 0.024))
    add("thigh", look.legs, (x, 0.0, hip, 0.058 * look.broad), (*knee, 0.04))


def _skirt(add: Add, look: Look, pose: Pose, hip: float) -> None:
    down = 0.235 * min(look.skirt, 1.7)
    wide = 0.06 + 0.02 * look.skirt
    ahead = 0.18 if pose.kind in ("sit", "crouch") else 0.6 * down * math.sin(pose.stride)
    low = max(hip - down, 0.08)
    ring = [(x * wide, y, low, 0.03) for x in (-1.0, 1.0) for y in (-ahead if pose.kind == "walk" else 0.0, ahead)]
    tone = look.top if look.pattern % 2 else look.legs
    add("skirt", tone, (-0.05 * look.broad, 0.0, hip, 0.06), (0.05 * look.broad, 0.0, hip, 0.06), *ring)


def _arm(add: Add, look: Look, pose: Pose, side: int, sign: float, upper: Upper) -> None:
    swing, bend = sign * pose.stride * 0.8 * math.sin(pose.phase), 0.25
    if pose.kind == "reach" and side > 0:
        swing, bend = 1.9, 0.2
    elif pose.arms == "carry":
        swing, bend = 0.5, 1.0
    elif pose.arms == "phone" and side > 0:
        swing, bend = 0.35, 2.2
    elif pose.arms == "pockets":
        swing, bend = -0.35, 0.9
    x, z = side * 0.115 * look.broad, 0.3
    elbow = (x * 1.12, 0.165 * math.sin(swing), z - 0.165 * math.cos(swing))
    turn = swing + bend
    hand = (x * 1.05, elbow[1] + 0.145 * math.sin(turn), elbow[2] - 0.145 * math.cos(turn))
    add("sleeve", look.top * 0.94, upper(x, 0, z, 0.034), upper(*elbow, 0.027))
    add("forearm", look.skin if look.bare_arms else look.top * 0.9, upper(*elbow, 0.026), upper(*hand, 0.02))
    add("hand", look.skin, upper(hand[0], hand[1] + 0.012, hand[2] - 0.015, 0.024))
    if look.handbag and side > 0:
        low = hand[2] - 0.14
        bag = [upper(hand[0] + 0.01, hand[1] + y, low + z, 0.02) for y in (-0.06, 0.06) for z in (0.0, 0.1)]
        add("bag", look.bag, *bag, body=False)


def _cart(add: Add, look: Look) -> None:
    if look.cart == "suitcase":
        add("case", look.bag, *[(x, -0.35, z, 0.03) for x in (-0.07, 0.07) for z in (0.06, 0.3)], body=False)
    elif look.cart:
        low, high = (0.2, 0.52) if look.cart == "trolley" else (0.25, 0.5)
        for x in (-0.13, 0.13):
            add("wheel", 30.0, (x, 0.3, 0.03, 0.03), (x, 0.75, 0.03, 0.03), body=False)
        basket = [(x, y, z, 0.02) for x in (-0.14, 0.14) for y in (0.32, 0.78) for z in (low, high)]
        add("basket", look.bag, *basket, body=False)
        add("handle", 40.0, (-0.13, 0.22, 0.58, 0.015), (0.13, 0.22, 0.58, 0.015), body=False)
