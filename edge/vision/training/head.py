"""Heads: faces, hair and what is worn on them."""

from edge.vision.training.look import NONE, Look
from edge.vision.training.parts import Add, Upper


def add_head(add: Add, look: Look, upper: Upper) -> None:
    """Neck, head, face and hair; what is in front of the head is hidden by it from behind."""
    add("neck", look.skin * 0.9, upper(0, 0, 0.33, 0.032), upper(0, 0.005, 0.37, 0.03))
    if look.scarf != NONE:
        add("scarf", look.scarf, upper(-0.03, 0.005, 0.345, 0.032), upper(0.03, 0.005, 0.345, 0.032))
    add("head", look.skin, upper(0, 0.012, 0.425, 0.05), upper(0, 0.02, 0.405, 0.04))
    _face(add, look, upper)
    if look.hat:
        _hat(add, look, upper)
    _hair(add, look, upper)


def _face(add: Add, look: Look, upper: Upper) -> None:
    dark = look.skin * 0.5
    for x in (-0.02, 0.02):
        add("eye", dark, upper(x - 0.006, 0.057, 0.428, 0.006), upper(x + 0.006, 0.057, 0.428, 0.006))
        add("brow", min(look.hair, dark), upper(x - 0.01, 0.056, 0.441, 0.003), upper(x + 0.01, 0.056, 0.441, 0.003))
    if look.glasses:
        add("glasses", 25.0, upper(-0.032, 0.058, 0.429, 0.009), upper(0.032, 0.058, 0.429, 0.009))
    add("nose", min(look.skin * 1.15, 250.0), upper(0, 0.062, 0.425, 0.005), upper(0, 0.066, 0.41, 0.008))
    if look.beard:
        add("beard", look.hair, upper(-0.022, 0.035, 0.395, 0.026), upper(0.022, 0.035, 0.395, 0.026),
            upper(0, 0.042, 0.382, 0.02))  # fmt: skip
    add("mouth", look.skin * 0.65, upper(-0.012, 0.06, 0.394, 0.004), upper(0.012, 0.06, 0.394, 0.004))


def _hat(add: Add, look: Look, upper: Upper) -> None:
    if look.hat == "hood":
        add("hood", look.top, upper(0, -0.012, 0.44, 0.064), upper(0, -0.02, 0.4, 0.058))
        return
    add("hat", look.bag, upper(0, 0.004, 0.458, 0.058), upper(0, -0.006, 0.475, 0.045))
    brim = 0.075 if look.hat == "cap" else 0.055
    back = 0.02 if look.hat == "cap" else -0.075
    add("brim", look.bag * 0.85, upper(-0.035, brim, 0.452, 0.008), upper(0.035, brim, 0.452, 0.008),
        upper(-0.05, back, 0.458, 0.008), upper(0.05, back, 0.458, 0.008))  # fmt: skip


def _hair(add: Add, look: Look, upper: Upper) -> None:
    kind = look.hairdo
    if kind == "bald":
        return
    if not look.hat:
        full = {"full": 0.008, "curls": 0.014, "bob": 0.005}.get(kind, 0.0)
        add("hair", look.hair, upper(0, -0.006, 0.447, 0.054 + full), upper(0, -0.018, 0.425, 0.05 + full))
    if kind in ("bob", "long"):
        low = 0.37 if kind == "bob" else 0.29
        for x in (-0.045, 0.045):
            add("locks", look.hair * 0.95, upper(x, 0.0, 0.43, 0.022), upper(x * 1.15, -0.005, low + 0.02, 0.024))
        add("locks", look.hair, upper(0, -0.03, 0.42, 0.05), upper(0, -0.045, low, 0.046))
    elif kind == "tail":
        add("locks", look.hair, upper(0, -0.065, 0.43, 0.02), upper(0, -0.085, 0.33, 0.02))
    elif kind == "bun":
        add("locks", look.hair, upper(0, -0.055, 0.47, 0.028), upper(0, -0.06, 0.475, 0.028))
    elif kind == "curls" and not look.hat:
        for x, z in ((-0.045, 0.455), (0.045, 0.455), (-0.052, 0.42), (0.052, 0.42)):
            add("locks", look.hair * 0.9, upper(x, -0.005, z, 0.026), upper(x, -0.03, z, 0.026))
