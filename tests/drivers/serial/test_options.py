"""Settings: what is wrong is named, and secrets stay secret."""

from typing import Any

import pytest

from drivers.base import Capability, load_driver
from drivers.serial import SerialDriver

SCALE = {"family": "mt8217", "port": "/dev/ttyUSB0"}


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({"speed": 9600}, "speed"),
        ({"port": "loop://"}, "port"),
        ({"port": "socket://127.0.0.1"}, "port"),
        ({"port": "socket://user:word@127.0.0.1:1"}, "port"),
        ({"port": "/dev/../etc passwd"}, "port"),
        ({"family": "abacus"}, "family"),
        ({"parity": "none"}, "parity"),
        ({"unit": "stone"}, "unit"),
    ],
)
def test_a_wrong_setting_is_named(more: dict[str, Any], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        SerialDriver({"devices": {"scale": SCALE | more}})


def test_two_devices_on_one_port_are_noticed() -> None:
    with pytest.raises(ValueError, match="ttyUSB0"):
        SerialDriver({"devices": {"a": SCALE, "b": SCALE}})


def test_a_secret_is_not_told() -> None:
    dialog = {"family": "dialog06", "port": "/dev/ttyUSB0", "polynomial": "TOPSECRET"}
    with pytest.raises(ValueError, match="four hex digits") as error:
        SerialDriver({"devices": {"scale": dialog}})
    assert "TOPSECRET" not in str(error.value)


def test_the_driver_is_found_by_name() -> None:
    driver = load_driver("serial", {"devices": {"scale": SCALE}})
    assert driver.capabilities == {Capability.WEIGHS, Capability.SCANS, Capability.PRINTS}
