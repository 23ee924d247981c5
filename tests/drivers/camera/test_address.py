import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.camera.address import (
    BadAddressError,
    FileSource,
    NameNotFoundError,
    NetSource,
    UsbSource,
    parse_address,
    pin,
)
from drivers.camera.options import CameraOptions

OPTIONS = CameraOptions()


def _net(address: str) -> NetSource:
    source = parse_address(address)
    assert isinstance(source, NetSource)
    return source


def test_the_three_kinds_of_address() -> None:
    assert parse_address("usb:2") == UsbSource(2)
    assert parse_address("/films/door.avi") == FileSource("/films/door.avi")
    assert parse_address("file:///films/door.avi") == FileSource("/films/door.avi")
    camera = _net("rtsp://admin:p%40ss@10.0.0.9/live/1?q=2")
    assert (camera.host, camera.port, camera.tail) == ("10.0.0.9", 554, "/live/1?q=2")
    assert (camera.user, camera.password) == ("admin", "p@ss")
    assert camera.secret_url == "rtsp://admin:p%40ss@10.0.0.9:554/live/1?q=2"
    assert camera.safe == "rtsp://10.0.0.9:554/live/1"


@pytest.mark.parametrize(
    "address",
    [
        "", "usb:", "usb:x", "usb:-1", "usb:٣", "ftp://10.0.0.1/x", "gopher://10.0.0.1/", "https://10.0.0.1/",
        "rtsp://",
        "http:///path", "http://10.0.0.1:99999/", "http://10.0.0.1:x/", "http://[::1/", "http://a b/",
        "http://10.0.0.1\\@8.8.8.8/", "http://10.0.0.1/\r\nHost: x", "http://10.0.0.1/a b", "http://10.0.0.1//x",
        "x" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_camera_address_is_refused(address: str) -> None:
    with pytest.raises(BadAddressError):
        parse_address(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.9.9.9", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "[fe80::1]", "0.0.0.0",
        "[::]",
        "224.0.0.1", "255.255.255.255", "8.8.8.8", "100.100.100.200", "[fd00:ec2::254]", "[2001:db8::1]",
        "[::ffff:8.8.8.8]", "[64:ff9b::a00:1]",
    ],
)  # fmt: skip
def test_no_camera_is_at_these_addresses(host: str) -> None:
    with pytest.raises(BadAddressError):
        pin(_net(f"http://{host}/"), OPTIONS)


@pytest.mark.parametrize("host", ["10.1.2.3", "192.168.1.9", "172.16.0.1", "[fd12:3456::9]"])
def test_cameras_are_at_private_addresses(host: str) -> None:
    assert pin(_net(f"http://{host}/"), OPTIONS).netloc == f"{host}:80"


def test_a_name_is_resolved_once_and_pinned() -> None:
    asked: list[str] = []

    def resolve(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["192.168.1.7", "192.168.1.8"]

    pinned = pin(_net("rtsp://door.shop:8554/a"), OPTIONS, resolve)
    assert (pinned.host, asked) == ("192.168.1.7", ["door.shop"])


def test_one_bad_answer_spoils_the_name() -> None:
    with pytest.raises(BadAddressError, match=r"127\.0\.0\.1"):
        pin(_net("http://door.shop/"), OPTIONS, lambda *_: ["192.168.1.7", "127.0.0.1"])


def test_a_name_nobody_knows_may_be_known_later() -> None:
    with pytest.raises(NameNotFoundError):
        pin(_net("http://door.shop/"), OPTIONS, lambda *_: [])


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
def test_odd_spellings_of_loopback_go_through_the_resolver_and_are_refused(spelling: str) -> None:
    with pytest.raises((BadAddressError, NameNotFoundError)):
        pin(_net(f"http://{spelling}/"), OPTIONS)


def test_ports_and_networks_are_the_operators() -> None:
    with pytest.raises(BadAddressError, match="port 22"):
        pin(_net("http://192.168.1.7:22/"), OPTIONS)
    narrow = CameraOptions.model_validate({"networks": ["192.168.7.0/24"], "ports": [22]})
    assert pin(_net("http://192.168.7.1:22/"), narrow).port == 22
    with pytest.raises(BadAddressError, match="outside the networks"):
        pin(_net("http://192.168.1.7:22/"), narrow)
    local = CameraOptions.model_validate({"allow_special": ["127.0.0.0/8"]})
    assert pin(_net("http://127.0.0.1:8080/"), local).host == "127.0.0.1"


@settings(max_examples=150)
@given(
    st.text(max_size=60),
    st.sampled_from(["", "http://", "rtsp://", "usb:", "http://10.0.0.1", "http://u:hush@"]),
)
def test_any_text_is_read_or_refused_and_a_password_never_shows(text: str, start: str) -> None:
    try:
        source = parse_address(start + text)
        if isinstance(source, NetSource):
            pin(source, OPTIONS, lambda *_: ["10.0.0.1"])
        shown = source.safe if isinstance(source, NetSource) else ""
    except BadAddressError as error:
        shown = str(error)
    assert "hush" not in shown or "hush" in text.lower()
