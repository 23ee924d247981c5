"""A person as spheres in space: every limb is the hull of a few, so that it looks right from any side.

Measures are parts of the body's height, roughly those of a drawing manual; body axes are x to the right, y ahead,
z up, with the feet on z = 0.
"""

import math

import numpy as np

from edge.vision.training.head import add_head
from edge.vision.training.look import NONE, Look, Pose
from edge.vision.training.parts import Add, Part, Sphere, Upper
from edge.vision.training.view import Floats

REACHES = {
    "crossed": ((1.12, 0.03, 0.16), (-0.5, 0.095, 0.21)),
    "hips": ((1.9, -0.03, 0.16), (0.75, 0.02, 0.05)),
    "joined": ((1.15, 0.02, 0.14), (0.1, 0.1, 0.06)),
    "hold": ((1.1, 0.03, 0.14), (0.45, 0.17, 0.17)),
}
"""Elbow and hand of arms that do not swing: x as part of the shoulder's, y ahead, z over the hip."""
LIFTED = {"chin": ((0.8, 0.09, 0.17), (0.2, 0.085, 0.37)), "point": ((1.4, 0.13, 0.27), (1.5, 0.28, 0.28))}
"""The same for arms of which one is lifted; the other hangs."""


def build(look: Look, pose: Pose) -> tuple[Floats, list[Part]]:
    """Spheres (n, 4) in metres in body axes, and the parts they make."""
    rows: list[Sphere] = []
    parts: list[Part] = []

    def add(name: str, tone: float, *spheres: Sphere, body: bool = True) -> None:
        parts.append(Part(name, len(rows), len(rows) + len(spheres), tone, body))
        rows.extend(spheres)

    hip = {"sit": 0.29, "crouch": 0.2}.get(pose.kind, 0.5)
    lean = pose.lean + (0.5 if pose.kind == "crouch" else 0.0)
    for side, sign in ((-1, 1.0), (1, -1.0)):
        _leg(add, look, pose, side, sign, hip)
    wide = 0.052 * look.broad
    seat = [(x, y, hip - z, 0.055) for x in (-wide, wide) for y in (-0.012, 0.005) for z in (0.0, 0.04)]
    add("pelvis", look.legs, *seat)
    if look.skirt:
        _skirt(add, look, pose, hip)

    def upper(x: float, y: float, z: float, radius: float) -> Sphere:
        """A sphere of the upper body, `z` over the hip, leaning."""
        return x, y * math.cos(lean) + z * math.sin(lean), hip + z * math.cos(lean) - y * math.sin(lean), radius

    _trunk(add, look, upper)
    for side, sign in ((-1, -1.0), (1, 1.0)):
        _arm(add, look, pose, side, sign, upper)
    add_head(add, look, upper)
    _bags(add, look, upper)
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


def _trunk(add: Add, look: Look, upper: Upper) -> None:
    broad, front = look.broad, 0.05 + 0.06 * look.belly
    add(
        "trunk", look.top,
        upper(-0.045 * broad, 0, 0.02 - look.hem, 0.06 * broad), upper(0.045 * broad, 0, 0.02 - look.hem, 0.06 * broad),
        upper(0, 0.02 + 0.06 * look.belly, 0.1, 0.07 * broad),
        upper(-0.06 * broad, 0, 0.22, 0.06), upper(0.06 * broad, 0, 0.22, 0.06),
        upper(-0.095 * broad, 0, 0.31, 0.034), upper(0.095 * broad, 0, 0.31, 0.034),
    )  # fmt: skip
    if look.belt != NONE and look.hem == 0.0:
        add("belt", look.belt, *[upper(x * broad, y, 0.01, 0.014) for x in (-0.085, 0.085) for y in (-0.01, 0.045)])
    if look.shirt != NONE:
        add("shirt", look.shirt, upper(0, front + 0.03, 0.06, 0.022), upper(0, 0.055, 0.29, 0.012 + 0.012 * broad))


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
    set_way = REACHES.get(pose.arms) or (LIFTED.get(pose.arms) if side > 0 else None)
    if set_way is not None and pose.kind != "reach":
        elbow, hand = ((x * part, ahead, up) for part, ahead, up in set_way)
    add("sleeve", look.sleeves, upper(x, 0, z, 0.034), upper(*elbow, 0.027))
    add("forearm", look.skin if look.bare_arms else look.sleeves * 0.96, upper(*elbow, 0.026), upper(*hand, 0.02))
    add("hand", look.skin, upper(hand[0], hand[1] + 0.012, hand[2] - 0.015, 0.024))
    if look.handbag and side > 0:
        low = hand[2] - 0.14
        bag = [upper(hand[0] + 0.01, hand[1] + y, low + z, 0.02) for y in (-0.06, 0.06) for z in (0.0, 0.1)]
        add("bag", look.bag, *bag, body=False)


def _bags(add: Add, look: Look, upper: Upper) -> None:
    if look.backpack:
        corners = [upper(x, -0.12, z, 0.04) for x in (-0.06, 0.06) for z in (0.12, 0.28)]
        add("pack", look.bag, *corners, body=False)
        for x in (-0.065, 0.065):
            add("strap", look.bag, upper(x * look.broad, 0.065, 0.3, 0.01), upper(x * look.broad, 0.07, 0.16, 0.01))
    elif look.strap:
        for y in (-0.075, 0.075):
            add("strap", look.bag, upper(-0.07, y * 0.7, 0.33, 0.009), upper(0.1, y, 0.02, 0.009))
        add("bag", look.bag, *[upper(0.13, y, z, 0.025) for y in (-0.07, 0.05) for z in (-0.08, 0.02)], body=False)


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
