"""What lens, sensor and compression make of a scene."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge.vision.training.view import Floats, Random

Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Sensor:
    """One camera's faults."""

    soft: float
    """Blur, pixels; 0: none."""
    smear: int
    """Pixels that everything moves while the shutter is open; 1: none."""
    noise: float
    """Grey levels."""
    quality: int
    """Of the compression, 1..100; 0: none."""
    crisp: float = 0.0
    """How much cameras sharpen what they send; edges get a bright and a dark rim."""

    def take(self, random: Random, scene: Floats) -> Grey:
        """A frame: grey bytes of the scene's shape."""
        picture = self._drawn(scene)
        if self.smear > 1:
            picture = cv2.blur(picture, (self.smear, 1))
        picture = picture + self.noise * random.standard_normal(picture.shape, dtype=np.float32)
        frame = np.clip(picture, 0, 255).astype(np.uint8)
        if self.quality:
            frame = cv2.imdecode(cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, self.quality])[1], 0)
        return np.asarray(frame, np.uint8)

    def remember(self, scene: Floats) -> Grey:
        """What is left of many frames: blurred alike, but without noise."""
        picture = self._drawn(scene)
        return np.asarray(np.clip(picture, 0, 255).astype(np.uint8))

    def _drawn(self, scene: Floats) -> Floats:
        picture = cv2.GaussianBlur(scene, (0, 0), self.soft) if self.soft else scene
        if self.crisp:
            picture = picture + self.crisp * (picture - cv2.GaussianBlur(picture, (0, 0), 1.5))
        return np.asarray(picture, np.float32)


def random_sensor(random: Random) -> Sensor:
    """A good camera or a poor one."""
    return Sensor(
        soft=float(random.uniform(0.4, 1.6)) if random.random() < 0.75 else 0.0,
        smear=int(random.integers(2, 6)) if random.random() < 0.1 else 1,
        noise=float(random.gamma(1.2, 2.0)),
        quality=int(random.integers(12, 85)) if random.random() < 0.6 else 0,
        crisp=float(random.uniform(0.2, 1.5)) if random.random() < 0.35 else 0.0,
    )
