"""One training sample: a picture, the background a camera would have learnt by then, and who is where."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from edge.vision.training.actor import Actor, Drawn, Painter, random_actor
from edge.vision.training.scenery import Scene, rearranged
from edge.vision.training.sensor import Grey, random_sensor
from edge.vision.training.textures import cloud
from edge.vision.training.view import Floats, Random

DRAWN = (512, 384)
"""Width and height of a drawn picture; the network is shown parts of it (see train.py)."""
MOST_SMEARED = 8
"""Pictures that a young background is the mean of."""
LEAST_TALL = 14.0
"""Pixels; smaller people are ignored: neither right nor wrong."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Pictures (384, 512) uint8, and people as rows of x1, y1, x2, y2, chest x, chest y, counts (1) or ignored (0)."""

    picture: Grey
    background: Grey
    people: Floats


def make_sample(random: Random, scene: Scene) -> Sample:
    """Draw one. The background holds what a slow learner would: ghosts, trails, who stands, older light."""
    actors, now = random_actors(random, scene), scene
    if random.random() < 0.12:  # things are not people, even where they were not before, or were
        now = rearranged(random, scene)
        now, scene = (now, scene) if random.random() < 0.6 else (scene, now)
    picture, drawn, owner = compose(now, now.picture, actors)
    state = random.random()
    if state < 0.12:  # just switched on: everything is background
        background = picture.copy()
    elif state < 0.32:  # switched on a moment ago
        background = _mean_so_far(random, scene, actors)
    else:
        background = _learnt(random, scene, actors)
    _round(random, scene, picture, owner)
    _fold(random, picture, owner)
    picture, background = _light(random, scene, picture, background)
    people = truth(drawn, owner)
    sensor = random_sensor(random)
    return Sample(sensor.take(random, picture), sensor.remember(background), people)


def random_actors(random: Random, scene: Scene) -> list[Actor]:
    """Nobody, a few, or a crowd; alone, in pairs, near and far."""
    least, most = ((0, 0), (1, 4), (4, 10), (10, 21))[int(random.choice(4, p=[0.06, 0.44, 0.36, 0.14]))]
    many = int(random.integers(least, most + 1))
    tallest = math.log(DRAWN[1] * random.uniform(0.15, 1.25))
    actors: list[Actor] = []
    for _ in range(3 * many):
        if len(actors) == many:
            break
        tall = math.exp(random.uniform(min(math.log(24), tallest - 0.3), tallest))
        actor = random_actor(random, scene.view, tall)
        if actors and random.random() < 0.35:  # walks with somebody
            friend = actors[int(random.integers(len(actors)))]
            pose = replace(actor.pose, kind=friend.pose.kind if friend.pose.kind in ("walk", "stand") else "stand")
            turn, off = friend.heading + random.normal(0, 0.3), random.uniform(0.4, 0.8) * random.choice([-1, 1])
            actor = replace(actor, x=friend.x + off * math.cos(turn), y=friend.y + off * math.sin(turn), heading=turn,
                            pose=pose)  # fmt: skip
        free = actor.y < scene.far - 0.2
        if free and all(math.hypot(actor.x - other.x, actor.y - other.y) > 0.3 for other in actors):
            actors.append(actor)
    return actors


def compose(scene: Scene, place: Floats, actors: Sequence[Actor]) -> tuple[Floats, list[Drawn], npt.NDArray[np.uint8]]:
    """The place with people in it; what was drawn, and whose every pixel is."""
    picture = place.copy()
    painter = Painter(picture, scene.view, scene.light)
    dark = 0.55 if scene.sun != (0.0, 0.0) else 0.8
    shade = np.ones(picture.shape, np.float32)
    for actor in actors:
        painter.shadow(shade, actor, scene.sun, dark)
    if actors:
        shade = cv2.GaussianBlur(shade, (0, 0), 1.5 if scene.sun != (0.0, 0.0) else 4.0)
        picture *= shade
        if scene.shine:
            _mirror(scene, picture, actors)
    things = sorted(scene.things, key=lambda thing: -thing.distance)
    still = picture.copy() if things else picture
    drawn: list[Drawn] = []
    for number, actor in enumerate(sorted(actors, key=distance, reverse=True), 1):
        while things and things[0].distance > distance(actor):
            _stand_before(painter, things.pop(0).mask, still)
        if number < 255 and (found := painter.draw(actor, number)):
            drawn.append(found)
    for thing in things:
        _stand_before(painter, thing.mask, still)
    return picture, drawn, painter.owner


def distance(actor: Actor) -> float:
    """Metres from the camera's foot."""
    return math.hypot(actor.x, actor.y)


def _stand_before(painter: Painter, mask: Floats, still: Floats) -> None:
    """Put a thing back before the people behind it."""
    np.copyto(painter.picture, still, where=mask)
    painter.owner[mask] = 0


def _mirror(scene: Scene, picture: Floats, actors: Sequence[Actor]) -> None:
    """A shining floor shows people upside down; done with a camera under the floor."""
    below = replace(scene.view, up=-scene.view.up, pitch=-scene.view.pitch, roll=-scene.view.roll)
    upside = picture[::-1].copy()
    painter = Painter(upside, below, scene.light)
    for actor in sorted(actors, key=lambda actor: -actor.y):
        painter.draw(actor, 1)
    flipped = upside[::-1]
    picture += (flipped - picture) * scene.shine * (painter.owner[::-1] > 0)


