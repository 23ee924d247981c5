"""What a shop's camera shows by the hour: people while the shop is open, an empty dark place at night."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import cv2
import numpy as np

from simulators.camera import make_clip

FILM_S, FPS = 60, 7
OPENS_H, CLOSES_H = 8, 22
NIGHT_LIGHT = 0.4
HOUR_S, DAY_S = 3600, 86_400


@dataclass(frozen=True)
class Film:
    """Pictures as JPEGs, which follow each other for ever, and how many people cross the line in them."""

    pictures: tuple[bytes, ...]
    crossings: int


def film(folder: Path, seed: int, people: int | None = None, light: float = 1.0) -> Film:
    """A film of FILM_S, of which nothing is left on the disk."""
    path = folder / "film.avi"
    truth = make_clip(path, FILM_S, seed, fps=FPS, people=people)
    capture, pictures = cv2.VideoCapture(str(path)), []
    while (read := capture.read())[0]:
        seen = np.rint(read[1] * light).astype(np.uint8)
        pictures.append(bytes(cv2.imencode(".jpg", seen)[1]))
    capture.release()
    for file in folder.iterdir():
        file.unlink()
    return Film(tuple(pictures), len(truth.crossings))


@dataclass(frozen=True)
class Day(Sequence[bytes]):
    """Every picture of a day that begins at `begins_s` of it, one after the other."""

    opened: Film
    closed: Film
    begins_s: int = 0

    def __len__(self) -> int:
        return DAY_S * FPS

    @overload
    def __getitem__(self, number: int) -> bytes: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[bytes]: ...
    def __getitem__(self, number: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        pictures = (self.opened if self.is_open(number / FPS) else self.closed).pictures
        return pictures[number % len(pictures)]

    def is_open(self, after_s: float) -> bool:
        """Whether the shop is, so long after the day's first picture."""
        return OPENS_H * HOUR_S <= (self.begins_s + after_s) % DAY_S < CLOSES_H * HOUR_S

    def crossings(self, seconds: float) -> float:
        """How many people cross one camera's line in the first so many seconds, about."""
        opened_s = seconds
        if self.closed != self.opened:
            opened_s = sum(self.is_open(minute * 60) for minute in range(round(seconds / 60))) * 60
        return self.opened.crossings * opened_s / FILM_S
