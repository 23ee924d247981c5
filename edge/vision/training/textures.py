"""Surfaces, drawn: floors, walls, shelves, leaves, cloth. All are grey pictures, float32, 0..255."""

import cv2
import numpy as np

from edge.vision.training.view import Floats, Random


def cloud(random: Random, height: int, width: int, coarse: int, octaves: int = 4, fall: float = 0.55) -> Floats:
    """Smooth noise of several sizes, mean 0 and about 1 strong; `coarse` cells in the largest."""
    total = np.zeros((height, width), np.float32)
    weight = 1.0
    for octave in range(octaves):
        cells = min(coarse * 2**octave, max(height, width))
        grain = random.standard_normal((max(cells * height // width, 2), max(cells, 2)), dtype=np.float32)
        total += weight * cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)
        weight *= fall
    return np.asarray(total / max(float(total.std()), 1e-3), np.float32)


def clutter(random: Random, height: int, width: int) -> Floats:
    """Things upon things, of all sizes and tones, as photographs are full of: many small ones to each large one.

    "Dead leaves": sizes fall off so that the picture has the statistics of natural ones at every scale.
    """
    picture = np.full((height, width), random.uniform(30, 220), np.float32)
    most, least = 0.6 * max(height, width), 3.0
    sizes = least / np.maximum(random.random(int(random.integers(100, 500))), (least / most) ** 0.7) ** (1 / 0.7)
    low, high = sorted(random.uniform(5, 250, 2).tolist())
    for size in sorted(sizes.tolist(), key=lambda size: -size * random.uniform(0.3, 1)):
        x, y = int(random.integers(0, width)), int(random.integers(0, height))
        tone, shape = random.uniform(low, high), random.random()
        wide, tall = max(int(size * random.uniform(0.3, 1)), 1), max(int(size * random.uniform(0.3, 1)), 1)
        if shape < 0.35:
            cv2.ellipse(picture, (x, y), (wide // 2 + 1, tall // 2 + 1), random.uniform(0, 180), 0, 360, tone, -1)
        elif shape < 0.7:
            cv2.rectangle(picture, (x, y), (x + wide, y + tall), tone, -1)
        elif shape < 0.85:
            corners = np.array([x, y]) + size * random.uniform(-0.5, 0.5, (4, 2))
            cv2.fillConvexPoly(picture, cv2.convexHull(corners.astype(np.int32)), tone)
        else:
            far = size * random.uniform(-1, 1, 2)
            cv2.line(picture, (x, y), (x + int(far[0]), y + int(far[1])), tone, int(random.integers(1, 4)))
    picture *= 1 + random.uniform(0.02, 0.1) * cloud(random, height, width, 6, 5, 0.8)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), random.uniform(0.5, 1.2)), np.float32)


def floor(random: Random, side: int = 512) -> Floats:
    """A piece of floor that may be repeated: tiles, planks, paving, asphalt, carpet, grass with paths."""
    base, rough = random.uniform(45, 205), random.uniform(1, 9)
    picture = np.full((side, side), base, np.float32) + rough * cloud(random, side, side, 4, 6, random.uniform(0.5, 1))
    kind = random.choice(["tiles", "planks", "plain", "grass", "markings"])
    if kind in ("tiles", "planks"):
        long = int(random.choice([32, 64, 128]))
        wide = long if kind == "tiles" else long // 4
        shift = random.uniform(-14, 14, (side // wide, side // long)).astype(np.float32) * random.uniform(0, 1.2)
        if kind == "tiles" and random.random() < 0.25:
            shift += random.uniform(20, 70) * ((np.indices(shift.shape).sum(axis=0) % 2) - 0.5)
        picture += cv2.resize(shift, (side, side), interpolation=cv2.INTER_NEAREST)
        seam = base + random.uniform(-60, 40)
        picture[::wide], picture[:, ::long] = seam, seam
        picture[1::wide] = (picture[1::wide] + seam) / 2
    elif kind == "grass":
        path = cloud(random, side, side, 2, 2) > random.uniform(-0.5, 1)
        blades = random.uniform(4, 14) * random.standard_normal((side, side), dtype=np.float32)
        picture = np.where(path, picture, base * random.uniform(0.5, 1.3) + blades + 6 * cloud(random, side, side, 8))
    elif kind == "markings":
        for _ in range(random.integers(1, 7)):
            ends = random.integers(0, side, 4).tolist()
            cv2.line(picture, ends[:2], ends[2:], random.uniform(120, 250), int(random.integers(3, 14)), cv2.LINE_AA)
    return np.asarray(picture, np.float32)


def shelf(random: Random, height: int, width: int) -> Floats:
    """Rows of goods, like a rack of a supermarket or a bookcase."""
    picture = np.full((height, width), random.uniform(20, 120), np.float32)
    rows = int(random.integers(3, 7))
    tall = height // rows
    low, high = sorted(random.uniform(15, 250, 2))
    for row in range(rows):
        x = 0
        while x < width:
            wide = int(random.integers(4, max(width // 5, 6)))
            top = row * tall + int(tall * random.uniform(0.1, 0.5))
            tone = random.uniform(low, high)
            for part in range(int(random.integers(1, 5))):
                left = x + part * wide
                picture[top : (row + 1) * tall - 2, left : left + max(wide - 1, 2)] = tone * random.uniform(0.9, 1.1)
                picture[top + tall // 4 : top + tall // 3, left : left + max(wide - 1, 2)] = random.uniform(low, high)
            x += wide * int(random.integers(2, 6))
        picture[(row + 1) * tall - 3 : (row + 1) * tall] = random.uniform(60, 230)
    return picture


def windows(random: Random, height: int, width: int) -> Floats:
    """A front of windows and doors, or of bare panels."""
    picture = np.full((height, width), random.uniform(50, 210), np.float32)
    picture += random.uniform(1, 8) * cloud(random, height, width, 6)
    wide, tall = int(random.integers(14, 70)), int(random.integers(18, 110))
    tone, border = random.uniform(15, 240), int(random.integers(2, 9))
    for y in range(int(random.integers(0, tall)), height, tall):
        for x in range(0, width, wide):
            if random.random() < 0.9:
                glass = tone + random.uniform(-25, 25)
                picture[y + border : y + tall - border, x + border : x + wide - border] = glass
    return picture


def leaves(random: Random, height: int, width: int) -> Floats:
    """Trees and bushes: dark, bright and full of small edges."""
    picture = random.uniform(40, 110) + random.uniform(15, 40) * cloud(random, height, width, 10, 6, 0.85)
    for _ in range(random.integers(0, 7)):
        x, wide = int(random.integers(0, width)), int(random.integers(3, 14))
        picture[height // 3 :, x : x + wide] = random.uniform(15, 90)
    return np.asarray(picture, np.float32)


def wall(random: Random, height: int = 192, width: int = 512) -> Floats:
    """What stands behind the floor; row 0 is its top."""
    kind = random.choice(["plain", "shelf", "windows", "leaves", "panels", "clutter", "clutter"])
    if kind == "clutter":
        picture = clutter(random, height, width)
    elif kind == "shelf":
        picture = shelf(random, height, width)
    elif kind == "windows":
        picture = windows(random, height, width)
    elif kind == "leaves":
        picture = leaves(random, height, width)
    else:
        picture = random.uniform(40, 235) + random.uniform(1, 7) * cloud(random, height, width, 3)
    for _ in range(random.integers(0, 14) if kind == "panels" else random.integers(0, 4)):
        x, y = int(random.integers(0, width)), int(random.integers(0, height))
        wide, tall = int(random.integers(5, 60)), int(random.integers(8, 120))
        cv2.rectangle(picture, (x, y), (x + wide, y + tall), random.uniform(10, 245), -1)
        if random.random() < 0.5:
            cv2.ellipse(picture, (x + wide // 2, y + tall // 3), (wide // 3 + 1, tall // 5 + 1), 0, 0, 360,
                        random.uniform(10, 245), -1)  # fmt: skip
    if random.random() < 0.5:
        sky = int(height * random.uniform(0.1, 0.6))
        picture[:sky] = np.linspace(random.uniform(120, 255), random.uniform(120, 255), sky)[:, None]
    return np.asarray(picture, np.float32)


def cloth(random: Random, height: int, width: int) -> Floats:
    """A pattern to multiply a garment with, about 1: stripes, checks, print, folds."""
    strength = random.uniform(0.1, 0.6)
    kind = random.choice(["folds", "across", "down", "checks", "print", "flowers"])
    y, x = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None]
    if kind == "folds":
        return np.asarray(1 + 0.5 * strength * cloud(random, height, width, 3, 3), np.float32)
    if kind == "flowers":
        print_ = clutter(random, height, width)
        print_ = (print_ - print_.mean()) / max(float(print_.std()), 1.0)
        return np.asarray(np.maximum(1 + strength * print_, 0.15), np.float32)
    period = max(height, width) / random.uniform(3, 12)
    pattern = np.zeros((height, width), np.float32)
    if kind in ("across", "checks"):
        pattern += np.sign(np.sin(2 * np.pi * y / period))
    if kind in ("down", "checks"):
        pattern += np.sign(np.sin(2 * np.pi * x / period))
    if kind == "print":
        pattern[height // 4 : height // 2, width // 4 : 3 * width // 4] = random.choice([-1.5, 1.5])
    return np.asarray(np.maximum(1 + strength * pattern, 0.15), np.float32)


def strands(random: Random, height: int, width: int) -> Floats:
    """Dark and light streaks to multiply hair with, about 1."""
    streaks = cloud(random, height, width, 10, 3)
    streaks = cv2.resize(streaks[: max(height // 4, 2)], (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(1 + random.uniform(0.1, 0.4) * streaks, 0.4, 2.0), np.float32)
