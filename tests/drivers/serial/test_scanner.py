"""Scanners: labels however they are framed, repeats, bursts, and the line that comes and goes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import Scan
from drivers.errors import Refused
from drivers.serial.scanner import Label, LabelParser, Repeats
from drivers.serial.scanner.labels import DISABLE, ENABLE, IDENTIFY
from drivers.serial.scanner.repeats import heard
from simulators.serial import Scanner
from tests.drivers.serial.kit import device, gone, here, peer_on, running, until

GOLDENS = [
    (b"]E04006381333931\r\n", Label("E0", "4006381333931")),
    (b"]E496385074\r", Label("E4", "96385074")),
    (b"]C1019506000134352\x1d10ABC\r", Label("C1", "019506000134352\x1d10ABC")),
    (b"]e00109506000134352\r\n", Label("e0", "0109506000134352")),
    (b"]d20109506000134352\r\n", Label("d2", "0109506000134352")),
    (
        b"]Q3https://example.com/01/09506000134352?17=261231\r",
        Label("Q3", "https://example.com/01/09506000134352?17=261231"),
    ),
    ("]Q1šećer 新疆苹果\r".encode(), Label("Q1", "šećer 新疆苹果")),
    (b"]I0123456\n", Label("I0", "123456")),
    (b"]A0ABC123\n", Label("A0", "ABC123")),
    (b"4006381333931\r\n", Label("", "4006381333931")),
]


@pytest.mark.parametrize(("raw", "label"), GOLDENS)
def test_a_label_is_read_however_it_is_cut(raw: bytes, label: Label) -> None:
    for cut in range(len(raw) + 1):
        parser = LabelParser()
        assert parser.feed(raw[:cut]) + parser.feed(raw[cut:]) == [label]
    assert LabelParser().feed(raw * 3) == [label] * 3
    assert LabelParser().feed(b"\r\n\n" + raw) == [label]


def test_prefix_and_suffix_are_taken_off_and_demanded() -> None:
    parser = LabelParser(b"<", b">", identifiers=True)
    assert parser.feed(b"<]E04006381333931>\r") == [Label("E0", "4006381333931")]
    assert parser.feed(b"]E04006381333931\r<4006381333931>\r") == []
    assert parser.noise == b"<4006381333931>"


@pytest.mark.parametrize(
    "line",
    [b"]E04006381333932\r", b"]E0400638133393\r", b"12345\r", b"4006381\x00333931\r", b"\xff\xfe\xfd\xfc\xfb\xfa\r"],
)
def test_what_is_no_label_is_passed_over(line: bytes) -> None:
    parser = LabelParser()
    assert parser.feed(line) == []
    assert parser.noise


def test_the_letters_that_switch_scanners() -> None:
    assert (ENABLE, DISABLE, IDENTIFY) == (b"E", b"D", b"i")


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 600)), max_size=30))
def test_a_label_that_stays_in_the_light_is_one_scan(looks: list[tuple[str, int]]) -> None:
    state, now, before = Repeats(400), 10_000, None
    for text, later in looks:
        now += later
        state, own = heard(state, Label("", text), now)
        assert own == (before is None or before[0] != text or now - before[1] >= 400)
        before = (text, now)


async def _next(scans: AsyncIterator[Scan]) -> Scan:
    async with asyncio.timeout(15):
        return await anext(scans)


async def test_scans_arrive_and_go_on_after_the_line_was_lost(tmp_path: Path) -> None:
    await asyncio.gather(*(_lose_the_line(way, tmp_path) for way in ("terminal", "socket")))


async def _lose_the_line(way: str, tmp_path: Path) -> None:
    scanner = Scanner(prefix="#", needs_enabling=True)
    with peer_on(way, scanner, tmp_path) as peer:
        async with running({"scanner": device(peer, "scanner", prefix="#", enable=True)}) as (driver, sink):
            await here(sink, "scanner")
            await until(lambda: scanner.enabled)
            scans = driver.scans("scanner")
            scanner.scan("4006381333931")
            first = await _next(scans)
            assert (first.symbology, first.text) == ("E0", "4006381333931")
            peer.faults.unplug_after = 7
            scanner.scan("96385074", "E4")
            await gone(sink, "scanner")
            await asyncio.to_thread(peer.plug)
            await here(sink, "scanner")
            await until(lambda: scanner.enabled)
            scanner.scan("0109506000134352\x1d10ABC", "C1")
            after = await _next(scans)
            assert after.text == "0109506000134352\x1d10ABC", "half a label is none"


async def test_bursts_without_an_end_and_the_same_label_twice(tmp_path: Path) -> None:
    scanner = Scanner(end="")
    with peer_on("terminal", scanner, tmp_path) as peer:
        async with running({"scanner": device(peer, "scanner", end="pause", repeat_ms=10_000)}) as (driver, sink):
            await here(sink, "scanner")
            scans = driver.scans("scanner")
            for text in ("4006381333931", "4006381333931", "96385074"):
                scanner.scan(text)
                await asyncio.sleep(0.3)  # a burst is told from the next by the pause between them
            assert [(await _next(scans)).text for _ in range(2)] == ["4006381333931", "96385074"]


async def test_a_scanner_without_identifiers_is_told(tmp_path: Path) -> None:
    scanner = Scanner(aim=False)
    with peer_on("socket", scanner, tmp_path) as peer:
        async with running({"scanner": device(peer, "scanner")}) as (driver, sink):
            await until(lambda: peer.plugged)
            await here(sink, "scanner")
            await asyncio.sleep(0.1)
            scanner.scan("4006381333931")
            await until(lambda: ("odd", "scanner") in sink.events)
            assert "AIM" in sink.words[-1]
            with pytest.raises(Refused):
                await anext(driver.scans("nobody"))
