from itertools import pairwise

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.camera.mjpeg import JpegSplitter


def _jpeg(shade: int) -> bytes:
    return bytes(cv2.imencode(".jpg", np.full((8, 8, 3), shade, np.uint8))[1])


PICTURES = [_jpeg(shade) for shade in (10, 90, 200)]
PART = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"
STREAM = b"".join(PART + picture + b"\r\n" for picture in PICTURES)


@settings(max_examples=60)
@given(st.lists(st.integers(1, len(STREAM) - 1), max_size=30))
def test_pictures_come_out_whole_however_the_network_cuts_them(cuts: list[int]) -> None:
    splitter, found = JpegSplitter(), []
    edges = [0, *sorted(cuts), len(STREAM)]
    for start, end in pairwise(edges):
        found += list(splitter.feed(STREAM[start:end]))
    assert found == PICTURES


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=400), max_size=30))
def test_garbage_is_bounded_and_a_good_picture_after_it_is_found(chunks: list[bytes]) -> None:
    splitter = JpegSplitter(limit=1000)
    for chunk in chunks:
        list(splitter.feed(chunk))
        assert len(splitter._held) <= 1000 + len(chunk)
    list(splitter.feed(bytes(2000)))
    assert PICTURES[1] in list(splitter.feed(b"\xff\xd9" + PICTURES[1]))


def test_a_picture_without_end_is_given_up() -> None:
    splitter = JpegSplitter(limit=1000)
    for _ in range(50):
        assert list(splitter.feed(b"\xff\xd8\xff" + bytes(100))) == []
    assert list(splitter.feed(b"\xff\xd9" + PICTURES[0]))[-1:] == [PICTURES[0]]
