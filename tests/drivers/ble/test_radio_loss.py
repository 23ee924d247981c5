"""Adapters that vanish and hosts that are killed."""

import asyncio
import logging
import sys

import pytest

from drivers.errors import Unreachable
from simulators.ble import Faults, Radio, label_specs
from tests.drivers.ble.room import Room, driving, room, until
from tests.drivers.ble.test_show import ONE, SOON, TWO, shows

GATEWAY = """
import asyncio, sys
from tests.drivers.ble.room import Notes, Room
from drivers.ble import BleDriver

async def main():
    driver, notes = BleDriver({"backend": sys.argv[1]}), Notes()
    await driver.start(notes)
    inside = Room(None, driver, notes)
    await driver.show("ble-ffff92000001", await inside.picture("ble-ffff92000001"))

asyncio.run(main())
"""


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name.startswith("drivers.ble")]


async def test_an_adapter_that_is_pulled_out_ends_uploads_at_once_and_is_reopened(
    caplog: pytest.LogCaptureFixture,
) -> None:
    radio = Radio(label_specs(1), advertise_every=SOON)
    async with room(radio, answer_timeout=60) as inside:
        image = await inside.picture(ONE)
        inside.label(ONE).faults = Faults(seconds_per_block=0.01)

        def pull(progress: float) -> None:
            if progress > 0.1:
                radio.unplug()

        with pytest.raises(Unreachable, match="broke"):
            await inside.driver.show(ONE, image, pull)
        with pytest.raises(Unreachable, match="radio is gone"):
            await inside.driver.show(ONE, image)
        assert not inside.label(ONE).connected
        inside.label(ONE).faults = Faults()
        await inside.sighting(ONE)
        await inside.driver.show(ONE, image)
        assert shows(inside, ONE, image)
    loss, recovery = told(caplog)
    assert "gone" in loss
    assert "back" in recovery


async def test_a_whole_radio_that_is_off_for_a_while_is_found_again(caplog: pytest.LogCaptureFixture) -> None:
    first = Radio(label_specs(1), advertise_every=SOON)
    await first.__aenter__()
    async with driving(first) as inside:
        image = await inside.picture(ONE)
        await first.__aexit__(None, None, None)
        await until(lambda: told(caplog))
        async with Radio(label_specs(1), port=first.port, advertise_every=SOON) as second:
            again = Room(second, inside.driver, inside.notes)
            await again.sighting(ONE)
            await again.driver.show(ONE, image)
            assert shows(again, ONE, image)
            await inside.driver.stop()
    assert len(told(caplog)) == 2


async def test_silence_reopens_the_scan_without_alarm(caplog: pytest.LogCaptureFixture) -> None:
    radio = Radio(label_specs(1), advertise_every=SOON)
    async with room(radio, silence=0.1) as inside:
        await inside.sighting(ONE)
        inside.label(ONE).faults = Faults(asleep=True)
        await asyncio.sleep(0.4)
        inside.label(ONE).faults = Faults()
        await inside.sighting(ONE)
    assert told(caplog) == []


async def test_a_gateway_killed_in_the_middle_of_an_upload_leaves_room_for_the_next() -> None:
    async with Radio(label_specs(2), advertise_every=SOON) as radio:
        one = radio.labels["FF:FF:92:00:00:01"]
        one.faults = Faults(seconds_per_block=0.02)
        gateway = await asyncio.create_subprocess_exec(sys.executable, "-c", GATEWAY, radio.backend)
        await until(lambda: one.connected)
        gateway.kill()
        await gateway.wait()
        await until(lambda: not (radio.has_host or one.connected))
        one.faults = Faults()
        async with driving(radio) as inside:
            for device in (ONE, TWO):
                image = await inside.picture(device)
                await inside.driver.show(device, image)
                assert shows(inside, device, image)
            assert one.links == 2


async def test_a_second_host_takes_the_adapter_over(caplog: pytest.LogCaptureFixture) -> None:
    radio = Radio(label_specs(1), advertise_every=SOON)
    async with room(radio) as first:
        await first.sighting(ONE)
        async with driving(radio) as second:
            await second.sighting(ONE)
            await first.driver.stop()
    assert len(told(caplog)) <= 1


def test_bumble_is_kept_quiet() -> None:
    from simulators.ble.quiet import quiet_bumble

    quiet_bumble()
    assert not logging.getLogger("bumble.host").isEnabledFor(logging.CRITICAL)
