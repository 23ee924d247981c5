import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from drivers.base import Capability, Frame, load_driver
from drivers.camera import CameraDriver
from drivers.errors import DeviceError, Refused, Unreachable


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty pictures at 20 per second, each a little brighter."""
    path = tmp_path_factory.mktemp("film") / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20, (64, 48))
    for i in range(20):
        writer.write(np.full((48, 64, 3), 10 * i, np.uint8))
    writer.release()
    return path


def _frames(address: str | Path, **options: Any) -> Iterator[Frame]:
    return CameraDriver(options).frames("door", str(address))


def test_it_is_found_by_name_and_sees_frames() -> None:
    driver = load_driver("camera", {})
    assert driver.capabilities == {Capability.SEES_FRAMES}
    with pytest.raises(ValueError, match="colour"):
        load_driver("camera", {"colour": 1})


def test_a_film_as_fast_as_it_can_be_read(film: Path) -> None:
    frames = list(_frames(film, pace=False))
    assert [frame.at for frame in frames] == [50 * i for i in range(20)]
    assert frames[3].pixels.shape == (48, 64, 3)
    assert [round(float(frame.pixels.mean()) / 10) for frame in frames] == list(range(20))


def test_a_films_wrong_header_can_be_put_right(film: Path) -> None:
    assert [frame.at for frame in islice(_frames(film, pace=False, file_fps=10), 3)] == [0, 100, 200]


def test_a_looped_film_goes_on_and_its_time_too(film: Path) -> None:
    times = [frame.at for frame in islice(_frames(film, pace=False, loop=True), 50)]
    assert times == [50 * i for i in range(50)]


def test_a_paced_film_takes_its_time(film: Path) -> None:
    began = time.monotonic()
    last = [frame.at for frame in _frames(film)][-1]
    assert last == 950
    assert time.monotonic() - began >= 0.9


def test_who_looks_slowly_gets_the_newest_and_misses_the_rest(film: Path) -> None:
    times = []
    for frame in _frames(film):
        times.append(frame.at)
        time.sleep(0.2)
    assert len(times) < 12
    assert all(after > before for before, after in pairwise(times))


def test_what_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="door: there is no file"):
        next(_frames(tmp_path / "none.avi"))
    with pytest.raises(Unreachable, match="USB camera 97"):
        next(_frames("usb:97"))


def test_what_is_no_video_is_refused(tmp_path: Path, film: Path) -> None:
    text = tmp_path / "text.avi"
    text.write_text("not a video" * 100)
    with pytest.raises(Refused, match="not a video"):
        next(_frames(text))
    headless = tmp_path / "half.avi"
    headless.write_bytes(film.read_bytes()[:1200])
    with pytest.raises(Refused):
        list(_frames(headless, pace=False, loop=True))


@pytest.mark.parametrize("trick", ["tcp:10.0.0.1:80", "concat:/etc/passwd", "/etc", "/dev/zero"])
def test_a_path_is_a_file_and_nothing_cleverer(trick: str) -> None:
    with pytest.raises(Unreachable, match="there is no file"):
        next(_frames(trick))


LOCAL = {"allow_special": ["127.0.0.0/8"], "open_timeout_ms": 2000, "read_timeout_ms": 2000}


class _Camera(BaseHTTPRequestHandler):
    """A network camera on loopback. `/live` sends six pictures and hangs up; the rest are its tricks."""

    opened = 0
    seen: list[str | None]

    def do_GET(self) -> None:
        type(self).opened += 1
        self.seen.append(self.headers.get("Authorization"))
        match self.path:
            case "/live":
                self._pictures([40, 80, 120, 160, 200, 240])
            case "/away":
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.1:1/secret")
                self.end_headers()
            case "/locked" if not self.headers.get("Authorization", "").startswith("Basic dTpwdw"):
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                self.end_headers()
            case "/locked":
                self._pictures([7])
            case "/digest":
                self._digest()
            case "/page":
                self._pictures([None] * 30)
            case _:
                self.send_error(404)

    def _digest(self) -> None:
        if self.headers.get("Authorization", "").startswith("Digest "):
            self._pictures([9])
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Digest realm="camera", nonce="abc", qop="auth"')
        self.end_headers()

    def _pictures(self, shades: list[int] | list[None]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        for shade in shades:
            jpeg = b"\xff\xd8\xff broken \xff\xd9"
            if shade is not None:
                jpeg = bytes(cv2.imencode(".jpg", np.full((16, 16, 3), shade, np.uint8))[1])
            self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + jpeg + b"\r\n")
            time.sleep(0.02)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _camera() -> Iterator[tuple[type[_Camera], str, dict[str, Any]]]:
    kind = type("Camera", (_Camera,), {"seen": [], "opened": 0})
    with HTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            port = server.server_address[1]
            yield kind, f"http://127.0.0.1:{port}", {**LOCAL, "ports": [port], "bridge_wait_ms": 10}
        finally:
            server.shutdown()
            thread.join()


def test_a_network_camera_that_hiccups_is_opened_again() -> None:
    with _camera() as (camera, url, options), closing(_frames(url + "/live", **options)) as frames:  # type: ignore[type-var]
        shades = []
        while camera.opened < 3:
            frame = next(frames)
            shades.append(float(frame.pixels.mean()))
        assert max(shades) > min(shades)


def test_a_network_camera_that_goes_away_is_reported_in_the_end() -> None:
    with _camera() as (_, url, options):
        frames = _frames(url + "/live", **options)
        next(frames)
    with pytest.raises(Unreachable):
        list(frames)


@pytest.mark.parametrize(
    ("path", "error", "why"),
    [
        ("/away", Refused, "redirects are not followed"),
        ("/locked", Refused, "name and password"),
        ("/nothing", Unreachable, "answers 404"),
        ("/page", DeviceError, "cannot be decoded"),
    ],
)
def test_a_network_camera_that_does_otherwise(path: str, error: type[DeviceError], why: str) -> None:
    with _camera() as (camera, url, options):
        with pytest.raises(error, match=why):
            next(_frames(url + path, **options))
        assert camera.opened == 1


@pytest.mark.parametrize(("path", "shade"), [("/locked", 7), ("/digest", 9)])
def test_name_and_password_are_given_as_the_camera_wants_them(path: str, shade: int) -> None:
    with _camera() as (camera, url, options):
        with closing(_frames(url.replace("http://", "http://u:pw@") + path, **options)) as frames:  # type: ignore[type-var]
            assert round(float(next(frames).pixels.mean())) == shade
        assert camera.seen[0] is None
        if path == "/digest":
            assert not any((given or "").startswith("Basic") for given in camera.seen)


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_nobody_answers(scheme: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(Unreachable) as lost:
            next(_frames(f"{scheme}://admin:hush@127.0.0.1:{port}/x?token=hush", **LOCAL, ports=[port]))
    assert f"127.0.0.1:{port}" in str(lost.value)
    assert "hush" not in str(lost.value)


def test_an_address_that_is_not_allowed_is_refused_before_anything_is_sent() -> None:
    with _camera() as (camera, url, options):
        with pytest.raises(Refused, match=r"127\.0\.0\.1"):
            next(_frames(url + "/live", ports=options["ports"]))
        assert camera.opened == 0
