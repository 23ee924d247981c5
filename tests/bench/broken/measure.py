"""The figures: for every kind and every way to break, the others' p95 beside the broken device and without it."""

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from statistics import median

from drivers.mqtt.broker import find_mosquitto
from tests.bench.broken.agents import agents
from tests.bench.broken.air import labels, thermometers
from tests.bench.broken.cameras import cameras
from tests.bench.broken.lines import serial, terminals
from tests.bench.broken.rig import Break, Group
from tests.bench.broken.tills import tills
from tests.bench.figure import Figure, Say, compared
from tests.bench.idle import percentile

PAIRS = 5
MOST = 1.1
Make = Callable[[Path], AbstractAsyncContextManager[Group]]
KINDS: dict[str, tuple[Make, float]] = {
    "scales": (partial(serial, kind="scale"), 1.0),
    "scanners": (partial(serial, kind="scanner"), 1.0),
    "receipt printers": (partial(serial, kind="printer"), 2.0),
    "payment terminals": (terminals, 2.0),
    "labels": (labels, 6.0),
    "thermometers": (thermometers, 4.0),
    "SNMP agents": (agents, 6.0),
    "cameras": (cameras, 6.0),
    "tills (amqtt)": (partial(tills, kind="amqtt"), 4.0),
}
"""Each kind with the seconds of a turn."""
MOSQUITTO: dict[str, tuple[Make, float]] = {"tills (Mosquitto)": (partial(tills, kind="mosquitto"), 4.0)}


def one_breaks(say: Say) -> list[Figure]:
    """One figure for each kind and each way to break."""
    kinds = KINDS | (MOSQUITTO if find_mosquitto() else {})
    return [
        figure for kind, (make, seconds) in kinds.items() for figure in asyncio.run(_kind(kind, make, seconds, say))
    ]


async def _kind(kind: str, make: Make, seconds: float, say: Say) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        say(f"{kind} come into service")
        async with make(Path(folder)) as group:
            await group.serve(seconds)
            return [await _fault(kind, group, fault, seconds, say) for fault in Break]


async def _fault(kind: str, group: Group, fault: Break, seconds: float, say: Say) -> Figure:
    """Pairs of turns, with the broken device first in every other, so that a drift of the machine evens out."""
    rounds, counted = [], 0
    for number in range(PAIRS):
        took: dict[bool, list[float]] = {}
        for on in (number % 2 == 1, number % 2 == 0):
            say(f"{kind}: one {fault if on else 'is well'}, pair {number + 1} of {PAIRS}")
            await group.become(fault if on else None)
            took[on] = await group.serve(seconds)
        rounds.append((percentile(took[True], 95) * 1000, percentile(took[False], 95) * 1000))
        counted += len(took[True])
    await group.become(None)
    figure = compared(f"{kind}: one {fault}", "ms", rounds, "the same with all well", most=MOST)
    change = median(ours / peer for ours, peer in rounds) - 1
    return Figure(
        figure.name, figure.ours, figure.unit, figure.peer, figure.ratio, figure.target, figure.met,
        f"others' p95 {change:+.0%}, {counted} services; {figure.note}",
    )  # fmt: skip
