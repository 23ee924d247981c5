import asyncio
from pathlib import Path
from typing import Any

import pytest

from drivers.base import PriceRow, load_driver
from drivers.errors import Refused, Unreachable
from drivers.mqtt import MqttDriver
from tests.drivers.mqtt.kit import (
    BROKERS,
    Device,
    Recorder,
    birth,
    death,
    event,
    eventually,
    free_port,
    open_shop,
    options,
    own,
)

ROW = PriceRow("03850102314218", 4, "Čaj 茶", 199, "EUR", "each")


@pytest.mark.parametrize("broker", BROKERS)
async def test_an_event_stays_with_the_broker_until_it_is_acknowledged(broker: str, tmp_path: Path) -> None:
    """With room for two unacknowledged events, the third comes when one of them is acknowledged."""
    sink = Recorder()
    async with open_shop(broker, tmp_path, sink, window=2) as shop:
        async with Device(shop.address, "till-1", shop.passwords["till-1"]) as device:
            for seq in (1, 2, 3, 4):
                await device.publish(own("till-1", "event"), event(seq))
            await eventually(lambda: len(sink.said_) == 2)
            await device.publish(own("till-1", "event"), event(5))
            assert [message.seq for message in sink.said_] == [1, 2]
            sink.said_[0].ack()
            sink.said_[0].ack()
            await eventually(lambda: len(sink.said_) == 3)
            sink.said_[1].ack()
            sink.said_[2].ack()
            await eventually(lambda: len(sink.said_) == 5)
        first = sink.said_[0]
        assert (first.device, first.epoch, first.kind, first.body) == ("till-1", 5, "sale", {})
    for message in sink.said_:
        message.ack()  # late, after everything ended: harmless


@pytest.mark.parametrize("broker", BROKERS)
async def test_birth_and_will_bear_the_same_session(broker: str, tmp_path: Path) -> None:
    sink = Recorder()
    async with open_shop(broker, tmp_path, sink) as shop:
        will: dict[str, Any] = {
            "topic": own("till-1", "state"),
            "payload": b'{"state":"offline","session":1}',
            "qos": 1,
            "retain": True,
        }
        async with Device(shop.address, "till-1", shop.passwords["till-1"], **will) as device:
            named = birth(1, name="Blagajna 1", firmware="2.4")
            await device.publish(own("till-1", "state"), named, retain=True)
            await eventually(lambda: sink.seen_)
            device.drop()
            await eventually(lambda: sink.lost_)
        seen = sink.seen_[0]
        assert (seen.device, seen.epoch, seen.name, seen.firmware) == ("till-1", 5, "Blagajna 1", "2.4")
        assert seen.address == own("till-1", "state")


@pytest.mark.parametrize("broker", BROKERS)
async def test_the_will_of_an_older_connection_is_not_believed(broker: str, tmp_path: Path) -> None:
    sink = Recorder()
    async with open_shop(broker, tmp_path, sink) as shop:
        password = shop.passwords["till-1"]
        will: dict[str, Any] = {
            "topic": own("till-1", "state"),
            "payload": b'{"state":"offline","session":1}',
            "qos": 1,
            "retain": True,
        }
        async with Device(shop.address, "till-1", password, **will) as old:
            await old.publish(own("till-1", "state"), birth(1), retain=True)
            async with Device(shop.address, "till-1", password) as new:
                await new.publish(own("till-1", "state"), birth(2), retain=True)
                await eventually(lambda: len(sink.seen_) == 2)
                old.drop()
                await new.publish(own("till-1", "event"), event(1))
                await eventually(lambda: sink.said_)
                assert not sink.lost_
                await new.publish(own("till-1", "state"), death(2), retain=True)
                await eventually(lambda: sink.lost_)


GARBAGE = [
    b"",
    b"\x00\xff",
    b"[]",
    b"null",
    b"{",
    b'{"epoch":1,"seq":-1,"at":0,"kind":"sale","body":{}}',
    b"[" * 30_000,
    b'{"state":"online","name":"<script>"}',
]


@pytest.mark.parametrize("broker", BROKERS)
async def test_garbage_is_reported_and_the_rest_goes_on(broker: str, tmp_path: Path) -> None:
    sink = Recorder()
    async with open_shop(broker, tmp_path, sink, window=2) as shop:
        async with Device(shop.address, "till-1", shop.passwords["till-1"]) as device:
            for payload in GARBAGE:
                await device.publish(own("till-1", "event"), payload)
                await device.publish(own("till-1", "state"), payload)
            await device.publish(own("till-1", "event"), event(1))
            await eventually(lambda: sink.said_, "the proper event after the garbage")
        assert len(sink.misspoke_) == 2 * len(GARBAGE) - 1  # an empty state only clears what was retained
        assert {device for device, _why, _said in sink.misspoke_} == {"till-1"}
        assert all(why and len(why) <= 200 and len(said) <= 256 for _device, why, said in sink.misspoke_)
        assert not sink.seen_ or sink.seen_[0].epoch == 5


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_payload_over_the_limit_ends_its_sender_only(broker: str, tmp_path: Path) -> None:
    sink = Recorder()
    async with open_shop(broker, tmp_path, sink) as shop:
        one, two = shop.passwords["till-1"], shop.passwords["till-2"]
        async with Device(shop.address, "till-1", one) as loud, Device(shop.address, "till-2", two) as calm:
            loud.client.publish(own("till-1", "event"), b" " * 200_000, qos=1)
            await eventually(lambda: not loud.client.is_connected(), "the broker to hang up")
            await calm.publish(own("till-2", "event"), event(1))
            await eventually(lambda: sink.said_)
        assert [message.device for message in sink.said_] == ["till-2"]
        assert not sink.misspoke_  # it never came as far as the gateway


