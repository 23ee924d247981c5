"""What is wrong with a drawing, by a word that every language has a sentence for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from edge.vision.scene import Scene

FAULTS = (
    "line-short", "zone-shape", "floor-shape", "name", "name-twice", "lane", "department", "rule", "too-many", "other",
)  # fmt: skip
_PARTS = {"lines": "line-short", "zones": "zone-shape"}
_FIELDS = {"name": "name", "lane": "lane", "department": "department"}


@dataclass(frozen=True, slots=True)
class Fault:
    """`word`: one of FAULTS. `shape`: which shape ("lines.0", "zones.2", "floor"), "" for none; `name`: what of it."""

    word: str
    shape: str = ""
    name: str = ""


def read_scene(given: Mapping[str, Any]) -> Scene | Fault:
    """The scene that a drawing comes to, or the first thing that is wrong with it."""
    try:
        scene = Scene.model_validate(given)
    except ValidationError as error:
        return _fault(given, error.errors()[0])
    named = [(f"lines.{n}", one.name) for n, one in enumerate(scene.lines)]
    named += [(f"zones.{n}", one.name) for n, one in enumerate(scene.zones)]
    return next((Fault("name", shape) for shape, name in named if not name.strip()), scene)


def _fault(given: Mapping[str, Any], error: Any) -> Fault:
    match error["loc"]:
        case ():
            return Fault("name-twice", *_twice(given))
        case ("lines" | "zones" as part,) if error["type"] in ("too_long", "list_type"):
            return Fault("too-many", name=part)
        case ("lines" | "zones" as part, int(number), *rest):
            shape, name = f"{part}.{number}", _name(given, part, number)
            if rest and rest[0] in _FIELDS:
                return Fault(_FIELDS[str(rest[0])], shape, name)
            if not rest and part == "zones" and _misplaced_lane(given[part][number]):
                return Fault("lane", shape, name)
            return Fault(_PARTS[part], shape, name)
        case ("floor", *_):
            return Fault("floor-shape", "floor")
        case ("rules", rule, *_):
            return Fault("rule", name=str(rule)[:40])
    return Fault("other")


def _name(given: Mapping[str, Any], part: str, number: int) -> str:
    shape = given[part][number]
    return str(shape.get("name", ""))[:40] if isinstance(shape, Mapping) else ""


def _misplaced_lane(zone: Any) -> bool:
    return isinstance(zone, Mapping) and bool(zone.get("lane")) and zone.get("kind") != "queue"


def _twice(given: Mapping[str, Any]) -> tuple[str, str]:
    """The second shape of a name that two have."""
    seen: set[str] = set()
    for part in ("lines", "zones"):
        for number in range(len(given.get(part) or ())):
            name = _name(given, part, number).strip()
            if name in seen:
                return f"{part}.{number}", name
            seen.add(name)
    return "", ""
