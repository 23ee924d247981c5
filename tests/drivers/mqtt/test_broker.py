import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from drivers.errors import Refused, Unreachable
from drivers.mqtt import MqttDriver
from drivers.mqtt import broker as module
from provisioning.credentials import Credentials
from tests.drivers.mqtt.kit import BROKERS, Device, Recorder, birth, event, eventually, open_shop, options, own


def test_auto_takes_mosquitto_where_there_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "mosquitto"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert module.find_mosquitto() == str(program)


async def test_auto_without_mosquitto_runs_the_embedded_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_mosquitto", lambda: None)
    async with open_shop("auto", tmp_path, Recorder()) as shop:
        assert shop.driver.broker_pid is not None
        assert "drivers.mqtt.embedded" in psutil.Process(shop.driver.broker_pid).cmdline()


async def test_a_mosquitto_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_mosquitto", lambda: None)
    driver = MqttDriver(options("mosquitto", tmp_path, Credentials(tmp_path / "passwords"), "x"))
    with pytest.raises(Refused, match="install it or set"):
        await driver.start(Recorder())


@pytest.mark.parametrize("broker", BROKERS)
async def test_it_listens_on_loopback_only(broker: str, tmp_path: Path) -> None:
    async with open_shop(broker, tmp_path, Recorder()) as shop:
        process = psutil.Process(shop.driver.broker_pid)
        listening = {one.laddr.ip for one in process.net_connections() if one.status == psutil.CONN_LISTEN}
        assert listening == {"127.0.0.1"}


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_killed_broker_comes_back_on_its_port_and_so_does_the_driver(broker: str, tmp_path: Path) -> None:
    sink = Recorder()
    async with open_shop(broker, tmp_path, sink) as shop:
        before, address = shop.driver.broker_pid, shop.address
        assert before is not None
        os.kill(before, signal.SIGKILL)
        await eventually(lambda: shop.driver.broker_pid not in (None, before), "a new broker")
        await _until_it_sends(shop.driver)
        assert shop.address == address
        async with Device(shop.address, "till-1", shop.passwords["till-1"]) as device:
            await device.publish(own("till-1", "event"), event(1))
            await eventually(lambda: sink.said_)


@pytest.mark.parametrize("broker", BROKERS)
async def test_who_does_not_come_back_with_the_broker_is_lost(broker: str, tmp_path: Path) -> None:
    sink = Recorder()
    async with open_shop(broker, tmp_path, sink, away_seconds=5) as shop:
        one, two = shop.passwords["till-1"], shop.passwords["till-2"]
        async with (
            Device(shop.address, "till-1", one) as gone,
            Device(shop.address, "till-2", two, stubborn=True) as back,
        ):
            await gone.publish(own("till-1", "state"), birth(1), retain=True)
            await back.publish(own("till-2", "state"), birth(1), retain=True)
            await eventually(lambda: len(sink.seen_) == 2)
            gone.client.loop_stop()
            assert shop.driver.broker_pid is not None
            os.kill(shop.driver.broker_pid, signal.SIGKILL)
            await eventually(lambda: not back.client.is_connected())
            await eventually(back.client.is_connected)
            await back.publish(own("till-2", "state"), birth(2), retain=True)
            await eventually(lambda: sink.lost_)
        assert sink.lost_ == ["till-1"]


PARENT = """
import asyncio, sys
from pathlib import Path
from drivers.mqtt import MqttDriver
from tests.drivers.mqtt.kit import Recorder, options
from provisioning.credentials import Credentials

async def main():
    folder = Path(sys.argv[1])
    credentials = Credentials(folder / "passwords")
    told = options(sys.argv[2], folder, credentials, credentials.renew("gateway"), port=int(sys.argv[3]))
    driver = MqttDriver(told)
    await driver.start(Recorder())
    print(driver.broker_pid, driver.broker_address[1], flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_killed_gateway_leaves_no_broker_behind_and_can_start_at_once(broker: str, tmp_path: Path) -> None:
    """On the same port, while the old broker may still be on its way out."""
    with _gateway_process(tmp_path, broker) as parent:
        assert parent.stdout is not None
        pid, port = (int(word) for word in parent.stdout.readline().split())
        parent.kill()
        async with open_shop(broker, tmp_path, Recorder(), port=port) as shop:
            assert shop.address[1] == port
            assert shop.driver.broker_pid != pid
    await eventually(lambda: not psutil.pid_exists(pid) or _is_zombie(pid), "the orphan's end")


async def test_a_port_that_is_taken_is_refused_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PORT_SECONDS", 0.1)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        driver = MqttDriver(options("amqtt", tmp_path, Credentials(tmp_path / "passwords"), "x", port=port))
        with pytest.raises(Refused, match=f"port {port}.*set another port"):
            await driver.start(Recorder())


async def test_a_broker_that_cannot_start_says_why_and_is_not_tried_forever(tmp_path: Path) -> None:
    """Without a password file nobody could be let in."""
    driver = MqttDriver(options("amqtt", tmp_path, Credentials(tmp_path / "nowhere"), "x"))
    with pytest.raises(Unreachable, match="nowhere"):
        await driver.start(Recorder())


async def test_bytes_that_are_no_mqtt_do_not_disturb_the_embedded_broker(tmp_path: Path) -> None:
    sink = Recorder()
    async with open_shop("amqtt", tmp_path, sink) as shop:
        for junk in (b"GET / HTTP/1.1\r\n\r\n", b"\x10\xff\xff\xff\x7f", b"\x10\x00", b"\x00" * 50, b"\xff"):
            reader, writer = await asyncio.open_connection(*shop.address)
            writer.write(junk)
            writer.write_eof()
            await asyncio.wait_for(reader.read(), 15)
            writer.close()
            await writer.wait_closed()
        async with Device(shop.address, "till-1", shop.passwords["till-1"]) as device:
            await device.publish(own("till-1", "event"), event(1))
            await eventually(lambda: sink.said_)


async def test_a_silent_client_is_given_up_after_its_keep_alive(tmp_path: Path) -> None:
    """A cable that is pulled sends nothing: the broker must notice by itself and publish the will."""
    sink = Recorder()
    async with open_shop("amqtt", tmp_path, sink) as shop:
        device = Device(
            shop.address,
            "till-1",
            shop.passwords["till-1"],
            topic=own("till-1", "state"),
            payload=b'{"state":"offline","session":1}',
            qos=1,
        )
        device.client.connect(*shop.address, keepalive=1)
        while device.code is None:
            device.client.loop(0.05)
        device.client.publish(
            own("till-1", "state"), b'{"state":"online","session":1,"epoch":5,"kind":"till","seq":0}', 1
        )
        began = time.monotonic()
        while not sink.seen_:
            device.client.loop(0.05)
        await eventually(lambda: sink.lost_, "the will of a client that fell silent")
        assert time.monotonic() > began
        device.drop()
        device.client.loop(0.05)


def _gateway_process(folder: Path, broker: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PARENT, str(folder), broker, "0"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def _until_it_sends(driver: MqttDriver) -> None:
    for _ in range(300):
        try:
            await driver.send_receipt("till-1", 5, 1)
        except Unreachable:
            await asyncio.sleep(0.1)
        else:
            return
    pytest.fail("the driver never came back")


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
