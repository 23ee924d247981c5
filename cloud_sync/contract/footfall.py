"""What a store tells head office of a whole day of a camera: people over its lines, in its zones, and on the floor.

No part of it has fewer people than the store's floor for small cells, but for the sums of a whole day: what had fewer
is joined to its neighbours, or left out. There is no field that could hold a picture. A later event of the same device,
kind and day replaces the earlier one.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from cloud_sync.contract.change import Milliseconds
from cloud_sync.contract.events import U64

DAY_KIND, HEAT_KIND = "footfall.day", "footfall.heat"
CELL_MM = 500
"""Side of a cell of the heat map."""
MOST_CELLS = 2_000
Name = Annotated[str, Field(min_length=1, max_length=40)]
Across = Annotated[int, Field(ge=0, lt=400, strict=True)]


class _Fact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ZoneSpan(_Fact):
    """Some whole hours of a zone."""

    start: Milliseconds
    end: Milliseconds
    visits: U64
    dwell_ms: U64
    waited: U64
    """Visits that ended …"""
    waited_ms: U64
    """… and how long they had lasted."""
    longest_ms: U64
    most: U64
    """People at a time."""


class ZoneDay(_Fact):
    """One zone's day. No spans: fewer people than may be told of."""

    zone: Name
    kind: Literal["browse", "queue"]
    spans: Annotated[tuple[ZoneSpan, ...], Field(max_length=26)]


class FootfallDay(_Fact):
    """Body of an event of kind "footfall.day"."""

    day: Milliseconds
    """When it began on the shop's own clock."""
    end: Milliseconds
    entered: U64
    departed: U64
    again: U64
    """Of those who entered: had been out for a moment only."""
    parties: U64
    """Groups, and people who came alone."""
    passed: U64
    """People who passed by outside."""
    zones: Annotated[tuple[ZoneDay, ...], Field(max_length=64)]


class HeatCell(_Fact):
    """A square of the floor plan, less the smaller squares within it that are told by themselves."""

    x: Across
    y: Across
    """Column and row of its upper left cell."""
    side: Literal[1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    """In cells."""
    visits: U64
    dwell_ms: U64


class HeatDay(_Fact):
    """Body of an event of kind "footfall.heat"."""

    day: Milliseconds
    end: Milliseconds
    cells: Annotated[tuple[HeatCell, ...], Field(max_length=MOST_CELLS)]
