"""Counting people and reading labels: of pictures that two processes share, counts and codes come out."""

from edge.vision.config import CameraConfig
from edge.vision.facts import CameraLost, Crossing, Health, Minute, ShelfSeen, VisionFact
from edge.vision.line import Direction
from edge.vision.still import NoStill
from edge.vision.supervisor import VisionSupervisor

__all__ = [
    "CameraConfig",
    "CameraLost",
    "Crossing",
    "Direction",
    "Health",
    "Minute",
    "NoStill",
    "ShelfSeen",
    "VisionFact",
    "VisionSupervisor",
]
