"""Pictures, and drivers that open them."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drivers.base.driver import Driver


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, in memory only: BGR uint8 of shape (height, width, 3), and when, in milliseconds of the stream."""

    pixels: npt.NDArray[np.uint8]
    at: int


class CameraDriver(Driver):
    """Opens pictures. Runs inside a process of the camera's own, so `frames` may block."""

    @abstractmethod
    def frames(self, device: str, address: str) -> Iterator[Frame]:
        """Yield the newest frames until the source ends. Raises Unreachable or Refused."""
