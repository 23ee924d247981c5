"""What the console asks of the shop's cameras. No picture comes from here but with every head pixelated."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from edge.vision.facts import Present
from edge.vision.scene import Scene
from edge.visits.scenes import DrawnScene


@dataclass(frozen=True, slots=True)
class CameraNow:
    """How one camera does. Figures are None until its worker has told them."""

    id: str
    place: str
    counts: bool
    """Whether it counts people; else it only reads labels."""
    state: str
    """As of every device: init, ready, lost, fault."""
    why: str = ""
    since: int | None = None
    """Of the state, UTC epoch milliseconds."""
    seen_at: int | None = None
    detector: str = ""
    fps: float | None = None
    age_ms: int | None = None
    dropped: int | None = None
    people: int | None = None


class NoPicture(Exception):  # read as "there is no picture"
    """A camera gives nothing now. The text says why and what to do, fit for a person."""


class Cameras(Protocol):
    """The cameras of the shop. Every method raises KeyError for a camera that is not there."""

    def all(self) -> Sequence[CameraNow]:
        """Every configured camera, in the order of the configuration."""

    async def still(self, camera: str) -> bytes:
        """A PNG of what it sees now, heads pixelated. Raises NoPicture."""

    def present(self, camera: str) -> Present | None:
        """Who is in its picture now, and in its zones; None while it tells nothing."""

    def drawing(self, camera: str) -> DrawnScene:
        """What it looks for; version 0 as configured, drawn by nobody."""

    async def draw(self, camera: str, scene: Scene, after: int, by: str) -> int:
        """Look for this from now on; the new version's number. `after`: the version it was made from. Raises Stale."""
