"""What one camera looks for: lines, zones, the floor, and the rules by which people are counted. Data, no picture.

Places are fractions of the picture (0..1, y down), so that a scene fits every size of picture; the floor is in metres
of a plan that several cameras may share. `Scene.in_pixels` makes of it what the counting works with.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from drivers.base import DEVICE_ID
from edge.vision.ground import CELL_M, Ground, ground_of
from edge.vision.line import CountingLine, LineKind, Side, through_edges
from edge.vision.shapes import Sketch, ZoneMap, area, draw_zones, is_convex, ties_itself

MOST_LINES, MOST_ZONES, MOST_CORNERS = 16, 32, 32
PLAN_M = 200.0
"""Length and width of the largest floor plan, metres."""
CELLS_ACROSS = int(PLAN_M / CELL_M)
SHORTEST = 0.02
"""Of the picture: a shorter line is a slip of the pen."""
SMALLEST = 0.0005
"""Of the picture's area: a smaller zone is a slip of the pen."""

Part = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Point = tuple[Part, Part]
"""A place in the picture, as fractions of its width and height."""
Metres = Annotated[float, Field(ge=0, le=PLAN_M, allow_inf_nan=False)]
Spot = tuple[Metres, Metres]
"""A place on the floor plan, metres from its upper left corner."""
Name = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f<>]+$", strip_whitespace=True, max_length=40)]
"""What people call it: any script, no control characters and no markup."""
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f<>]*$", strip_whitespace=True, max_length=60)]
DeviceId = Annotated[str, Field(pattern=f"^{DEVICE_ID.pattern}$")]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class _Drawn(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ZoneKind(StrEnum):
    """What a zone is for."""

    BROWSE = "browse"
    """Who stays here looks at goods: visits and dwell."""
    QUEUE = "queue"
    """Who stays here waits: length and waiting time of a lane."""
    STAFF = "staff"
    """Who stays here works in the shop, and is no visitor."""


class Line(_Drawn):
    """A line that people are counted over."""

    name: Name
    start: Point
    end: Point
    inside: Side
    """Which side of it the shop is, for somebody who walks from its start to its end."""
    kind: LineKind = LineKind.ENTRANCE

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if math.dist(self.start, self.end) < SHORTEST:
            raise ValueError(f"the line {self.name!r} has no length; draw it through the whole door")
        return self


class Zone(_Drawn):
    """A part of the floor, as a polygon in the picture."""

    name: Name
    polygon: Annotated[tuple[Point, ...], Field(min_length=3, max_length=MOST_CORNERS)]
    kind: ZoneKind = ZoneKind.BROWSE
    lane: Annotated[str, Field(pattern=f"^({DEVICE_ID.pattern})?$")] = ""
    """Of a queue: the till or lane that people wait for; '' for a common queue."""
    department: Words = ""
    """What is sold here: sales of this department are shown beside the visits."""

    @model_validator(mode="after")
    def _is_a_shape(self) -> Self:
        if area(self.polygon) < SMALLEST or ties_itself(self.polygon):
            raise ValueError(f"the outline of {self.name!r} crosses itself or is too small; draw it around the place")
        if self.lane and self.kind is not ZoneKind.QUEUE:
            raise ValueError(f"{self.name!r} is no queue, so it belongs to no lane")
        return self


class Floor(_Drawn):
    """Four places on the floor, as the camera sees them and as the plan has them, in the same order."""

    picture: tuple[Point, Point, Point, Point]
    plan: tuple[Spot, Spot, Spot, Spot]

    @model_validator(mode="after")
    def _is_a_floor(self) -> Self:
        if not (is_convex(self.picture) and is_convex(self.plan)):
            raise ValueError("the four floor points must be the corners of an area, in turn, none between the others")
        if area(self.picture) < SMALLEST or area(self.plan) < 0.1:
            raise ValueError("the four floor points are too close together; take places metres apart")
        return self


class Rules(_Drawn):
    """How people are counted. 0 switches a rule off where it says so."""

    minimum_stay_s: Annotated[float, Field(ge=0, le=30)] = 0
    """Who crosses a line and is back sooner than this has not crossed it. 0: everybody has."""
    u_turn: Annotated[float, Field(ge=0, le=3)] = 0.15
    """Body heights: who turns round before having gone so far beyond the line has not crossed it. 0: off.

    A foot is 0.15 of its owner's height long: both have to be over."""
    again_s: Annotated[float, Field(ge=0, le=900)] = 0
    """Who goes out and comes in again within this time is the same visitor, as far as that can be seen. 0: off."""
    together_s: Annotated[float, Field(ge=0, le=30)] = 3
    """People who come in side by side within this time are one group. 0: nobody is."""
    zone_visit_s: Annotated[float, Field(ge=0, le=600)] = 5
    """Who is in a zone for less than this only passes through."""
    staff_after_s: Seconds = 20
    """Who was in a staff zone for so long in all is staff. 0: whoever sets foot in it."""
    staff_tags: Annotated[tuple[DeviceId, ...], Field(max_length=64)] = ()
    """Badges and buttons of the staff: whoever crosses a line while one of them speaks is staff …"""
    staff_tag_s: Annotated[float, Field(ge=0, le=60)] = 5
    """… or so long before or after."""
    still_s: Annotated[float, Field(ge=0, le=86_400)] = 300
    """A "person" that has not moved at all for so long is a poster or a mannequin and counts no more. 0: off."""
    occupancy_limit: Annotated[int, Field(ge=0, le=100_000)] = 0
    """People in the shop above which a ticket is opened; the lowest limit of all cameras holds. 0: none."""
    queue_alarm_s: Annotated[float, Field(ge=0, le=3600)] = 90
    """A ticket is opened when somebody waits longer than this. 0: never."""
    small_cell: Annotated[int, Field(ge=1, le=100)] = 5
    """Head office is told of no part of the floor or of the day with fewer people than this; it is joined to others."""


@dataclass(frozen=True, slots=True)
class SceneInPixels:
    """A scene for one size of picture. Built once; looking a foot up in it costs next to nothing."""

    size: tuple[int, int]
    """Width, height."""
    lines: tuple[CountingLine, ...]
    zones: tuple[Zone, ...]
    zone_map: ZoneMap
    """Which of `zones` a foot is in, by number."""
    ground: Ground | None
    rules: Rules
    staff_bits: int
    """The staff zones, as bits of the map."""


class Scene(_Drawn):
    """All that one camera looks for."""

    lines: Annotated[tuple[Line, ...], Field(max_length=MOST_LINES)] = ()
    zones: Annotated[tuple[Zone, ...], Field(max_length=MOST_ZONES)] = ()
    floor: Floor | None = None
    """None: this camera draws no heat map."""
    rules: Rules = Rules()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [line.name for line in self.lines] + [zone.name for zone in self.zones]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"the name {twice[0]!r} is used twice; give every line and zone a name of its own")
        return self

    def in_pixels(self, width: int, height: int) -> SceneInPixels:
        """The same scene for pictures of this size."""
        size = width, height

        def scaled(points: Iterable[Point]) -> Sketch:
            return tuple((x * width, y * height) for x, y in points)

        lines = []
        for one in self.lines:
            drawn, until = scaled((one.start, one.end))
            start, end = through_edges(drawn, until, width, height)
            lines.append(CountingLine(start, end, one.inside, name=one.name, kind=one.kind))
        zones = draw_zones(size, [scaled(zone.polygon) for zone in self.zones])
        floor = self.floor
        ground = ground_of(scaled(floor.picture), floor.plan, PLAN_M) if floor else None
        staff = sum(1 << number for number, zone in enumerate(self.zones) if zone.kind is ZoneKind.STAFF)
        return SceneInPixels(size, tuple(lines), self.zones, zones, ground, self.rules, staff)