def truth(drawn: Sequence[Drawn], owner: npt.NDArray[np.uint8]) -> Floats:
    """Rows as in Sample; people too hidden, small or cut to be seen are ignored."""
    count = np.bincount(owner.ravel(), minlength=256)
    height, width = owner.shape
    rows: list[list[float]] = []
    for person in drawn:
        (x1, y1, x2, y2), (cx, cy) = person.box, person.chest
        a1, b1, a2, b2 = max(x1, 0.0), max(y1, 0.0), min(x2, float(width)), min(y2, float(height))
        if a2 - a1 < 2 or b2 - b1 < 2 or person.area == 0:
            continue
        shown = count[person.number] / person.area
        inside = (b2 - b1) * (a2 - a1) / ((y2 - y1) * (x2 - x1))
        counts = shown > 0.3 and inside > 0.22 and max(b2 - b1, a2 - a1) > LEAST_TALL and count[person.number] > 40
        if counts or (shown > 0.05 and count[person.number] > 8):
            rows.append([a1, b1, a2, b2, min(max(cx, a1 + 1), a2 - 1), min(max(cy, b1 + 1), b2 - 1), float(counts)])
    return np.array(rows, np.float32).reshape(-1, 7)


def _mean_so_far(random: Random, scene: Scene, actors: list[Actor]) -> Floats:
    """The mean of all pictures since a camera was switched on, a moment ago: everybody is smeared along their way."""
    seconds = math.exp(random.uniform(math.log(0.1), math.log(8)))
    looks = min(2 + int(4 * seconds), MOST_SMEARED)
    mean = np.zeros(scene.picture.shape, np.float32)
    for part in range(looks):
        ago = seconds * part / (looks - 1)
        mean += compose(scene, scene.picture, [actor.after(-ago) for actor in actors])[0]
    return mean / looks


def _learnt(random: Random, scene: Scene, actors: list[Actor]) -> Floats:
    """The background after minutes: the place, people who were there, and those who stand there still."""
    background = scene.picture
    if random.random() < 0.5:
        ghosts = random_actors(random, scene)[: int(random.integers(1, 6))]
        ghosts += [actor.after(-random.uniform(0.4, 2.5)) for actor in actors[:3] if actor.speed]
        background = _blend(scene, background, ghosts, random.uniform(0.03, 0.4))
    still = [actor for actor in actors if not actor.speed and random.random() < 0.7]
    if still:
        background = _blend(scene, background, still, random.uniform(0.1, 1.0))
    return background.copy()


def _blend(scene: Scene, place: Floats, actors: Sequence[Actor], part: float) -> Floats:
    full, _, _ = compose(scene, place, actors)
    return np.asarray(place + (full - place) * np.float32(part), np.float32)


def _fold(random: Random, picture: Floats, owner: npt.NDArray[np.uint8]) -> None:
    """Shades on the people: no cloth is so flat as it is painted."""
    if random.random() < 0.75:
        height, width = picture.shape
        folds = 1 + random.uniform(0.1, 0.5) ** 2 * cloud(random, height, width, int(random.integers(8, 80)), 4)
        np.copyto(picture, picture * np.clip(folds, 0.3, 1.9), where=owner > 0)


def _round(random: Random, scene: Scene, picture: Floats, owner: npt.NDArray[np.uint8]) -> None:
    """Bodies are lighter towards the light and darker away from it, from one side to the other."""
    if random.random() < 0.7:
        wide = random.uniform(1.5, 9)
        soft = cv2.GaussianBlur((owner > 0).astype(np.float32), (0, 0), wide)
        slope = [cv2.Sobel(soft, cv2.CV_32F, across, 1 - across, scale=wide / 8) for across in (1, 0)]
        side = slope[0] * np.float32(scene.light[0]) + slope[1] * np.float32(scene.light[1])
        lit = 1 - np.float32(random.uniform(0.3, 2.2)) * side - np.float32(random.uniform(0, 0.5)) * (1 - soft)
        np.copyto(picture, picture * np.clip(lit, 0.35, 1.7), where=owner > 0)


def _light(random: Random, scene: Scene, picture: Floats, background: Floats) -> tuple[Floats, Floats]:
    """Light that changed since, wind, haze, and a camera that shook."""
    height, width = picture.shape
    if random.random() < 0.5:
        picture = picture * np.float32(random.normal(1, 0.05)) + np.float32(random.normal(0, 3))
    if random.random() < 0.2:
        picture = picture * (1 + np.float32(random.uniform(0.02, 0.12)) * cloud(random, height, width, 2, 2))
    if scene.leafy is not None:
        y, x = np.mgrid[:height, :width].astype(np.float32)
        move = random.uniform(0.5, 3)
        x += move * scene.leafy * cloud(random, height, width, 8, 2)
        y += move * scene.leafy * cloud(random, height, width, 8, 2)
        moved = cv2.remap(background, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        background = np.asarray(moved)
    if random.random() < 0.2:
        shift = np.array([[1, 0, random.normal(0, 0.7)], [0, 1, random.normal(0, 0.7)]], np.float32)
        background = cv2.warpAffine(background, shift, (width, height), borderMode=cv2.BORDER_REPLICATE)
    contrast, middle = random.uniform(0.45, 1.15), random.uniform(80, 160)
    lift = random.normal(0, 14)
    return tuple((part - middle) * contrast + middle + lift for part in (picture, background))  # type: ignore[return-value]
