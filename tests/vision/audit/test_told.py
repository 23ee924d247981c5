"""What the counting process says is read strictly."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.audit.score import Passing
from edge.vision.audit.told import LONGEST_MS, Begun, Ended, GarbledError, Picture, Told, parse, read, write
from edge.vision.line import Direction

told = st.one_of(
    st.builds(Begun, st.text(max_size=100)),
    st.builds(Picture, st.integers(0, LONGEST_MS), st.binary(max_size=200).map(lambda data: b"\xff\xd8" + data)),
    st.builds(Passing, st.integers(0, LONGEST_MS), st.sampled_from(Direction)),
    st.builds(Ended, st.text(max_size=100)),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(told, max_size=5))
def test_what_is_written_is_read(messages: list[Told]) -> None:
    async def back() -> list[Told]:
        stream = asyncio.StreamReader()
        stream.feed_data(b"".join(write(one) for one in messages))
        stream.feed_eof()
        return [await read(stream.readexactly) for _ in messages]

    assert asyncio.run(back()) == messages


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([b"b", b"p", b"c", b"e", b"x"]), st.binary(max_size=60))
def test_anything_else_is_garbled_and_nothing_worse(kind: bytes, body: bytes) -> None:
    try:
        found = parse(kind, body)
    except GarbledError:
        return
    assert isinstance(found, Begun | Picture | Passing | Ended)


@pytest.mark.parametrize("body", [b'[-1, "in"]', b'[true, "in"]', b'[1, "up"]', b"[1]", b"{}", b"[" * 2000])
def test_a_passing_outside_the_clip_is_none(body: bytes) -> None:
    with pytest.raises(GarbledError):
        parse(b"c", body)
