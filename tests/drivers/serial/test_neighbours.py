"""One broken device of each kind, and its neighbours on ports of their own."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from drivers.base import Paper
from drivers.errors import DeviceError
from drivers.serial import SerialDriver
from simulators.serial import CasScale, DialogScale, Faults, NetworkPeer, Pan, Printer, Scanner, ToledoScale
from tests.drivers.serial.kit import device, here, running, until

FAULTS: dict[str, Faults] = {
    "hangs": Faults(silent=True),
    "takes nothing": Faults(deaf=True, silent=True),
    "floods": Faults(flood=True),
    "misspeaks": Faults(noise=b"\x02\x02?\xff\x00" * 5, cut_to=5),
}
KINDS: dict[str, Callable[[], Any]] = {
    "mt8217": lambda: ToledoScale(Pan(500)),
    "cas-pd2": lambda: CasScale(Pan(500)),
    "dialog06": lambda: DialogScale(Pan(500)),
    "scanner": Scanner,
    "escpos": Printer,
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_broken_devices_slow_no_other(fault: str) -> None:
    """One broken device of each kind, asked without pause; a sound one beside them answers, and is never told gone."""
    with ExitStack() as stack:
        peers = {kind: stack.enter_context(NetworkPeer(make(), replace(FAULTS[fault]))) for kind, make in KINDS.items()}
        sound = stack.enter_context(NetworkPeer(ToledoScale(Pan(300))))
        devices = {kind: device(peer, kind) for kind, peer in peers.items()}
        async with running(devices | {"sound": device(sound, "mt8217", answer_ms=2000)}) as (driver, sink):
            await here(sink, "sound")
            asking = [asyncio.create_task(_ask_without_pause(driver, kind)) for kind in KINDS]
            for _ in range(25):
                assert (await driver.weigh("sound")).grams == 300
            assert "gone" not in sink.of("sound")
            if fault == "floods":
                for kind in KINDS:
                    await until(lambda kind=kind: ("odd", kind) in sink.events)  # type: ignore[misc]
            for task in asking:
                task.cancel()
            ended = await asyncio.gather(*asking, return_exceptions=True)
            assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended


async def _ask_without_pause(driver: SerialDriver, kind: str) -> None:
    while True:
        try:
            if kind == "escpos":
                assert (await driver.printer_status(kind)).paper is not Paper.PLENTY
            elif kind == "scanner":
                await anext(driver.scans(kind))
                raise AssertionError("a broken scanner has read something")
            else:
                assert (await driver.weigh(kind, 100)).grams is None
        except DeviceError:
            await asyncio.sleep(0.01)


async def test_stopping_waits_for_no_hanging_device() -> None:
    with NetworkPeer(Printer(), Faults(silent=True)) as peer:
        async with asyncio.timeout(40):  # an answer alone may take a minute
            async with running({"printer": device(peer, "escpos", answer_ms=60_000)}) as (driver, _):
                asking = asyncio.create_task(driver.printer_status("printer"))
                await asyncio.sleep(0.3)
            assert (await asking).paper is Paper.UNKNOWN
