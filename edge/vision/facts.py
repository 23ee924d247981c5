"""All that the gateway ever hears of cameras. No field can hold a picture."""

from dataclasses import dataclass

from edge.readback.facts import Look
from edge.vision.line import Direction


@dataclass(frozen=True, slots=True)
class Crossing:
    """One person crossed a line. (camera, epoch, n) names it for ever; n rises by one within an epoch."""

    camera: str
    line: str
    at: int
    """UTC epoch milliseconds."""
    direction: Direction
    epoch: int
    """One life of the worker; every later life has a higher one."""
    n: int


@dataclass(frozen=True, slots=True)
class Minute:
    """People over a line in one minute, made of the crossings already told. Minutes of one key add up."""

    camera: str
    line: str
    minute: int
    """UTC epoch milliseconds of the minute's beginning."""
    entered: int
    left: int


@dataclass(frozen=True, slots=True)
class Health:
    """How well a camera is being watched."""

    camera: str
    at: int
    """UTC epoch milliseconds."""
    detector: str
    fps: float
    """Pictures looked at per second, since the last health."""
    age_ms: int
    """How far behind the camera the last look was."""
    dropped: int
    """Looks left out since the worker began, because the box or the camera was too slow."""
    people: int
    """In the picture now."""


@dataclass(frozen=True, slots=True)
class CameraLost:
    """A camera is not watched. Told once per reason until it is back; its next Health says that it is."""

    camera: str
    why: str
    what_now: str
    """What happens now and what a person can do."""
    final: bool
    """Nothing happens until a person acts (see VisionSupervisor.retry)."""


@dataclass(frozen=True, slots=True)
class ShelfSeen:
    """The labels that a camera read in one picture of the shelf: what their codes say, and where they were."""

    camera: str
    at: int
    """UTC epoch milliseconds."""
    look: Look


VisionFact = Crossing | Minute | Health | CameraLost | ShelfSeen
