"""A till that floods is put out of the broker, the others stay, and it is let in again."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.drivers.mqtt.kit import BROKERS, Device, Gateway, Recorder, event, eventually, open_shop, own


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_till_that_floods_is_put_out_and_the_others_stay(broker: str, tmp_path: Path) -> None:
    sink = Gateway()
    async with open_shop(broker, tmp_path, sink, at_once=200) as shop:
        one, two = shop.passwords["till-1"], shop.passwords["till-2"]
        gone: list[int] = []
        async with Device(shop.address, "till-1", one) as floods, Device(shop.address, "till-2", two) as sells:
            floods.client.on_disconnect = lambda *_: gone.append(1)
            sells.client.on_disconnect = lambda *_: gone.append(2)
            for seq in range(1, 600):
                floods.client.publish(own("till-1", "event"), json.dumps(event(seq, epoch=7)), qos=1)
            await eventually(lambda: gone, "the till that floods was never put out")
            await sells.publish(own("till-2", "event"), event(1))
            await eventually(lambda: any(message.device == "till-2" for message in sink.kept))
            assert 2 not in gone
            floods.client.on_disconnect = sells.client.on_disconnect = None
        async with Device(shop.address, "till-1", one) as again:
            assert again.code != 0
        assert sink.lost_ == ["till-1"]
        [(device, why, _)] = sink.misspoke_
        assert (device, "without end" in why) == ("till-1", True)
        assert 0 < len([message for message in sink.kept if message.device == "till-1"]) < 599


@pytest.mark.parametrize("broker", BROKERS)
async def test_who_was_put_out_is_let_in_again(broker: str, tmp_path: Path) -> None:
    async with open_shop(broker, tmp_path, Recorder()) as shop:
        codes: list[int | None] = []

        async def comes() -> int | None:
            async with Device(shop.address, "till-1", shop.passwords["till-1"]) as device:
                codes.append(device.code)
                return device.code

        assert await comes() == 0
        shop.driver._broker.put_out("till-1", 2.0)
        for _ in range(200):
            if await comes() == 0 and any(codes):
                break
            await asyncio.sleep(0.05)
        assert any(codes), "it was never out"
        assert codes[-1] == 0
