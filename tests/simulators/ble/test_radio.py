"""The simulated radio seen through bleak alone, as any other program would see it."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError

from simulators.ble import Faults, LabelSpec, Radio, label_specs
from simulators.ble.bleak_backend import open_backend

ONE = "FF:FF:92:00:00:01"
COMMAND, IMAGE = "0000fef1-0000-1000-8000-00805f9b34fb", "0000fef2-0000-1000-8000-00805f9b34fb"
SOON = 0.05


def argument(radio: Radio) -> str:
    return radio.backend.removeprefix("bumble:")


async def test_a_scan_finds_every_label_with_name_and_facts() -> None:
    async with Radio(label_specs(24), advertise_every=SOON) as radio:
        backend = await open_backend(argument(radio))
        async with BleakScanner(backend=backend.scanner) as scanner:
            async with asyncio.timeout(20):
                while len(scanner.discovered_devices) < 24:
                    await asyncio.sleep(SOON)
            device, advert = scanner.discovered_devices_and_advertisement_data[ONE]
            assert device.name == advert.local_name == "NEMR92000001"
            assert advert.manufacturer_data == {0x5053: bytes.fromhex("4b1e810140")}
        await backend.close()


async def test_services_notifications_and_both_kinds_of_write() -> None:
    async with Radio([LabelSpec(ONE)], advertise_every=SOON) as radio:
        backend = await open_backend(argument(radio))
        ends, said = list[BleakClient](), asyncio.Queue[bytes]()
        async with BleakClient(ONE, ends.append, timeout=5, backend=backend.client) as client:
            assert client.is_connected
            assert client.mtu_size == 247
            channels = [client.services.get_characteristic(uuid) for uuid in (COMMAND, IMAGE)]
            assert [set(channel.properties) for channel in channels if channel] == [
                {"write", "write-without-response", "notify"},
                {"write", "write-without-response"},
            ]
            await client.start_notify(COMMAND, lambda _, data: said.put_nowait(bytes(data)))
            for response in (True, False):
                await client.write_gatt_char(COMMAND, b"\x01", response=response)
                assert await asyncio.wait_for(said.get(), 5) == b"\x01\xf4\x00"
            await client.stop_notify(COMMAND)
            with pytest.raises(BleakError):
                await client.read_gatt_char(IMAGE)
        assert ends == [client]
        with pytest.raises(BleakError, match="not connected"):
            await client.write_gatt_char(COMMAND, b"\x01", response=True)
        await backend.close()


async def test_many_links_at_once() -> None:
    async with Radio(label_specs(24), advertise_every=SOON) as radio, AsyncExitStack() as stack:
        backend = await open_backend(argument(radio))
        stack.push_async_callback(backend.close)
        clients = [BleakClient(address, timeout=10, backend=backend.client) for address in radio.labels]
        await asyncio.gather(*(stack.enter_async_context(client) for client in clients))
        assert all(label.connected for label in radio.labels.values())


async def test_a_sleeping_label_does_not_answer() -> None:
    async with Radio([LabelSpec(ONE, faults=Faults(asleep=True))], advertise_every=SOON) as radio:
        backend = await open_backend(argument(radio))
        with pytest.raises(BleakError, match="did not answer"):
            await BleakClient(ONE, timeout=0.3, backend=backend.client).connect()
        await backend.close()


async def test_a_closed_backend_is_closed_for_everything() -> None:
    async with Radio([LabelSpec(ONE)], advertise_every=SOON) as radio:
        backend = await open_backend(argument(radio))
        ended = asyncio.Event()
        client = BleakClient(ONE, lambda _: ended.set(), timeout=5, backend=backend.client)
        await client.connect()
        await backend.close()
        await backend.close()
        assert await backend.wait_lost() == "it was closed"
        await asyncio.wait_for(ended.wait(), 5)
        for attempt in (client.connect, BleakScanner(backend=backend.scanner).start):
            with pytest.raises(BleakError):
                await attempt()


async def test_a_host_that_talks_nonsense_is_cut_off_and_the_next_is_welcome() -> None:
    async with Radio([LabelSpec(ONE)], advertise_every=SOON) as radio:
        reader, writer = await asyncio.open_connection("127.0.0.1", radio.port)
        writer.write(b"\xff not HCI at all")
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        await writer.wait_closed()
        backend = await open_backend(argument(radio))
        assert radio.has_host
        await backend.close()


async def test_packets_take_the_time_they_are_given() -> None:
    async with Radio([LabelSpec(ONE)], advertise_every=SOON, link_delay=0.02) as radio:
        backend = await open_backend(argument(radio))
        async with BleakClient(ONE, timeout=10, backend=backend.client):
            pass
        await backend.close()
    assert radio.air.packets > 0
    assert radio.air.seconds >= 0.02 * radio.air.packets
