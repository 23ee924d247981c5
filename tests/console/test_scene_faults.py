"""A bad drawing gets a clear reason that names the shape; nothing that a browser sends does worse."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.console.scene_faults import FAULTS, Fault, read_scene
from edge.vision.changes import changes
from edge.vision.scene import Line, Scene
from tests.console.cameras import CONFIGURED, SHOP

GOOD: dict[str, Any] = SHOP.model_dump(mode="json")


def drawn(**parts: Any) -> dict[str, Any]:
    return copy.deepcopy(GOOD) | parts


def line(**more: Any) -> dict[str, Any]:
    return {**GOOD["lines"][0], **more}


def zone(**more: Any) -> dict[str, Any]:
    return {**GOOD["zones"][1], **more}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (drawn(lines=[line(end=GOOD["lines"][0]["start"])]), Fault("line-short", "lines.0", "entrance")),
        (drawn(zones=[zone(polygon=[[0, 0], [1, 1], [1, 0], [0, 1]])]), Fault("zone-shape", "zones.0", "Till 1")),
        (drawn(zones=[zone(), zone(name="x", polygon=[[0, 0], [1, 1]])]), Fault("zone-shape", "zones.1", "x")),
        (drawn(zones=[zone(), zone()]), Fault("name-twice", "zones.1", "Till 1")),
        (drawn(zones=[zone(name="entrance")]), Fault("name-twice", "zones.0", "entrance")),
        (drawn(lines=[line(name="<b>")]), Fault("name", "lines.0", "<b>")),
        (drawn(lines=[line(name="")]), Fault("name", "lines.0", "")),
        (drawn(lines=[line(name="  ")]), Fault("name", "lines.0", "")),
        (drawn(zones=[zone(lane="Till 1")]), Fault("lane", "zones.0", "Till 1")),
        (drawn(zones=[zone(kind="browse")]), Fault("lane", "zones.0", "Till 1")),
        (drawn(zones=[zone(department="x" * 61)]), Fault("department", "zones.0", "Till 1")),
        (drawn(floor=GOOD["floor"] | {"plan": [[1, 1], [2, 2], [2, 1], [1, 2]]}), Fault("floor-shape", "floor")),
        (drawn(rules=GOOD["rules"] | {"queue_alarm_s": 9_999}), Fault("rule", "", "queue_alarm_s")),
        (drawn(lines=[line(name=f"l{n}") for n in range(17)]), Fault("too-many", "", "lines")),
        (drawn(picture="data:"), Fault("other")),
    ],
)
def test_every_fault_names_its_shape(given: dict[str, Any], fault: Fault) -> None:
    found = read_scene(given)
    assert isinstance(found, Fault)
    assert (found.word, found.shape) == (fault.word, fault.shape)
    assert found.name.strip() == fault.name


def test_a_good_drawing_is_a_scene() -> None:
    assert read_scene(GOOD) == SHOP


odd = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "start", "kind"]), inner),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["lines", "zones", "floor", "rules", "x"]), odd, max_size=4))
def test_nothing_breaks_it(given: dict[str, Any]) -> None:
    found = read_scene(given)
    assert isinstance(found, Scene) or found.word in FAULTS


def test_what_changed_is_told_by_name() -> None:
    moved = SHOP.lines[0].model_copy(update={"start": (0.1, 0.9)})
    other = SHOP.model_copy(update={"lines": (moved,), "zones": SHOP.zones[1:], "floor": None})
    assert changes(SHOP, other) == {"removed": ["Dairy", "floor"], "changed": ["entrance"]}
    assert changes(other, SHOP) == {"added": ["Dairy", "floor"], "changed": ["entrance"]}
    assert changes(SHOP, SHOP) == {}
    strict = SHOP.model_copy(update={"rules": SHOP.rules.model_copy(update={"again_s": 60})})
    assert changes(SHOP, strict) == {"changed": ["rules"]}
    renamed = CONFIGURED.model_copy(update={"lines": (Line(**(dict(CONFIGURED.lines[0]) | {"name": "gate"})),)})
    assert changes(CONFIGURED, renamed) == {"added": ["gate"], "removed": ["door"]}
