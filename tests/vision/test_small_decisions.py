import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.vision.config import CameraConfig
from edge.vision.facts import Crossing, Foot, Health, HeatTotal, Present, Totals, Waiting, ZoneTotal
from edge.vision.line import Direction, LineKind
from edge.vision.looks import EARLY, Looks, look
from edge.vision.restart import LONGEST_WAIT_S, Restart, after_end
from edge.vision.scene import ZoneKind
from edge.vision.wire import Ended, GarbledError, Told, read_line, write_line


@settings(max_examples=60)
@given(st.lists(st.integers(0, 2_000), max_size=80), st.floats(0.5, 30))
def test_never_more_looks_than_allowed(gaps: list[int], fps: float) -> None:
    state, at, taken = Looks(1000 / fps), 0, 0
    for gap in gaps:
        at += gap
        state, due = look(state, at)
        taken += due
    assert taken + state.dropped <= at * fps / 1000 + 1.001 + EARLY


def test_seven_frames_a_second_looked_at_five_times_drop_nothing() -> None:
    state, taken = Looks(200.0), 0
    for i in range(70):
        state, due = look(state, round(i * 1000 / 7))
        taken += due
    assert (taken, state.dropped) == (50, 0)


@pytest.mark.parametrize("jitter", [0, 15])
def test_a_camera_that_gives_as_many_frames_as_are_looked_at_loses_none(jitter: int) -> None:
    state, taken = Looks(1000 / 7), 0
    for i in range(70):
        state, due = look(state, round(i * 1000 / 7) + (i * 7 % 3 - 1) * jitter)
        taken += due
    assert (taken, state.dropped) == (70, 0)


def test_a_stream_whose_time_goes_back_is_looked_at_again() -> None:
    state, _ = look(Looks(200.0), 60_000)
    assert look(state, 0)[1]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 500), st.booleans()), min_size=1, max_size=30))
def test_waits_grow_to_a_bound_and_end_only_when_a_person_must_act(lives: list[tuple[float, bool]]) -> None:
    state = Restart()
    for watched, again in lives:
        before, state = state, after_end(state, watched, again)
        assert (state.wait_s is None) is (not again)
        if state.wait_s is not None:
            assert 1 <= state.wait_s <= LONGEST_WAIT_S
            assert state.wait_s >= (before.wait_s or 0) or watched >= 60


names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True)
counts = st.integers(0, 2**53)
parts = st.floats(0, 1)
spots = st.tuples(parts, parts)
kinds = st.sampled_from(ZoneKind)
told = st.one_of(
    st.builds(Crossing, names, names, counts, st.sampled_from(Direction), counts, counts, st.sampled_from(LineKind),
              st.booleans(), st.booleans(), st.booleans()),
    st.builds(Totals, names, counts, counts,
              st.lists(st.builds(ZoneTotal, names, kinds, counts, counts, counts), max_size=3).map(tuple),
              st.lists(st.builds(HeatTotal, counts, counts, counts, counts, counts), max_size=3).map(tuple)),
    st.builds(Present, names, counts,
              st.lists(st.builds(Foot, counts, parts, parts, st.none() | spots), max_size=3).map(tuple),
              st.lists(st.builds(Waiting, names, kinds, names, counts, counts, st.booleans()), max_size=3).map(tuple)),
    st.builds(Health, names, counts, st.text(max_size=9), st.floats(0, 1e3), counts, counts, counts),
    st.builds(Ended, st.text(max_size=99), st.text(max_size=99), st.booleans()),
)  # fmt: skip


@settings(max_examples=60)
@given(told)
def test_what_is_told_is_what_is_heard(fact: Told) -> None:
    assert read_line(write_line(fact)) == fact


@settings(max_examples=80)
@given(st.one_of(st.binary(max_size=200), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(
    lambda value: json.dumps(value).encode())))  # fmt: skip
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(GarbledError):
        read_line(line)


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"at": "1"},
        {"at": -1},
        {"direction": "up"},
        {"n": None},
        {"camera": 7},
        {"frame": "/9j/4AAQ"},
    ],
)
def test_a_fact_with_a_field_too_many_or_of_a_wrong_kind_is_refused(change: dict[str, object]) -> None:
    line = json.loads(write_line(Crossing("a", "door", 1, Direction.IN, 1, 1)))
    line["crossing"].update(change)
    with pytest.raises(GarbledError):
        read_line(json.dumps(line).encode())


@pytest.mark.parametrize(
    "bad",
    [
        {"id": "../etc"}, {"id": "Door"}, {"fps": 0}, {"fps": 31}, {"line": ((0.5, 0.5), (0.5, 0.5))},
        {"line": ((0, 0), (2, 0))}, {"unknown": 1}, {"address": ""}, {"inside": "up"},
    ],
)  # fmt: skip
def test_a_camera_that_makes_no_sense_is_refused_by_key(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        CameraConfig.model_validate({"id": "door", "address": "usb:0", **bad})
    assert next(iter(bad)) in str(refused.value) or "line" in str(refused.value)


def test_a_password_is_not_printed() -> None:
    assert "secret" not in repr(CameraConfig(id="door", address="rtsp://u:secret@10.0.0.9/"))
