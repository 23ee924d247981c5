"""The driver and simulated labels through the whole stack: bleak, a host, HCI over TCP, peripherals."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from drivers.base import Capability, Ink, LabelDriver, Panel, PanelImage, load_driver
from drivers.ble import BleDriver
from drivers.errors import Asleep, Misspoke, Refused, Unreachable
from simulators.ble import Faults, LabelSpec, Radio, label_specs
from tests.drivers.ble.room import Room, colons, driving, room, until

ONE = "ble-ffff92000001"
TWO = "ble-ffff92000002"
SOON = 0.05
"""Seconds between adverts: tests should not wait for labels."""


def radio(*specs: LabelSpec, link_delay: float = 0.0) -> Radio:
    return Radio(specs or label_specs(1), advertise_every=SOON, link_delay=link_delay)


def shows(inside: Room, device: str, image: PanelImage) -> bool:
    pixels = inside.label(device).pixels
    return pixels is not None and np.array_equal(pixels, image.pixels)


def test_the_driver_is_found_by_name_and_says_what_it_is_for() -> None:
    driver = load_driver("ble", {})
    assert isinstance(driver, BleDriver)
    assert isinstance(driver, LabelDriver)
    assert driver.capabilities == {Capability.SHOWS_LABEL}


@pytest.mark.parametrize("options", [{"colour": "red"}, {"backend": "UPPER:x"}, {"connect_timeout": 0}])
def test_wrong_options_are_named(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        BleDriver(options)


async def test_a_label_is_sighted_with_all_that_its_advert_tells() -> None:
    async with room(radio()) as inside:
        seen = await inside.sighting(ONE)
    panel = Panel(400, 300, (Ink.BLACK, Ink.WHITE, Ink.RED))
    assert (seen.address, seen.name, seen.model) == ("FF:FF:92:00:00:01", "NEMR92000001", "004B")
    assert (seen.firmware, seen.panel, seen.battery_mv, seen.rssi) == ("8101", panel, 3000, -50)


@pytest.mark.parametrize("scan", ["active", "passive"])
async def test_either_way_of_scanning_hears_labels(scan: str) -> None:
    async with room(radio(), scan=scan) as inside:
        await inside.sighting(ONE)


@pytest.mark.parametrize("model", [0x010B, 0x0033, 0x004B, 0x002E, 0x022B])
async def test_the_label_shows_exactly_the_pixels(model: int) -> None:
    async with room(radio(*label_specs(1, model))) as inside:
        image, steps = await inside.picture(ONE), list[float]()
        await inside.driver.show(ONE, image, steps.append)
        assert shows(inside, ONE, image)
        assert not inside.label(ONE).connected
    assert steps == sorted(steps)
    assert steps[-1] == 1.0


async def test_a_quicklz_label_of_960_by_640_shows_exactly_the_pixels() -> None:
    async with room(radio(*label_specs(1, 0x008B))) as inside:
        image = await inside.picture(ONE)
        await inside.driver.show(ONE, image)
        assert shows(inside, ONE, image)


async def test_a_label_that_only_takes_acknowledged_writes_works_too() -> None:
    async with room(radio(LabelSpec("FF:FF:92:00:00:01", writes_without_response=False))) as inside:
        image = await inside.picture(ONE)
        await inside.driver.show(ONE, image)
        assert shows(inside, ONE, image)


async def test_many_labels_at_once() -> None:
    async with room(Radio(label_specs(12, 0x0033), advertise_every=SOON)) as inside:
        await until(lambda: len(inside.notes.sightings) == 12)
        devices = sorted(inside.notes.sightings)
        images = {device: await inside.picture(device, seed) for seed, device in enumerate(devices)}
        await asyncio.gather(*(inside.driver.show(device, images[device]) for device in devices))
        assert all(shows(inside, device, images[device]) for device in devices)


async def test_two_pictures_for_one_label_go_one_after_the_other() -> None:
    async with room(radio()) as inside:
        first, second = await inside.picture(ONE, 1), await inside.picture(ONE, 2)
        await asyncio.gather(inside.driver.show(ONE, first), inside.driver.show(ONE, second))
        assert shows(inside, ONE, second)
        assert [shown.trouble for shown in inside.label(ONE).history] == ["", ""]


async def test_a_link_that_drops_half_way_is_unreachable_at_once_and_the_next_try_works() -> None:
    async with room(radio(), answer_timeout=60) as inside:
        image = await inside.picture(ONE)
        inside.label(ONE).faults = Faults(drop_after_parts=60)
        with pytest.raises(Unreachable, match="link to the label broke"):
            await inside.driver.show(ONE, image)
        assert inside.label(ONE).pixels is None
        await inside.driver.show(ONE, image)
        assert shows(inside, ONE, image)


async def test_a_part_asked_for_twice_is_sent_twice() -> None:
    async with room(radio()) as inside:
        inside.label(ONE).faults = Faults(repeat_part=7)
        image = await inside.picture(ONE)
        await inside.driver.show(ONE, image)
        assert shows(inside, ONE, image)


async def test_a_part_asked_for_again_and_again_is_misspoken() -> None:
    async with room(radio()) as inside:
        inside.label(ONE).faults = Faults(repeat_part=7, repeats=99)
        with pytest.raises(Misspoke, match="part 7 3 times"):
            await inside.driver.show(ONE, await inside.picture(ONE))
        await until(lambda: not inside.label(ONE).connected)


async def test_a_label_that_ends_by_asking_past_the_end_is_done() -> None:
    async with room(radio()) as inside:
        inside.label(ONE).faults = Faults(ends_by_asking=True)
        image = await inside.picture(ONE)
        await inside.driver.show(ONE, image)
        assert shows(inside, ONE, image)


@pytest.mark.parametrize("garbage", [b"", b"\xff" * 20, b"\x05\x00\x01"])
async def test_garbage_is_misspoken_and_the_link_is_let_go(garbage: bytes) -> None:
    async with room(radio()) as inside:
        inside.label(ONE).faults = Faults(garbage=garbage, garbage_after_parts=3)
        with pytest.raises(Misspoke) as caught:
            await inside.driver.show(ONE, await inside.picture(ONE))
        assert caught.value.said == garbage
        await until(lambda: not inside.label(ONE).connected)


@pytest.mark.parametrize("faults", [Faults(mute=True), Faults(never_completes=True)])
async def test_a_label_that_never_answers_is_unreachable_and_never_a_success(faults: Faults) -> None:
    async with room(radio(), answer_timeout=0.3) as inside:
        inside.label(ONE).faults = faults
        with pytest.raises(Unreachable, match="no answer within"):
            await inside.driver.show(ONE, await inside.picture(ONE))


async def test_a_label_that_stalls_for_ever_is_given_up() -> None:
    async with room(radio(), upload_timeout=0.3) as inside:
        inside.label(ONE).faults = Faults(seconds_per_block=0.1)
        with pytest.raises(Unreachable, match="took longer"):
            await inside.driver.show(ONE, await inside.picture(ONE))


async def test_an_empty_battery_is_refused_until_it_is_replaced() -> None:
    async with room(radio()) as inside:
        image = await inside.picture(ONE)
        inside.label(ONE).battery_mv = 2100
        await until(lambda: inside.notes.sightings[ONE].battery_mv == 2100)
        with pytest.raises(Refused, match="2100 mV"):
            await inside.driver.show(ONE, image)
        assert inside.label(ONE).links == 0
        inside.label(ONE).battery_mv = 2200
        await until(lambda: inside.notes.sightings[ONE].battery_mv == 2200)
        await inside.driver.show(ONE, image)


async def test_a_picture_for_another_panel_is_refused() -> None:
    async with room(radio()) as inside:
        image = await inside.picture(ONE)
        other = replace(image.panel, inks=image.panel.inks[:2])
        with pytest.raises(Refused, match="400x300"):
            await inside.driver.show(ONE, PanelImage(other, image.pixels))
        assert inside.label(ONE).links == 0


async def test_a_label_not_heard_for_a_while_is_asleep() -> None:
    async with room(radio(), asleep_after=0.3) as inside:
        image = await inside.picture(ONE)
        inside.label(ONE).faults = Faults(asleep=True)
        await asyncio.sleep(0.4)
        with pytest.raises(Asleep, match="last heard"):
            await inside.driver.show(ONE, image)
        inside.label(ONE).faults = Faults()
        await inside.sighting(ONE)
        await inside.driver.show(ONE, image)


async def test_a_label_that_was_never_heard_is_asleep() -> None:
    async with room(radio()) as inside:
        with pytest.raises(Asleep, match="not been heard"):
            await inside.driver.show(TWO, await inside.picture(ONE))


async def test_a_label_that_died_since_its_last_advert_is_unreachable_and_holds_up_nobody() -> None:
    async with room(radio(*label_specs(2)), connect_timeout=1.0) as inside:
        dead, image = await inside.picture(ONE), await inside.picture(TWO)
        inside.label(ONE).faults = Faults(dead=True)
        trouble = asyncio.create_task(inside.driver.show(ONE, dead))
        await asyncio.sleep(0.05)
        with pytest.raises(Unreachable, match=r"did not answer|no answer in time"):
            await trouble
        await inside.driver.show(TWO, image)
        assert shows(inside, TWO, image)


async def test_a_label_that_dies_during_an_upload_is_noticed_by_its_silence() -> None:
    async with room(radio(), answer_timeout=60) as inside:

        def die(progress: float) -> None:
            if progress > 0.5:
                inside.label(ONE).faults = Faults(dead=True)

        with pytest.raises(Unreachable, match="link to the label broke"):
            await inside.driver.show(ONE, await inside.picture(ONE), die)


@pytest.mark.parametrize("after", [0.0, 0.002, 0.005, 0.01, 0.03])
async def test_giving_up_at_any_moment_lets_the_label_go(after: float) -> None:
    async with room(radio()) as inside:
        image = await inside.picture(ONE)
        inside.label(ONE).faults = Faults(seconds_per_block=0.02)
        showing = asyncio.create_task(inside.driver.show(ONE, image))
        await asyncio.sleep(after)
        showing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await showing
        await until(lambda: not inside.label(ONE).connected)
        inside.label(ONE).faults = Faults()
        await inside.driver.show(ONE, image)
        assert shows(inside, ONE, image)


async def test_giving_up_a_connection_attempt_frees_the_adapter() -> None:
    async with room(radio(*label_specs(2))) as inside:
        one, two = await inside.picture(ONE), await inside.picture(TWO)
        inside.label(ONE).faults = Faults(dead=True)
        showing = asyncio.create_task(inside.driver.show(ONE, one))
        await asyncio.sleep(0.05)
        showing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await showing
        await inside.driver.show(TWO, two)
        assert shows(inside, TWO, two)


async def test_hostile_names_are_cleaned_and_foreign_adverts_are_ignored() -> None:
    specs = (
        LabelSpec("FF:FF:92:00:00:01", name="<b>\x1b[2J\r\n" + "x" * 500),
        LabelSpec("C0:FF:92:00:00:02", name="NEMR92000002"),
    )
    async with room(radio(*specs)) as inside:
        seen = await inside.sighting(ONE)
        await asyncio.sleep(3 * SOON)
    assert seen.name == "<b>[2Jxxxxxxxx"
    assert set(inside.notes.sightings) == {ONE}


async def test_an_unknown_backend_and_a_closed_door_are_told_in_words() -> None:
    async with radio() as there:
        address = there.backend
    for backend, words in ((address, "Connect call failed"), ("nothing:x", "no Bluetooth backend is called")):
        with pytest.raises(Unreachable, match=words):
            async with driving(there, backend=backend):
                pytest.fail("started without a radio")


async def test_without_a_system_bus_the_driver_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    with pytest.raises(Unreachable, match=r"D-Bus.*adapter"):
        async with driving(radio(), backend=None):
            pytest.fail("started without a radio")


def test_device_ids_and_addresses_are_two_spellings_of_one_thing() -> None:
    assert colons(ONE) == "FF:FF:92:00:00:01"
