"""Every scale family over real lines: what it weighs, what it refuses to weigh, and every fault of its line."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from drivers.base import Balance, Reading
from drivers.errors import DeviceError, Misspoke, Refused, Unreachable
from drivers.serial import SerialDriver
from simulators.serial import (
    CasIndicator,
    CasScale,
    DialogScale,
    NciScale,
    NetworkPeer,
    Pan,
    Peer,
    ScannerScale,
    ToledoScale,
)
from tests.drivers.serial.kit import PYSERIAL_IS_OLD, WAYS, Heard, ask, device, gone, here, peer_on, running, until

pytestmark = pytest.mark.filterwarnings(PYSERIAL_IS_OLD)

SCALES: dict[str, tuple[Callable[[Pan], Any], str, dict[str, Any]]] = {
    "8217": (lambda pan: ToledoScale(pan), "mt8217", {}),
    "8217 with parity": (lambda pan: ToledoScale(pan, parity=True), "mt8217", {}),
    "8217 in pounds": (lambda pan: ToledoScale(pan, unit="lb"), "mt8217", {"unit": "lb"}),
    "ps60": (lambda pan: ToledoScale(pan, ps60=True), "mt8217", {"profile": "ps60"}),
    "pd-ii type 0/1": (lambda pan: CasScale(pan, "0/1"), "cas-pd2", {"type": "0/1"}),
    "pd-ii type 6": (lambda pan: CasScale(pan, "6"), "cas-pd2", {"type": "6"}),
    "pd-ii type 6, late ack": (lambda pan: CasScale(pan, "6", late_ack=True), "cas-pd2", {"type": "6"}),
    "cas indicator": (lambda pan: CasIndicator(pan, every_ms=30), "cas-stream", {}),
    "dialog 06": (lambda pan: DialogScale(pan), "dialog06", {}),
    "dialog 06, later verdict": (lambda pan: DialogScale(pan, verdict_later=True), "dialog06", {}),
    "dialog 02": (lambda pan: DialogScale(pan, polynomial=0), "dialog06", {"polynomial": None, "baud": 2400}),
    "nci, eager": (lambda pan: NciScale(pan, eager=True), "nci", {}),
    "scanner-scale": (lambda pan: ScannerScale(pan), "datalogic", {}),
    "scanner-scale in pounds": (lambda pan: ScannerScale(pan, unit="lb"), "datalogic", {"unit": "lb"}),
}
CANNOT_SAY_OVER = ("pd-ii type 0/1", "nci")
"""Of what their frames say, or of what is known of it."""


OVER_TELNET = ("8217", "pd-ii type 6", "dialog 06")
"""One of each kind of talk: a device server takes its time to open."""
PLUGGED = ("8217", "pd-ii type 0/1", "pd-ii type 6", "dialog 06", "scanner-scale")


class Bench:
    """Many scales on one driver, each on a port of its own and asked at the same time."""

    def __init__(self, driver: SerialDriver, sink: Heard, scales: dict[str, tuple[Peer, Pan]]) -> None:
        self.driver = driver
        self.sink = sink
        self._scales = scales

    async def each(self, play: Callable[["Bench", str, Peer, Pan], Coroutine[Any, Any, None]]) -> None:
        """Play the same with every scale at once; one that fails is named."""
        done = await asyncio.gather(
            *(play(self, name, peer, pan) for name, (peer, pan) in self._scales.items()), return_exceptions=True
        )
        failed = {name: error for name, error in zip(self._scales, done, strict=True) if error is not None}
        assert not failed, failed

    async def weigh(self, name: str, minor: int = 299) -> Reading:
        return await self.driver.weigh(_id(name), minor)

    async def ask(self, name: str) -> Reading | DeviceError:
        return await ask(self.driver, _id(name), 100)

    async def here(self, name: str) -> None:
        await here(self.sink, _id(name))


def _id(name: str) -> str:
    return re.sub("[^a-z0-9]+", "-", name)


Placed = tuple[str, str]
"""A way, and a scale's name."""


