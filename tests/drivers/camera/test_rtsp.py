"""RTSP cameras, by way of the relay that keeps the video library at the one address that was checked."""

from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import islice
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base import Frame
from drivers.camera import CameraDriver
from drivers.camera.relay import Answers, ElsewhereError
from drivers.errors import DeviceError, Refused, Unreachable
from simulators.camera.rtsp import RtspCamera, rtsp_running


@pytest.fixture(scope="module")
def jpegs() -> list[bytes]:
    """Smooth pictures, each a little brighter."""
    ramp = np.linspace(0, 120, 64, dtype=np.uint8)[None, :, None].repeat(48, 0).repeat(3, 2)
    return [bytes(cv2.imencode(".jpg", ramp + 10 * number)[1]) for number in range(10)]


def _frames(camera: RtspCamera, address: str = "", **more: Any) -> Iterator[Frame]:
    options = {
        "allow_special": ["127.0.0.0/8"], "ports": [camera.port], "open_timeout_ms": 5000, "read_timeout_ms": 2000,
        **more,
    }  # fmt: skip
    return CameraDriver(options).frames("door", address or f"rtsp://127.0.0.1:{camera.port}/main?channel=1")


def test_pictures_come_as_they_were_sent(jpegs: list[bytes]) -> None:
    with rtsp_running(RtspCamera(jpegs, fps=20)) as camera, closing(_frames(camera)) as frames:  # type: ignore[type-var]
        for frame in islice(frames, 8):
            row = frame.pixels.mean(axis=(0, 2))
            assert frame.pixels.shape == (48, 64, 3)
            assert row[-4] - row[4] == pytest.approx(120 * 56 / 63, abs=6)
        assert camera.asked[-1] == "PLAY"


def test_name_and_password_go_through(jpegs: list[bytes]) -> None:
    with rtsp_running(RtspCamera(jpegs, fps=20, password="shop:hush")) as camera:
        with closing(_frames(camera, f"rtsp://shop:hush@127.0.0.1:{camera.port}/")) as frames:  # type: ignore[type-var]
            assert next(frames).pixels.shape == (48, 64, 3)
        with pytest.raises(Unreachable) as lost:
            next(_frames(camera, f"rtsp://shop:guess@127.0.0.1:{camera.port}/"))
        assert "guess" not in str(lost.value)


def test_it_cannot_send_us_elsewhere(jpegs: list[bytes]) -> None:
    with rtsp_running(RtspCamera(jpegs)) as other, rtsp_running(RtspCamera(jpegs)) as camera:
        camera.sends_to = f"rtsp://127.0.0.1:{other.port}/inner"
        with pytest.raises(Refused, match="redirects are not followed"):
            next(_frames(camera))
        assert other.asked == []


def test_a_camera_that_goes_away_is_reported(jpegs: list[bytes]) -> None:
    with rtsp_running(RtspCamera(jpegs, fps=20)) as camera:
        frames = _frames(camera, bridge_wait_ms=10, bridge_tries=1)
        next(frames)
    with pytest.raises(DeviceError):
        list(frames)


HELLO = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nv=0\r\n"
PACKET = b"$\x00\x00\x1dRTSP/1.0 302 Found\r\n\r\n\r\n\r\n\r\n!"
AWAY = b"RTSP/1.0 302 Found\r\nLocation: rtsp://10.0.0.1/\r\n\r\n"


@settings(max_examples=120)
@given(
    st.lists(st.sampled_from([HELLO, PACKET, b"\r\n"]), max_size=6),
    st.lists(st.integers(1, 40), min_size=1, max_size=9),
    st.booleans(),
)
def test_a_redirect_is_found_however_it_was_cut_and_nothing_else_is_one(
    before: list[bytes], cuts: list[int], away: bool
) -> None:
    said, answers, at, number = b"".join(before) + (AWAY if away else b""), Answers(), 0, 0
    try:
        while at < len(said):
            step = cuts[number % len(cuts)]
            answers.feed(said[at : at + step])
            at, number = at + step, number + 1
    except ElsewhereError:
        assert away
    else:
        assert not away


@settings(max_examples=80)
@given(st.binary(max_size=400))
def test_any_bytes_are_taken_or_refused(said: bytes) -> None:
    with suppress(ElsewhereError):
        Answers().feed(said)


@pytest.mark.parametrize(
    "said",
    [
        b"x" * 20_000,
        b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        b"RTSP/1.0 200 OK\r\n$\x00\x00\x15\nContent-Length: 99\r\n\r\n" + AWAY,  # a packet between two lines
        b"RTSP/1.0 200 OK\r\n\r$\x00\x00\x16\n\nContent-Length: 99\r\n\r\n" + AWAY,
        b"RTSP/1.0 200 OK\r\n\x00\r\nContent-Length: 99\r\n\r\n" + AWAY,  # an empty line, for who writes C
        b"\r\n\n" + AWAY,
    ],
)
def test_tricks_end_the_talk(said: bytes) -> None:
    with pytest.raises(ElsewhereError):
        Answers().feed(said)
