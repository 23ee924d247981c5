import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base import PriceRow
from drivers.mqtt import MqttDriver
from drivers.mqtt.access import may, password_fits, read_passwords
from drivers.mqtt.embedded import EmbeddedConfig, serve
from provisioning.credentials import Credentials, password_line
from tests.drivers.mqtt.kit import (
    BROKERS,
    STORE,
    Device,
    Recorder,
    Shop,
    birth,
    event,
    eventually,
    free_port,
    open_shop,
    options,
    own,
)

PRICE = PriceRow("03850102314218", 1, "Čaj", 199, "EUR", "each")


@pytest.fixture(params=BROKERS)
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(request.param, tmp_path, Recorder()) as shop:
        yield shop


@pytest.mark.parametrize(
    ("user", "password"), [(None, None), ("till-1", "wrong"), ("till-1", None), ("nobody", "x"), ("", "")]
)
async def test_strangers_are_refused(shop: Shop, user: str | None, password: str | None) -> None:
    async with Device(shop.address, user, password) as stranger:
        assert stranger.code != 0


async def test_another_devices_password_is_refused(shop: Shop) -> None:
    password = shop.passwords["till-1"]
    async with Device(shop.address, "till-2", password) as thief:
        assert thief.code != 0


async def test_a_device_reads_its_own_topics_and_no_others(shop: Shop) -> None:
    one, two = shop.passwords["till-1"], shop.passwords["till-2"]
    async with Device(shop.address, "till-1", one) as owner, Device(shop.address, "till-2", two) as spy:
        await owner.publish(own("till-1", "state"), birth(1), retain=True)
        await owner.subscribe(own("till-1", "prices"), own("till-1", "receipt"))
        wishes = ["#", "aisle/#", "+/+/+/+/+", f"aisle/1/{STORE}/+/prices", f"aisle/1/{STORE}/till-2/#"]
        wishes += [own("till-1", leaf) for leaf in ("prices", "receipt", "state", "event")]
        wishes += [own("till-2", "event"), "$SYS/#", f"$share/g/aisle/1/{STORE}/till-1/prices"]
        await spy.subscribe(*wishes)
        await owner.publish(own("till-1", "event"), event(1))
        await shop.driver.send_prices("till-1", [PRICE])
        await shop.driver.send_receipt("till-1", 5, 1)
        await shop.driver.send_receipt("till-2", 6, 1)
        await spy.subscribe(own("till-2", "receipt"))
        await eventually(lambda: len(owner.heard) == 2)
        await shop.driver.send_receipt("till-2", 6, 2)
        await eventually(lambda: any(payload.endswith(b'"seq":2}') for _topic, payload in spy.heard))
        assert {topic for topic, _payload in spy.heard} <= {own("till-2", "receipt"), own("till-2", "prices")}


async def test_a_retained_state_is_not_handed_to_whoever_connects(shop: Shop) -> None:
    one, two = shop.passwords["till-1"], shop.passwords["till-2"]
    async with Device(shop.address, "till-1", one) as owner:
        await owner.publish(own("till-1", "state"), birth(1), retain=True)
        async with Device(shop.address, "till-2", two) as spy:
            await spy.subscribe(own("till-2", "receipt"))
            await shop.driver.send_receipt("till-2", 6, 1)
            await eventually(lambda: spy.heard)
            assert [topic for topic, _payload in spy.heard] == [own("till-2", "receipt")]


@pytest.mark.parametrize("broker", BROKERS)
async def test_what_a_device_may_not_write_goes_nowhere(broker: str, tmp_path: Path) -> None:
    sink = Recorder()
    async with open_shop(broker, tmp_path, sink) as shop:
        one, two = shop.passwords["till-1"], shop.passwords["till-2"]
        async with Device(shop.address, "till-1", one) as victim:
            await victim.subscribe(own("till-1", "prices"), own("till-1", "receipt"))
            async with Device(shop.address, "till-2", two) as liar:
                for leaf in ("state", "event", "prices", "receipt"):
                    liar.client.publish(own("till-1", leaf), b'{"epoch":5,"seq":9}', qos=1, retain=True)
                liar.client.publish(own("till-2", "prices"), b"{}", qos=1)
                liar.client.publish("aisle/1/other/till-2/event", b"{}", qos=1)
                await liar.publish(own("till-2", "event"), event(1))
                await eventually(lambda: sink.said_)
                await shop.driver.send_receipt("till-1", 5, 1)
                await eventually(lambda: victim.heard)
        assert [message.device for message in sink.said_] == ["till-2"]
        assert victim.heard == [(own("till-1", "receipt"), b'{"epoch":5,"seq":1}')]
        assert not sink.misspoke_


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_will_for_another_devices_topic_is_not_published(broker: str, tmp_path: Path) -> None:
    sink = Recorder()
    async with open_shop(broker, tmp_path, sink) as shop:
        one, two = shop.passwords["till-1"], shop.passwords["till-2"]
        async with Device(shop.address, "till-1", one) as victim:
            await victim.publish(own("till-1", "state"), birth(1), retain=True)
            will: dict[str, Any] = {
                "topic": own("till-1", "state"),
                "payload": b'{"state":"offline","session":1}',
                "qos": 1,
            }
            async with Device(shop.address, "till-2", two, **will) as liar:
                if liar.code == 0:
                    liar.drop()
            await victim.publish(own("till-1", "event"), event(1))
            await eventually(lambda: sink.said_)
        assert "till-1" not in sink.lost_


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_stranger_with_a_borrowed_client_id_pushes_nobody_off(broker: str, tmp_path: Path) -> None:
    sink, gone = Recorder(), list[int]()
    async with open_shop(broker, tmp_path, sink) as shop:
        password = shop.passwords["till-1"]
        async with Device(shop.address, "till-1", password, client_id="till-1-0123456789abcdef") as owner:
            owner.client.on_disconnect = lambda *_: gone.append(1)
            async with Device(shop.address, "till-1", "wrong", client_id="till-1-0123456789abcdef") as stranger:
                assert stranger.code != 0
            await owner.publish(own("till-1", "event"), event(1))
            await eventually(lambda: sink.said_)
            assert not gone
            owner.client.on_disconnect = None


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_tills_new_connection_ends_its_old_one(broker: str, tmp_path: Path) -> None:
    """With the same client id; what stays retained is the new birth and not the old will."""
    sink = Recorder()
    async with open_shop(broker, tmp_path, sink) as shop:
        password, name = shop.passwords["till-1"], "till-1-0123456789abcdef"
        will: dict[str, Any] = {"topic": own("till-1", "state"), "payload": b'{"state":"offline","session":1}'}
        async with Device(shop.address, "till-1", password, client_id=name, qos=1, retain=True, **will) as old:
            await old.publish(own("till-1", "state"), birth(1), retain=True)
            async with Device(shop.address, "till-1", password, client_id=name) as new:
                await eventually(lambda: not old.client.is_connected(), "the old connection's end")
                await new.publish(own("till-1", "state"), birth(2), retain=True)
                await eventually(lambda: len(sink.seen_) == 2)
                assert sink.lost_ == ["till-1"]


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_device_that_is_enrolled_while_the_broker_starts_is_let_in(broker: str, tmp_path: Path) -> None:
    credentials = Credentials(tmp_path / "passwords")
    driver = MqttDriver(options(broker, tmp_path, credentials, credentials.renew("gateway")))
    starting = asyncio.create_task(driver.start(Recorder()))
    try:
        await eventually((tmp_path / "run" / "passwords").exists, "passwords for the broker")
        password = credentials.renew("till-1")
        assert not starting.done()
        await starting
        await _let_in(driver.broker_address, password)
    finally:
        await driver.stop()


