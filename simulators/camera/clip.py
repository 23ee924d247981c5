"""Makes a film of people at a shop's entrance, and says how many really came and went."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from simulators.camera.people import Look, Pixels, draw_person, draw_shadow, make_look
from simulators.camera.scene import draw_scene
from simulators.camera.walks import LINE_Y, Walk, height_at, plan_walks

SECONDS_PER_PERSON = 3.0
"""Moderate density: two or three people in the picture at a time."""


@dataclass(frozen=True, slots=True)
class ClipTruth:
    """What a perfect counter would count. Times are milliseconds from the film's beginning."""

    path: Path
    crossings: list[tuple[int, str]]
    """(time, "in" or "out") in order of time."""
    line: tuple[tuple[float, float], tuple[float, float]] = ((0.0, LINE_Y), (1.0, LINE_Y))
    """The threshold, in fractions of width and height. Walking along it, people come in to one's right."""
    people: int = 0

    @property
    def entered(self) -> int:
        """How many came in."""
        return sum(direction == "in" for _, direction in self.crossings)

    @property
    def left(self) -> int:
        """How many went out."""
        return len(self.crossings) - self.entered


def make_clip(
    path: Path,
    seconds: float,
    seed: int,
    size: tuple[int, int] = (480, 360),
    fps: float = 7,
    people: int | None = None,
) -> ClipTruth:
    """Write a Motion-JPEG AVI of `size` (width, height), and its truth as JSON beside it.

    Raises OSError when the film cannot be written. The same arguments make the same film.
    """
    source = random.Random(seed)  # noqa: S311  # a film, no secret
    wanted = round(seconds / SECONDS_PER_PERSON) if people is None else people
    walks = plan_walks(source, seconds, wanted)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, size)
    if not writer.isOpened():
        raise OSError(f"cannot write a film to {path}")
    try:
        for picture in _pictures(walks, seconds, fps, size, np.random.default_rng(seed)):
            writer.write(picture)
    finally:
        writer.release()
    crossings = sorted((round(t * 1000), way) for walk in walks for t, way in walk.crossings())
    truth = ClipTruth(path=path, crossings=crossings, people=len(walks))
    told = {"line": truth.line, "people": truth.people, "crossings": crossings}
    path.with_suffix(".json").write_text(json.dumps(told), encoding="utf-8")
    return truth


def _pictures(
    walks: list[Walk], seconds: float, fps: float, size: tuple[int, int], noise: np.random.Generator
) -> Iterator[Pixels]:
    """Every picture of the film. Light flickers a little and the sensor is noisy, as in a real one."""
    width, height = size
    scene = draw_scene(width, height, noise)
    grain = noise.integers(0, 7, (8, height, width, 3), dtype=np.uint8)
    looks = {walk.look: make_look(walk.look) for walk in walks}
    for number in range(round(seconds * fps)):
        t = number / fps
        picture = _with_people(scene, walks, looks, t)
        picture = cv2.add(picture, grain[number % len(grain)])
        yield cv2.convertScaleAbs(picture, alpha=1.0, beta=1.5 * np.sin(t / 7))


def _with_people(scene: Pixels, walks: list[Walk], looks: dict[int, Look], t: float) -> Pixels:
    """The scene with everybody who is in it now, the farthest drawn first."""
    height, width = scene.shape[:2]
    here = [(walk, place) for walk in walks if (place := walk.at(t))]
    here.sort(key=lambda found: found[1][1])
    shade = np.full((height, width), 255, np.uint8)
    for walk, (x, y) in here:
        draw_shadow(shade, x * width, y * height, height_at(y) * walk.tall * height)
    picture = np.asarray(cv2.multiply(scene, cv2.merge([shade] * 3), scale=1 / 255), np.uint8)
    for walk, (x, y) in here:
        tall = height_at(y) * walk.tall * height
        draw_person(picture, looks[walk.look], x * width, y * height, tall, t - walk.begins)
    return picture
