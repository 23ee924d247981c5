"""A label's glass as a picture, for demos and for tests that read what a shopper would read."""

import cv2
import numpy as np

from simulators.ble.glass import Pixels

SHADES = {"black": (32, 32, 32), "white": (242, 244, 244), "red": (32, 28, 190), "yellow": (20, 190, 230)}
"""Blue, green, red, about as e-paper looks."""


def to_png(pixels: Pixels, inks: tuple[str, ...], scale: int = 1) -> bytes:
    """A PNG of upright palette indices (height, width), each pixel `scale` pixels wide. Raises ValueError."""
    palette = np.array([SHADES[ink] for ink in inks], np.uint8)
    picture = palette[pixels].repeat(scale, axis=0).repeat(scale, axis=1)
    done, png = cv2.imencode(".png", picture)
    if not done:
        raise ValueError(f"no PNG can be made of pixels of shape {pixels.shape}")
    return bytes(png)
