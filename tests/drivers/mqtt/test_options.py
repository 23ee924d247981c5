from pathlib import Path
from typing import Any

import pytest

from drivers.mqtt import MqttDriver, MqttOptions

GOOD: dict[str, Any] = {"store": "0204", "credentials": Path("passwords"), "password": "secret"}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"colour": "red"}, "colour"),
        ({"store": "Zagreb"}, "store"),
        ({"port": 70_000}, "port"),
        ({"broker": "hive"}, "broker"),
        ({"broker": "mqtt://"}, "broker"),
        ({"broker": "mqtt://user:pw@host"}, "broker"),
        ({"broker": "mqtt://host:port"}, "[Pp]ort"),
        ({"credentials": None}, "credentials"),
        ({"bind": "127.0.0.1\nallow_anonymous true"}, "single lines"),
    ],
)
def test_a_bad_option_is_an_error_that_names_it(change: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        MqttDriver(GOOD | change)


def test_a_broker_elsewhere_needs_no_password_file() -> None:
    assert MqttOptions.model_validate({"store": "s", "broker": "mqtt://10.0.0.2", "password": "x"}).foreign


def test_the_password_does_not_show() -> None:
    assert "secret" not in repr(MqttOptions.model_validate(GOOD))


def test_ours_listens_on_loopback_unless_told_otherwise() -> None:
    assert MqttOptions.model_validate(GOOD).bind == "127.0.0.1"