@pytest.mark.parametrize("broker", BROKERS)
async def test_prices_and_receipts_reach_the_till(broker: str, tmp_path: Path) -> None:
    async with (
        open_shop(broker, tmp_path, Recorder()) as shop,
        Device(shop.address, "till-1", shop.passwords["till-1"]) as device,
    ):
        await device.subscribe(own("till-1", "prices"), own("till-1", "receipt"))
        await shop.driver.send_prices("till-1", [ROW] * 450)
        await shop.driver.send_receipt("till-1", 5, 7)
        await eventually(lambda: len(device.heard) == 4)
        topics = [topic.rpartition("/")[2] for topic, _payload in device.heard]
        assert topics == ["prices", "prices", "prices", "receipt"]
        assert device.heard[3][1] == b'{"epoch":5,"seq":7}'


async def test_an_event_of_a_device_thought_gone_shows_that_it_is_here(tmp_path: Path) -> None:
    sink = Recorder()
    async with open_shop("amqtt", tmp_path, sink) as shop:
        async with Device(shop.address, "till-1", shop.passwords["till-1"]) as device:
            await device.publish(own("till-1", "event"), event(1, epoch=9))
            await device.publish(own("till-1", "event"), event(2, epoch=9))
            await eventually(lambda: len(sink.said_) == 2)
        assert [(seen.device, seen.epoch) for seen in sink.seen_] == [("till-1", 9)]


async def test_a_sink_that_fails_does_not_end_the_link(tmp_path: Path) -> None:
    class Clumsy(Recorder):
        def said(self, message: object) -> None:
            if not self.lost_:
                self.lost_.append("once")
                raise RuntimeError("disk full")
            self.said_.append(message)  # type: ignore[arg-type]

    sink = Clumsy()
    async with (
        open_shop("amqtt", tmp_path, sink) as shop,
        Device(shop.address, "till-1", shop.passwords["till-1"]) as device,
    ):
        await device.publish(own("till-1", "event"), event(1))
        await device.publish(own("till-1", "event"), event(1))
        await eventually(lambda: sink.said_)


async def test_sending_without_a_broker_is_unreachable(tmp_path: Path) -> None:
    async with open_shop("amqtt", tmp_path, Recorder()) as shop:
        driver = shop.driver
    with pytest.raises(Unreachable, match="till-1"):
        await driver.send_receipt("till-1", 5, 1)
    with pytest.raises(Unreachable, match="till-1"):
        await driver.send_prices("till-1", [ROW])


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_full_queue_refuses_and_names_the_device(broker: str, tmp_path: Path) -> None:
    async with open_shop(broker, tmp_path, Recorder()) as shop:

        async def flood() -> None:
            for seq in range(5000):
                await shop.driver.send_receipt("till-1", 5, seq)

        with pytest.raises(Unreachable, match=r"till-1: 1000 messages wait"):
            await flood()


async def test_a_wrong_gateway_password_is_refused_and_nothing_stays_behind(tmp_path: Path) -> None:
    async with open_shop("amqtt", tmp_path, Recorder()) as shop:
        host, port = shop.address
        other = options(f"mqtt://{host}:{port}", tmp_path, shop.credentials, "wrong")
        with pytest.raises(Refused, match="does not let the gateway in"):
            await MqttDriver(other).start(Recorder())


async def test_a_broker_elsewhere_serves_as_well(tmp_path: Path) -> None:
    async with open_shop("amqtt", tmp_path, Recorder()) as shop:
        host, port = shop.address
        password = shop.credentials.renew("gateway")
        sink = Recorder()
        guest = MqttDriver(options(f"mqtt://{host}:{port}", tmp_path, shop.credentials, password))
        for _ in range(50):
            try:
                await guest.start(sink)
                break
            except Refused:  # the broker looks at its password file twice a second
                await asyncio.sleep(0.1)
        try:
            assert guest.broker_address == (host, port)
            assert guest.broker_pid is None
            async with Device(shop.address, "till-1", shop.passwords["till-1"]) as device:
                await device.publish(own("till-1", "event"), event(1))
                await eventually(lambda: sink.said_)
        finally:
            await guest.stop()
            await guest.stop()


async def test_a_broker_that_is_not_there_is_unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.mqtt.link._OPEN_SECONDS", 0.3)
    config = {"store": "0204", "broker": f"mqtt://127.0.0.1:{free_port()}", "password": "x"}
    with pytest.raises(Unreachable, match="no answer"):
        await MqttDriver(config).start(Recorder())


def test_it_is_found_by_its_entry_point() -> None:
    made = load_driver("mqtt", {"store": "0204", "broker": "mqtt://127.0.0.1:1", "password": "x"})
    assert isinstance(made, MqttDriver)
