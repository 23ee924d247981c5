"""All that the gateway ever hears of cameras. No field can hold a picture."""

from dataclasses import dataclass

from edge.readback.facts import Look
from edge.vision.line import Direction, LineKind
from edge.vision.scene import ZoneKind


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
    kind: LineKind = LineKind.ENTRANCE
    again: bool = False
    """Came in, and had gone out only a moment before: no new visitor."""
    joined: bool = False
    """Came in together with somebody who was told before: no new group."""
    staff: bool = False
    """Works here: no visitor."""


@dataclass(frozen=True, slots=True)
class ZoneTotal:
    """What happened in a zone in one minute so far. Every figure only grows, so the larger of two words holds."""

    zone: str
    kind: ZoneKind
    minute: int
    """UTC epoch milliseconds of the minute's beginning."""
    visits: int = 0
    """Stays that became long enough to be a visit."""
    dwell_ms: int = 0
    """How long people were there, of visits only."""
    waited: int = 0
    """Visits that ended."""
    waited_ms: int = 0
    """How long those had lasted, from their beginning."""
    longest_ms: int = 0
    """The longest of them."""
    most: int = 0
    """People there at a time."""


@dataclass(frozen=True, slots=True)
class HeatTotal:
    """People on one cell of the floor plan in one quarter of an hour so far. Only grows."""

    quarter: int
    """UTC epoch milliseconds of the quarter's beginning."""
    x: int
    y: int
    visits: int
    dwell_ms: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What grew in zones and on the floor since the last word. (camera, epoch, zone or cell, time) names a figure."""

    camera: str
    at: int
    """UTC epoch milliseconds."""
    epoch: int
    zones: tuple[ZoneTotal, ...] = ()
    cells: tuple[HeatTotal, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A zone now. `longest_ms`: of those who are there, how long the first has been."""

    zone: str
    kind: ZoneKind
    lane: str
    people: int
    longest_ms: int
    too_long: bool
    """Somebody waits longer than the scene's rules allow."""


@dataclass(frozen=True, slots=True)
class Foot:
    """Where somebody stands now, in fractions of the picture, and on the floor plan in metres if that is known.

    `person` is a number of the moment: it ends with the track, and is kept nowhere.
    """

    person: int
    x: float
    y: float
    plan: tuple[float, float] | None = None
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Present:
    """Who is in the picture now. Kept in memory only, until the next word."""

    camera: str
    at: int
    """UTC epoch milliseconds."""
    feet: tuple[Foot, ...] = ()
    zones: tuple[Waiting, ...] = ()


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
    """How old the oldest picture was that was looked at since the last health."""
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
class CameraMoved:
    """A camera was moved and stays there: what was drawn on its picture lies elsewhere now. Such words add up.

    In fractions of the picture, by how much everything in it lies farther right and farther down than before.
    """

    camera: str
    at: int
    """UTC epoch milliseconds."""
    right: float
    down: float


@dataclass(frozen=True, slots=True)
class ShelfSeen:
    """The labels that a camera read in one picture of the shelf: what their codes say, and where they were."""

    camera: str
    at: int
    """UTC epoch milliseconds."""
    look: Look


VisionFact = Crossing | Totals | Present | Minute | Health | CameraLost | CameraMoved | ShelfSeen
