"""Who somebody is and what the body does, before any of it is drawn.

Tones are greys, 0..255; NONE where there is nothing of the kind.
"""

import math
from dataclasses import dataclass

import numpy as np

from edge.vision.training.view import Random

NONE = -1.0
HAIRDOS = ("short", "full", "bald", "bob", "long", "tail", "bun", "curls")
ARMS = ("swing", "phone", "carry", "pockets", "crossed", "hips", "joined", "chin", "point", "hold")


@dataclass(frozen=True, slots=True)
class Look:
    """What one person looks like."""

    tall: float
    """Metres."""
    broad: float
    belly: float
    skin: float
    hair: float
    hairdo: str
    """One of HAIRDOS."""
    beard: bool
    glasses: bool
    hat: str
    """"", "cap", "hat" or "hood"."""
    top: float
    sleeves: float
    legs: float
    shoes: float
    bag: float
    skirt: float
    """How far a skirt or coat reaches down, as part of the thigh and shin; 0: none."""
    bare_arms: bool
    bare_legs: bool
    backpack: bool
    handbag: bool
    strap: bool
    """Whether a bag hangs across the body."""
    cart: str
    """What is pushed: "", "trolley", "pram" or "suitcase"."""
    pattern: int
    """Seed of the cloth's pattern; 0: plain."""
    shirt: float
    """What shows where a jacket is open in front."""
    belt: float
    scarf: float
    hem: float
    """How far below the hip the top reaches, as part of the body's height."""
    round: float
    """How much darker than its middle a limb is at its edge, 0..0.7."""


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
    """One of ARMS."""
    lean: float
    """Radians ahead."""


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
        hairdo=str(random.choice(HAIRDOS, p=[0.3, 0.15, 0.07, 0.1, 0.16, 0.08, 0.05, 0.09])),
        beard=not child and random.random() < 0.15, glasses=random.random() < 0.2,
        hat=str(random.choice(["cap", "hat", "hood"])) if random.random() < 0.14 else "",
        top=top, sleeves=top * 0.94 if random.random() < 0.85 else random.uniform(8, 245),
        legs=top if random.random() < 0.15 else legs, shoes=random.uniform(5, 230), bag=random.uniform(5, 240),
        skirt=random.uniform(0.3, 1.6) if random.random() < 0.25 else 0.0,
        bare_arms=random.random() < 0.3, bare_legs=random.random() < 0.2, backpack=random.random() < 0.15,
        handbag=random.random() < 0.25, strap=random.random() < 0.12, cart=cart,
        pattern=int(random.integers(1, 1 << 30)) if random.random() < 0.35 else 0,
        shirt=random.uniform(10, 250) if random.random() < 0.35 else NONE,
        belt=random.uniform(5, 200) if random.random() < 0.3 else NONE,
        scarf=random.uniform(5, 250) if random.random() < 0.1 else NONE,
        hem=random.uniform(0.0, 0.1) if random.random() < 0.7 else 0.0,
        round=random.uniform(0.0, 0.55),
    )  # fmt: skip


def random_pose(random: Random, cart: str) -> Pose:
    """What somebody may be doing in a shop or on a square."""
    kind = str(random.choice(["walk", "stand", "sit", "reach", "crouch"], p=[0.66, 0.22, 0.05, 0.04, 0.03]))
    kind = "walk" if cart else kind
    stride = random.uniform(0.25, 0.6) if kind == "walk" else random.uniform(0, 0.08)
    usual = [0.72, 0.06, 0.06, 0.08, 0.01, 0.01, 0.02, 0.01, 0.01, 0.02]
    idle = [0.35, 0.1, 0.08, 0.1, 0.09, 0.07, 0.08, 0.05, 0.04, 0.04]
    arms = "carry" if cart else str(random.choice(ARMS, p=usual if kind == "walk" else idle))
    return Pose(kind, random.uniform(0, 2 * math.pi), stride, arms, max(random.normal(0.05, 0.06), -0.05))
