"""One broken device of each kind: it is named, and the others go on. How fast is measured in tests/bench/broken."""

import asyncio
import re
from functools import partial
from pathlib import Path

import pytest

from drivers.mqtt.broker import find_mosquitto
from tests.bench.broken.agents import agents
from tests.bench.broken.air import labels, thermometers
from tests.bench.broken.cameras import cameras
from tests.bench.broken.lines import serial, terminals
from tests.bench.broken.measure import Make
from tests.bench.broken.rig import Break, Group
from tests.bench.broken.tills import tills

SECONDS = {"terminal": 6.0, "label": 4.0, "agent": 2.5}
"""How long the devices are used, where a broken one is not told from a slow one at once."""
PATIENCE = 25.0
NAMED: dict[str, dict[Break, str]] = {
    "scale": {Break.HANGS: "answer", Break.FLOODS: "without end", Break.MISSPEAKS: "."},
    "scanner": {Break.FLOODS: "without end", Break.MISSPEAKS: "no AIM identifier"},
    "printer": {Break.HANGS: "answer", Break.FLOODS: "without end", Break.MISSPEAKS: "."},
    "terminal": {Break.HANGS: "silent|no answer", Break.FLOODS: "without end", Break.MISSPEAKS: "no ZVT|noise"},
    "label": {Break.HANGS: "no answer", Break.FLOODS: "unexpected", Break.MISSPEAKS: "unexpected"},
    "thermometer": {Break.FLOODS: "again and again", Break.MISSPEAKS: "another version"},
    "agent": {Break.HANGS: "no answer", Break.FLOODS: "floods", Break.MISSPEAKS: "."},
    "camera": {Break.HANGS: "timed out", Break.FLOODS: "more than", Break.MISSPEAKS: "cannot be decoded"},
    "till": {Break.FLOODS: "without end", Break.MISSPEAKS: "not JSON"},
}
"""What is said of each. A scanner that reads nothing, a sensor that says nothing and a till that is off look like quiet
ones to their drivers: time tells (`edge/devices`, `edge/coldchain`, and the keep-alive of MQTT)."""
needs_mosquitto = pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not installed")
KINDS = [
    pytest.param("scale", partial(serial, kind="scale"), id="scale"),
    pytest.param("scanner", partial(serial, kind="scanner"), id="scanner"),
    pytest.param("printer", partial(serial, kind="printer"), id="printer"),
    pytest.param("terminal", terminals, id="terminal"),
    pytest.param("label", labels, id="label"),
    pytest.param("thermometer", thermometers, id="thermometer"),
    pytest.param("agent", agents, id="agent"),
    pytest.param("camera", cameras, id="camera"),
    pytest.param("till", partial(tills, kind="amqtt", at_once=300), id="till-amqtt"),
    pytest.param("till", partial(tills, kind="mosquitto", at_once=300), id="till-mosquitto", marks=needs_mosquitto),
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "make"), KINDS)
async def test_the_broken_one_is_named_and_the_others_go_on(kind: str, make: Make, tmp_path: Path) -> None:
    async with make(tmp_path) as group:
        for fault in Break:
            before = len(group.complaints())
            await group.become(fault)
            assert await group.serve(SECONDS.get(kind, 1.0)), f"nobody was served while one {fault}"
            if fault in NAMED[kind]:
                await _named(kind, group, before, NAMED[kind][fault])
            await group.become(None)


async def _named(kind: str, group: Group, before: int, words: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while not any(re.search(words, said) for said in group.complaints()[before:]):
            await group.serve(SECONDS.get(kind, 1.0))
