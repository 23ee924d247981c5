"""How tall a label's price digits are, in millimetres (202 CMR 7 in Massachusetts: half an inch at the least).

A panel's pixels are square, so its diagonal in inches gives their size. Diagonals belong to the resolutions that
shelf labels are made in; an operator names the inches of any other model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot

from cloud_sync.contract.reasons import say

MM_PER_INCH = 25.4
HALF_AN_INCH = 12.7
"""Millimetres."""

INCHES: Mapping[tuple[int, int], float] = {
    (152, 152): 1.54, (200, 200): 1.54,
    (208, 112): 2.1, (212, 104): 2.13, (250, 122): 2.13, (250, 128): 2.13, (250, 132): 2.13,
    (296, 152): 2.66, (264, 176): 2.7, (296, 128): 2.9, (384, 168): 2.9, (384, 184): 3.5,
    (240, 416): 3.7, (400, 300): 4.2, (522, 152): 4.5, (600, 448): 5.83, (600, 480): 5.83, (648, 480): 5.83,
    (640, 384): 7.5, (800, 480): 7.5, (880, 528): 7.5, (960, 640): 10.2, (960, 672): 11.6,
}  # fmt: skip
"""(width, height) in pixels → diagonal in inches, of the panels that shelf labels are commonly made with."""


@dataclass(frozen=True, slots=True)
class DigitRule:
    """Least height of the digits in mm; `refuse`: else it is only a warning. `inches`: model → diagonal."""

    least_mm: float
    refuse: bool
    inches: Mapping[str, float]


def pixels_per_mm(width: int, height: int, inches: float) -> float:
    """Of a panel whose visible diagonal is so many inches."""
    return hypot(width, height) / (inches * MM_PER_INCH)


def diagonal(width: int, height: int, model: str, named: Mapping[str, float]) -> float | None:
    """The panel's diagonal in inches: as named for the model, else as its size tells; None when neither does."""
    return named.get(model) or INCHES.get((width, height)) or INCHES.get((height, width))


def digits_too_small(pixels: int, size: tuple[int, int], model: str, rule: DigitRule) -> str:
    """Why digits of `pixels` on a panel of `size` break the rule, or "". A panel of unknown diagonal breaks it too."""
    inches = diagonal(*size, model, rule.inches)
    label = f"{model or 'a label'} ({size[0]} × {size[1]}" + (f', {inches:g}")' if inches else ", diagonal unknown)")
    height = pixels / pixels_per_mm(*size, inches) if inches else None
    if height is not None and height >= rule.least_mm:
        return ""
    shown = "unknown" if height is None else f"{height:.1f}"
    return say("digit-height", height=shown, label=label, least_mm=f"{rule.least_mm:g}")
