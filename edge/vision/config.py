"""What an operator says about one camera."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from drivers.base import DEVICE_ID
from edge.vision.line import Side
from edge.vision.scene import Line, Point, Scene


class CameraConfig(BaseModel):
    """One camera and what it looks for. An unknown key is an error that names the key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=f"^{DEVICE_ID.pattern}$")]
    driver: Annotated[str, Field(min_length=1, max_length=40)] = "camera"
    address: Annotated[str, Field(min_length=1, max_length=2048, repr=False)]
    """As the driver understands it. May hold a password, so it is never printed with the rest."""
    options: dict[str, Any] = {}
    """The driver's own options."""
    model: Path | None = Path("own")
    """`own`: the shipped model. `background` or None: background subtraction. Else an ONNX file; see models.py."""
    line_name: Annotated[str, Field(pattern=f"^{DEVICE_ID.pattern}$")] = "door"
    line: tuple[Point, Point] = ((0.0, 0.5), (1.0, 0.5))
    """Start and end, in fractions of the picture's width and height (y down)."""
    inside: Side = Side.RIGHT
    """Which side of the line the shop is, for somebody who walks from its start to its end."""
    scene: Scene | None = None
    """Lines, zones, floor and rules. None: the one line above. What is drawn on the console replaces it."""
    fps: Annotated[float, Field(gt=0, le=30)] = 5
    """Pictures looked at per second, at most."""
    pace: bool = True
    """False plays a recording as fast as it can be looked at; times are then the recording's own."""
    counts_people: bool = True
    """False for a camera that only looks at shelves: nobody is counted, and pictures are taken only to read labels."""
    reads_labels: bool = False
    """Whether the labels in its picture are read now and then; see docs/operations.md."""
    reads_every_s: Annotated[float, Field(ge=0.2, le=86_400)] = 600
    """From one reading of the labels to the next."""
    place: Annotated[str, Field(max_length=60)] = ""
    """The place in the shop that it looks at, as labels name theirs: a label of another place is then found out."""
    health_s: Annotated[float, Field(ge=0.1, le=60)] = 2

    @model_validator(mode="after")
    def _line_has_length(self) -> "CameraConfig":
        self._one_line()
        return self

    def what_to_look_for(self) -> Scene:
        """The scene of this camera."""
        return self.scene if self.scene is not None else Scene(lines=(self._one_line(),))

    def _one_line(self) -> Line:
        start, end = self.line
        return Line(name=self.line_name, start=start, end=end, inside=self.inside)

    def driver_options(self) -> dict[str, Any]:
        """What the driver is constructed with."""
        return self.options if self.pace else {**self.options, "pace": False}


class WorkOrder(BaseModel):
    """What a worker is told, once, on its standard input."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    camera: CameraConfig
    epoch: int
    domain: str = ""
    """The host in the codes of this shop's labels."""
    core_looks: Annotated[float, Field(ge=0)] = 0
    """How many pictures a second, of all cameras, the core has promised to look at that this one sits at."""
