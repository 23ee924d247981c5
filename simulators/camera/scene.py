"""The place: a shop's entrance seen from inside, obliquely from above. Drawn once per film."""

import cv2
import numpy as np

from simulators.camera.people import Pixels
from simulators.camera.walks import FAR_Y, LINE_Y


def draw_scene(width: int, height: int, noise: np.random.Generator) -> Pixels:
    """Floor tiles, glass front, shelves at the sides. BGR uint8 of shape (height, width, 3)."""
    picture = np.zeros((height, width, 3), np.uint8)
    front = round(height * (FAR_Y - 0.04))
    picture[:front] = np.linspace((205, 195, 180), (175, 170, 165), front, dtype=np.uint8)[:, None]
    floor = np.linspace((128, 136, 142), (166, 174, 180), height - front, dtype=np.uint8)
    picture[front:] = floor[:, None]
    middle = width / 2
    for i in range(-14, 15):
        end = (round(middle + i * width * 0.16), height)
        cv2.line(picture, (round(middle + i * width * 0.07), front), end, (118, 124, 130), 1, cv2.LINE_AA)
    for i in range(1, 9):
        y = round(front + (height - front) * (i / 8) ** 1.6)
        cv2.line(picture, (0, y), (width, y), (118, 124, 130), 1, cv2.LINE_AA)
    for i in range(7):
        x = round(width * i / 6)
        cv2.line(picture, (x, 0), (x, front), (90, 90, 92), 2, cv2.LINE_AA)
    cv2.rectangle(picture, (0, 0), (width, round(height * 0.09)), (70, 62, 58), -1)
    for side in (0, 1):
        x = round(width * 0.955) if side else 0
        cv2.rectangle(picture, (x, round(height * 0.3)), (x + round(width * 0.045), height), (75, 95, 120), -1)
    mat = round(height * LINE_Y)
    cv2.rectangle(picture, (round(width * 0.05), mat - 3), (round(width * 0.95), mat + 3), (96, 98, 100), -1)
    grain = noise.integers(-5, 6, picture.shape, dtype=np.int16)
    return np.asarray(np.clip(picture.astype(np.int16) + grain, 0, 255), np.uint8)
