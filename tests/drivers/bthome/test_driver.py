"""What the driver passes on of what it hears: surveys of its own sensors, each fault once, nothing of strangers."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from drivers.base import CouponAsk, Message, Sighting, Survey, load_driver
from drivers.bthome import BthomeDriver
from drivers.bthome.advert import SERVICE

MAC = "54:48:E6:8F:80:A5"


@dataclass
class Notes:
    """A sink that remembers."""

    seen_: list[Sighting] = field(default_factory=list)
    surveys: list[Survey] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def seen(self, sighting: Sighting) -> None:
        self.seen_.append(sighting)

    def measured(self, survey: Survey) -> None:
        self.surveys.append(survey)

    def misspoke(self, device: str, why: str, said: bytes) -> None:
        self.wrong.append(f"{device}: {why}")

    def lost(self, device: str, why: str) -> None:
        raise AssertionError(device)

    def said(self, message: Message) -> None:
        raise AssertionError(message)

    def asked(self, device: str, n: int) -> None:
        raise AssertionError(device)

    def borrows(self, ask: CouponAsk) -> None:
        raise AssertionError(ask)

    def hinted(self, device: str) -> None:
        raise AssertionError(device)


class Air:
    """A driver, with adverts put into its ear. No radio: what bleak hands over is made here."""

    def __init__(self, **sensor: Any) -> None:
        self.now = 50_000
        options = {"sensors": {"thermo-1": {"address": MAC, "name": "Dairy", **sensor}}}
        self.driver = BthomeDriver(options, lambda: 1_000, lambda: self.now)
        self.notes = Notes()
        self.driver._sink = self.notes

    def hear(self, hexed: str, address: str = MAC, service: str = SERVICE) -> None:
        data = {service: bytes.fromhex(hexed)}
        self.driver._hear(BLEDevice(address, None, None), AdvertisementData(None, {}, data, [], None, -60, ()))


def test_a_sensor_is_a_survey_and_a_sign_of_life() -> None:
    air = Air()
    air.hear("40 02CA09 0CB80B")
    assert [(one.name, one.value) for one in air.notes.surveys[0].measures] == [
        ("temperature", 2506),
        ("voltage", 3000),
    ]
    sighting = air.notes.seen_[0]
    assert (sighting.device, sighting.name, sighting.battery_mv, sighting.rssi) == ("thermo-1", "Dairy", 3000, -60)


def test_the_same_words_are_passed_on_now_and_then_and_new_ones_at_once() -> None:
    air = Air()
    for _ in range(50):
        air.hear("40 02CA09")
    air.hear("40 02CB09")
    assert len(air.notes.surveys) == 2
    air.now += 10_000
    air.hear("40 02CB09")
    assert len(air.notes.surveys) == 3


def test_a_sensor_that_never_says_the_same_twice_is_named_once_and_held_to_two_surveys_in_a_second() -> None:
    air = Air()
    for number in range(1000):
        air.now += 20
        air.hear(f"40 02{number % 250:02X}0A")
    assert len(air.notes.surveys) < 60
    assert len(air.notes.wrong) == 1
    assert "thermo-1: it says something else again and again" in air.notes.wrong[0]
    air.now += 10_000
    air.hear("40 02FF0A")
    assert air.notes.surveys[-1].measures[0].value == 0x0AFF


def test_strangers_and_other_services_are_not_heard() -> None:
    air = Air()
    air.hear("40 02CA09", address="54:48:E6:8F:80:A6")
    air.hear("40 02CA09", service="0000fe95-0000-1000-8000-00805f9b34fb")
    assert air.notes == Notes()


def test_a_missing_key_is_said_once_until_the_sensor_makes_sense_again() -> None:
    air = Air()
    for _ in range(5):
        air.hear("41a47266c95f730011223378237214")
    assert len(air.notes.wrong) == 1
    assert "no key" in air.notes.wrong[0]
    air.hear("40 02CA09")
    air.hear("41a47266c95f730011223378237214")
    assert len(air.notes.wrong) == 2


def test_a_key_opens_what_is_encrypted() -> None:
    air = Air(key="231d39c1d7cc1ab1aee224cd096db932")
    air.hear("41a47266c95f730011223378237214")
    assert air.notes.surveys[0].measures[0].value == 2506


@pytest.mark.parametrize(
    "wrong",
    [{"sensors": {"a": {"address": MAC, "key": "secret" + "z" * 26}}}, {"sensors": {"a": {"address": "x"}}}, {"q": 1}],
)
def test_wrong_options_are_refused_without_repeating_a_key(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"hex|pattern|permitted") as caught:
        BthomeDriver(wrong)
    assert "secret" not in str(caught.value)


def test_it_is_found_by_its_name() -> None:
    assert isinstance(load_driver("bthome", {}), BthomeDriver)
