"""ONVIF cameras: found by a probe, asked for their streams, and not believed."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from drivers.camera.commands import PASSWORD, cameras
from drivers.camera.discovery import FoundCamera, find_cameras, read_answer
from drivers.camera.onvif import Stream, offered_streams
from drivers.camera.options import CameraOptions
from drivers.errors import Misspoke, Refused, Unreachable
from simulators.camera.onvif import MATCH, OnvifCamera, running


@pytest.fixture
def camera() -> Iterator[OnvifCamera]:
    with running(OnvifCamera()) as one:
        yield one


def _options(*ports: int) -> CameraOptions:
    return CameraOptions.model_validate({"allow_special": ["127.0.0.0/8"], "ports": [554, 8554, *ports]})


async def _streams(camera: OnvifCamera, user: str = "shop", password: str = "hidden") -> list[Stream]:
    return await offered_streams(camera.address, user, password, _options(camera.http))


def test_a_probe_finds_it_where_cameras_are_allowed(camera: OnvifCamera) -> None:
    to = ("127.0.0.1", camera.udp)
    found = find_cameras(_options(camera.http), 0.3, to)
    assert found == [FoundCamera(camera.address, "Door dome", "SIM-1", "Entrance")]
    assert find_cameras(CameraOptions(), 0.3, to) == []
    camera.says_it_is_at = "http://10.0.0.1/onvif/device_service http://127.0.0.2/x file:///etc/passwd"
    assert find_cameras(_options(camera.http, 80), 0.3, to) == [], "an answer speaks for who sent it, nobody else"


@settings(max_examples=80)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: MATCH.format(
    about="x", name=text, place="", addresses="http://10.0.0.9/onvif").encode("utf-8", "replace"))))  # fmt: skip
def test_any_answer_is_read_or_passed_over(answer: bytes) -> None:
    found = read_answer(answer, "10.0.0.9", CameraOptions())
    assert found is None or (found.address == "http://10.0.0.9:80/onvif" and len(found.name) <= 60)


def test_an_answer_with_entities_is_not_even_read() -> None:
    plain = MATCH.format(about="x", name="a", place="", addresses="http://10.0.0.9/onvif")
    bomb = plain.replace("?>", '?><!DOCTYPE s [<!ENTITY a "ha">]>', 1)
    assert read_answer(plain.encode(), "10.0.0.9", CameraOptions())
    assert read_answer(bomb.encode(), "10.0.0.9", CameraOptions()) is None


async def test_it_says_where_its_stream_is_also_with_a_clock_that_is_wrong(camera: OnvifCamera) -> None:
    camera.behind_s = 86_400.0
    camera.stream = "rtsp://shop:hidden@127.0.0.1:8554/main?channel=1"
    assert await _streams(camera) == [Stream("Main", "rtsp://127.0.0.1:8554/main?channel=1", 1280, 720)]


async def test_a_wrong_password_is_for_a_person(camera: OnvifCamera) -> None:
    with pytest.raises(Refused, match="name and password") as refused:
        await _streams(camera, password="guessed")
    assert "guessed" not in str(refused.value)


@pytest.mark.parametrize(
    ("stream", "why"),
    [
        ("rtsp://169.254.169.254/latest", "no camera is there"),
        ("rtsp://8.8.8.8/x", "outside the networks"),
        ("rtsp://127.0.0.2:8554/x", "another machine"),
        ("rtsp://127.0.0.1:22/x", "port 22"),
        ("file:///etc/passwd", "no address of a stream"),
    ],
)
async def test_a_stream_that_is_elsewhere_is_not_passed_on(camera: OnvifCamera, stream: str, why: str) -> None:
    camera.stream = stream
    (offered,) = await _streams(camera)
    assert offered.address == ""
    assert why in offered.why


async def test_it_cannot_send_us_to_another_machine(camera: OnvifCamera) -> None:
    with running(OnvifCamera()) as other:
        camera.media_at = f"http://127.0.0.2:{other.http}/onvif/media"
        assert (await _streams(camera))[0].address, "its own host and port are put in the place of what it says"
        camera.sends_to = other.address
        with pytest.raises(Refused, match="redirects are not followed"):
            await _streams(camera)
        assert other.asked == []


async def test_what_is_no_camera_is_said_in_words(camera: OnvifCamera) -> None:
    camera.stream = "<"
    (offered,) = await _streams(camera)
    assert offered.why
    with pytest.raises(Refused, match="no camera is there"):
        await offered_streams("http://127.0.0.1/onvif", "a", "b", CameraOptions())
    with pytest.raises(Refused, match="by http"):
        await offered_streams("rtsp://127.0.0.1/onvif", "a", "b", _options())
    with pytest.raises(Unreachable, match="does not answer"):
        await offered_streams("http://127.0.0.1:1/onvif", "a", "b", _options(1))


async def test_a_flood_is_not_read_to_its_end(camera: OnvifCamera) -> None:
    camera.stream = "rtsp://127.0.0.1:8554/" + "x" * (2 << 20)
    with pytest.raises(Misspoke, match="1 MiB"):
        await _streams(camera)


def test_the_commands_print_what_a_person_or_a_program_needs(camera: OnvifCamera) -> None:
    options = _options(camera.http).model_dump_json(include={"allow_special", "ports"})

    def run(*words: str) -> str:
        found = CliRunner().invoke(cameras, [*words, "--options", options], env={PASSWORD: "hidden"})
        return str(found.output)

    asked = ["find", "--to", f"127.0.0.1:{camera.udp}", "--seconds", "0.2"]
    assert [one["address"] for one in json.loads(run(*asked, "--json"))] == [camera.address]
    assert "Door dome" in run(*asked)
    assert "rtsp://127.0.0.1:8554/main" in run("streams", camera.address, "--user", "shop")
    camera.password = "another"
    assert "name and password" in json.loads(run("streams", camera.address, "--user", "shop", "--json"))["why"]