@asynccontextmanager
async def bench(scales: Iterable[Placed], folder: Path, **more: object) -> AsyncIterator[Bench]:
    """All these scales, each behind its own peer and known to be here."""
    with ExitStack() as stack:
        hung: dict[str, tuple[Peer, Pan]] = {}
        devices = {}
        for way, name in scales:
            make, family, settings = SCALES[name]
            pan, key = Pan(drift=7), f"{name} {way}"
            hung[key] = stack.enter_context(peer_on(way, make(pan), folder, _id(key))), pan
            devices[_id(key)] = device(hung[key][0], family, **({"answer_ms": 600} | settings | more))
        async with running(devices) as (driver, sink):
            await asyncio.gather(*(here(sink, device) for device in devices))
            yield Bench(driver, sink, hung)


ON_SOCKETS = [("socket", name) for name in SCALES]


async def test_scales_weigh_on_every_way(tmp_path: Path) -> None:
    async def play(bench: Bench, name: str, peer: Peer, pan: Pan) -> None:
        with peer.lock:
            pan.put(1234)
        reading = await bench.weigh(name)
        assert reading.balance is Balance.STABLE
        assert reading.stable
        assert abs((reading.grams or 0) - 1234) <= (3 if "pounds" in name else 0)
        assert reading.raw
        if "dialog" in name:
            assert (reading.minor, reading.total_minor) == (299, 369)
            assert (await bench.weigh(name)).balance is Balance.UNMOVED
        with peer.lock:
            pan.put(20_000)
        if not name.startswith(CANNOT_SAY_OVER):
            over = await bench.weigh(name)
            assert (over.balance, over.grams) == (Balance.OVER, None)

    everywhere = [(way, name) for way in WAYS for name in (OVER_TELNET if way == "rfc2217" else SCALES)]
    async with bench(everywhere, tmp_path) as scales:
        await scales.each(play)


async def test_motion_never_yields_a_weight(tmp_path: Path) -> None:
    """Nor does the last good weight stay while the pan moves."""

    async def play(bench: Bench, name: str, peer: Peer, pan: Pan) -> None:
        for _ in range(2):
            with peer.lock:
                pan.put(500)
            assert (await bench.weigh(name)).stable
            with peer.lock:
                pan.shake()
            for _ in range(2):
                said = await bench.weigh(name)
                assert (said.balance, said.grams) == (Balance.MOVING, None)

    async with bench(ON_SOCKETS, tmp_path) as scales:
        await scales.each(play)


async def test_plug_and_unplug_at_any_byte(tmp_path: Path) -> None:
    """Wherever the plug goes, the question fails by name, nothing is weighed, and the scale comes back by itself."""

    async def play(bench: Bench, name: str, peer: Peer, pan: Pan) -> None:
        cuts = {"rfc2217": (3,), "socket": (2, 5), "terminal": (0, 1, 4, 6)}[name.rpartition(" ")[2]]
        for after in cuts:
            with peer.lock:
                pan.put(700)
            peer.faults.unplug_after = after
            said = await bench.ask(name)
            assert isinstance(said, Unreachable | Misspoke), f"unplugged after {after} bytes"
            await until(lambda: not peer.plugged)
            await gone(bench.sink, _id(name))
            assert isinstance(await bench.ask(name), Unreachable)
            await asyncio.to_thread(peer.plug)
            await bench.here(name)
            with peer.lock:
                pan.put(700)  # a certified scale gave the weighing out, though nobody heard it
            assert (await bench.weigh(name)).grams == 700
        assert bench.sink.of(_id(name)) == ["here", *["gone", "here"] * len(cuts)]

    placed = [(way, name) for way in WAYS for name in (OVER_TELNET if way == "rfc2217" else PLUGGED)]
    async with bench(placed, tmp_path, check_ms=60_000) as scales:
        await scales.each(play)


async def test_what_is_half_said_is_no_weight(tmp_path: Path) -> None:
    async def play(bench: Bench, name: str, peer: Peer, pan: Pan) -> None:
        with peer.lock:
            pan.put(700)
        for cut in (1, 4):
            peer.faults.cut_to = cut
            assert isinstance(await bench.ask(name), Unreachable | Misspoke)
        peer.faults.cut_to = None
        with peer.lock:
            pan.put(1800)
        readings = [await bench.ask(name) for _ in range(3)]
        grams = [reading.grams for reading in readings if isinstance(reading, Reading) and reading.grams]
        assert grams, readings
        assert all(abs(weight - 1800) <= 3 for weight in grams), "nothing of what was cut off counts"

    async with bench(ON_SOCKETS, tmp_path, check_ms=60_000) as scales:
        await scales.each(play)


