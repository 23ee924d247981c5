"""Counting people: one worker process per camera, of which only counts ever come out."""

from edge.vision.config import CameraConfig
from edge.vision.facts import CameraLost, Crossing, Health, Minute, VisionFact
from edge.vision.line import Direction
from edge.vision.supervisor import VisionSupervisor

__all__ = [
    "CameraConfig",
    "CameraLost",
    "Crossing",
    "Direction",
    "Health",
    "Minute",
    "VisionFact",
    "VisionSupervisor",
]