async def test_a_device_that_is_enrolled_as_the_embedded_broker_begins_to_listen_is_let_in(tmp_path: Path) -> None:
    credentials, port = Credentials(tmp_path / "passwords"), free_port()
    credentials.renew("gateway")
    config = EmbeddedConfig(bind="127.0.0.1", port=port, store=STORE, gateway="gateway", credentials=credentials.path)
    serving = asyncio.create_task(serve(config))
    try:
        await asyncio.sleep(0)  # it has read the passwords, and begins to listen
        await _let_in(("127.0.0.1", port), credentials.renew("till-1"))
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def _let_in(address: tuple[str, int], password: str) -> None:
    """Whether till-1 is, within the time in which a broker notices a new password."""
    for _ in range(100):
        with contextlib.suppress(OSError):  # it does not listen yet
            async with Device(address, "till-1", password) as device:
                if device.code == 0:
                    return
        await asyncio.sleep(0.1)
    pytest.fail("it is refused for good")


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_revoked_device_is_out_at_once_and_the_others_stay(broker: str, tmp_path: Path) -> None:
    sink = Recorder()
    async with open_shop(broker, tmp_path, sink) as shop:
        one, two = shop.passwords["till-1"], shop.passwords["till-2"]
        gone: list[int] = []
        will: dict[str, Any] = {
            "topic": own("till-1", "state"),
            "payload": b'{"state":"offline","session":1}',
            "qos": 1,
        }
        async with (
            Device(shop.address, "till-1", one, **will) as fired,
            Device(shop.address, "till-2", two) as kept,
        ):
            await fired.publish(own("till-1", "state"), birth(1), retain=True)
            fired.client.on_disconnect = lambda *_: gone.append(1)
            kept.client.on_disconnect = lambda *_: gone.append(2)
            shop.credentials.revoke("till-1")
            await eventually(lambda: gone, "the revoked device was never cut off")
            await kept.publish(own("till-2", "event"), event(1))
            await eventually(lambda: sink.said_)
            assert 2 not in gone
            fired.client.on_disconnect = kept.client.on_disconnect = None
        async with Device(shop.address, "till-1", one) as again:
            assert again.code != 0
        assert sink.said_[0].device == "till-2"


@settings(max_examples=200, deadline=None)
@given(st.text("tilstae/+#$12", max_size=24), st.booleans())
def test_a_device_may_touch_nine_topics_in_all(tail: str, publish: bool) -> None:
    for topic in (tail, f"aisle/1/{STORE}/{tail}", f"aisle/1/{STORE}/till-1/{tail}"):
        allowed = may("till-1", "gateway", STORE, topic, publish=publish)
        heard = ("prices", "receipt", "granted", "lent", "discounts")
        leaves = ("state", "event", "lease", "coupon") if publish else heard
        assert allowed == (topic in [own("till-1", leaf) for leaf in leaves])


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=20).filter(str.isprintable), st.binary(min_size=12, max_size=12), st.text(max_size=60))
def test_the_driver_reads_what_provisioning_writes(password: str, salt: bytes, junk: str) -> None:
    assert password_fits(password_line(password, salt, 2), password)
    assert not password_fits(password_line(password, salt, 2), password + "x")
    assert not password_fits(junk, password)


def test_a_password_file_with_junk_in_it_still_serves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "passwords"
    path.write_bytes(b"junk\n:nobody\ntill-1:$7$1$AA==$AA==\n\xff\xfe\n")
    assert set(read_passwords(path)) == {"till-1"}
