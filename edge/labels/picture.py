"""A panel's picture as people see it on a screen."""

import cv2
import numpy as np

from drivers.base import Ink, PanelImage

_BGR = {Ink.BLACK: (32, 28, 28), Ink.WHITE: (240, 245, 245), Ink.RED: (38, 32, 200), Ink.YELLOW: (40, 200, 245)}


def palette_png(image: PanelImage, scale: int = 1) -> bytes:
    """The picture as PNG in the inks' colours, each pixel `scale` × `scale` large. Raises ValueError for scale < 1."""
    if not 1 <= scale <= 16:
        raise ValueError(f"a scale of {scale} is not between 1 and 16")
    colours = np.array([_BGR[ink] for ink in image.panel.inks], np.uint8)
    large = image.pixels.repeat(scale, axis=0).repeat(scale, axis=1)
    _, png = cv2.imencode(".png", colours[large])
    return png.tobytes()