async def test_slow_talkers_and_rubbish_before_a_frame_do_no_harm(tmp_path: Path) -> None:
    async def play(bench: Bench, name: str, peer: Peer, pan: Pan) -> None:
        peer.faults.dribble, peer.faults.noise = True, b"\x00\xf1\x02?\x7f"
        with peer.lock:
            pan.put(700)
        assert abs(((await bench.weigh(name)).grams or 0) - 700) <= 3

    async with bench(ON_SOCKETS, tmp_path, answer_ms=1000) as scales:
        await scales.each(play)


async def test_a_silent_scale_is_gone_and_comes_back(tmp_path: Path) -> None:
    with NetworkPeer(ToledoScale(Pan(300))) as peer:
        async with running({"scale": device(peer, "mt8217")}) as (driver, sink):
            await here(sink, "scale")
            peer.faults.silent = True
            assert isinstance(await ask(driver, "scale"), Unreachable)
            await gone(sink, "scale")
            peer.faults.silent = False
            await here(sink, "scale")
            assert sink.of("scale") == ["here", "gone", "here"], "each told once"
            assert (await driver.weigh("scale")).grams == 300


async def test_an_answer_that_comes_too_late_is_not_the_next_ones(tmp_path: Path) -> None:
    """The pan changes while the scale is slow: the old weight must not be taken for the new one."""
    pan = Pan(300)
    with NetworkPeer(ToledoScale(pan)) as peer:
        async with running({"scale": device(peer, "mt8217", check_ms=60_000)}) as (driver, sink):
            await here(sink, "scale")
            peer.faults.delay_ms = 330
            assert isinstance(await ask(driver, "scale"), Unreachable)
            with peer.lock:
                pan.put(900)
            peer.faults.delay_ms = 0
            assert (await driver.weigh("scale")).grams == 900


async def test_a_port_that_is_not_there_is_told_and_waited_for(tmp_path: Path) -> None:
    peer = peer_on("terminal", ToledoScale(Pan(300)), tmp_path)
    async with running({"scale": device(peer, "mt8217")}) as (driver, sink):
        await gone(sink, "scale")
        failed = await ask(driver, "scale")
        assert isinstance(failed, Unreachable)
        assert "cannot be opened" in str(failed)
        with peer:
            await here(sink, "scale")
            assert (await driver.weigh("scale")).grams == 300


async def test_a_scale_that_was_switched_to_pounds_is_noticed(tmp_path: Path) -> None:
    with NetworkPeer(ToledoScale(Pan(300), unit="lb")) as peer:
        async with running({"scale": device(peer, "mt8217")}) as (driver, _):
            await until(lambda: peer.machine.heard != b"")  # type: ignore[attr-defined]
            assert isinstance(await ask(driver, "scale"), Misspoke)


@pytest.mark.parametrize("secret", [None, "1234"])
async def test_a_dialog_scale_without_its_secret_is_refused(secret: str | None, tmp_path: Path) -> None:
    with NetworkPeer(DialogScale(Pan(300))) as peer:
        async with running({"scale": device(peer, "dialog06", polynomial=secret)}) as (driver, sink):
            await here(sink, "scale")
            refused = await ask(driver, "scale", 100)
            assert isinstance(refused, Refused)
            assert "secret" in str(refused)


async def test_a_dialog_scale_wants_its_proof_again_after_some_weighings(tmp_path: Path) -> None:
    pan = Pan()
    scale = DialogScale(pan, trust=8)  # fifty in a real one
    with NetworkPeer(scale) as peer:
        async with running({"scale": device(peer, "dialog06")}) as (driver, sink):
            await here(sink, "scale")
            for grams in range(100, 110):
                with peer.lock:
                    pan.put(grams)
                reading = await driver.weigh("scale", 1000)
                assert (reading.grams, reading.total_minor) == (grams, grams)
            assert scale.challenges == 2
            assert scale.unthanked == 0
            assert isinstance(await ask(driver, "scale"), Refused), "it needs a price"


async def test_nothing_but_harmless_letters_is_sent_to_a_scale(tmp_path: Path) -> None:
    scale = ToledoScale(Pan(300))
    with NetworkPeer(scale) as peer:
        async with running({"scale": device(peer, "mt8217")}) as (driver, sink):
            await here(sink, "scale")
            await driver.weigh("scale")
    assert set(scale.heard) == {ord("W")}
