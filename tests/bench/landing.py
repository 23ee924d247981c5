"""How soon a price is at the tills: a cut after its time, a raise after its time, with every label healthy.

Real processes: head office, the gateway, its broker; real tills on MQTT, and labels on a whole Bluetooth stack whose
packets take as long as a real connection interval. A label answers a call half a poll late, which is the mean of a
real one. Shoppers buy all the while, and the judge looks at every line they paid.

A raise reaches the tills when every label has shown it *and* the grace window is over. The window is the shop's own
setting (half an hour, usually) and by intention a part of it, so the figure is taken without one, and once with.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

from simulators.demo.day import scaled
from simulators.demo.judge import find_overcharges, label_history
from simulators.demo.setting import Setting
from simulators.demo.shop import MODELS, now, shoppers
from simulators.demo.stage import Stage, set_stage
from tests.bench.figure import Figure, Say

LABELS, TILLS = 42, 3
PANELS = dict(zip(MODELS, ('2.9"', '4.2"', '2.13"'), strict=True))
POLL_SECONDS = 2.0
PACKET_SECONDS = 0.015
"""There and back it is a connection interval of 30 ms: a block goes out, the label asks for the next one after it."""
ROUNDS = 10
AT_ONCE = 2
"""Raises, and as many cuts, at one moment. One adapter calls one label after the other: see the burst's figure."""
PAUSE_SECONDS = 7.0
GRACE_SECONDS = 10
CUT_SECONDS = 1.0
RAISE_SECONDS = 2 * POLL_SECONDS + 5
PATIENCE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Landing:
    """Seconds from a change's time to each till, and to each label of its item."""

    tills: tuple[float, ...]
    labels: tuple[tuple[str, float], ...]
    """(Panel, seconds)."""


def landing(say: Say) -> list[Figure]:
    """Seconds from the effective time to the tills, for cuts and raises, and how a burst and a grace window fare."""
    with tempfile.TemporaryDirectory(prefix="aisle-landing-") as folder:
        return asyncio.run(_measure(Path(folder), say))


async def _measure(folder: Path, say: Say) -> list[Figure]:
    setting = Setting(LABELS, TILLS, 2 * LABELS, usual_ports=False, grace_seconds=0, poll_seconds=POLL_SECONDS)
    async with AsyncExitStack() as stack:
        stage = await set_stage(stack, folder, None, "0204", 0, 1, say, setting)
        stage.shop.radio.air.delay, stage.shop.radio.air.connect_delay = PACKET_SECONDS, POLL_SECONDS / 2
        items = list(dict.fromkeys(stage.shop.bindings.values()))
        buying = asyncio.create_task(shoppers(stage.shop, items, [], 1))
        try:
            cuts, raises = await _timed(stage, items, say)
            say("cuts pushed to take effect at once")
            pushed = await _landed(stage, await _change(stage, items[:AT_ONCE], 0.9, 0))
            say(f"{len(items)} raises at one moment")
            burst = await _landed(stage, await _change(stage, items, 1.1, 4))
            say(f"raises with a grace window of {GRACE_SECONDS} s")
            await _restart_with_grace(stage)
            graced = await _landed(stage, await _change(stage, items[:AT_ONCE], 1.1, 4))
        finally:
            buying.cancel()
            with suppress(asyncio.CancelledError):
                await buying
        wrong = await asyncio.to_thread(lambda: find_overcharges(stage.shop, stage.record().prices))
        lines = sum(len(sale.lines) for till in stage.shop.tills.values() for sale in till.truth.sales)
    at_once = f"{len(cuts.tills)} arrivals at {TILLS} tills"
    return [
        _figure("cut, timed", cuts.tills, "max", CUT_SECONDS, at_once),
        _figure("cut, pushed for now", pushed.tills, "max", None, "from the push at head office"),
        _figure("raise, timed, no grace", raises.tills, "p95", RAISE_SECONDS,
                f"poll {POLL_SECONDS:g} s, {AT_ONCE} at a moment; labels, p50 by panel: {_by_panel(raises)}"),
        _figure(f"raise, grace {GRACE_SECONDS} s", graced.tills, "max", None,
                f"{max(graced.tills) - GRACE_SECONDS:.1f} s beyond the window, which is the shop's own"),
        _figure(f"{len(items)} raises at one moment", burst.tills, "p95", None,
                f"one adapter: {LABELS / max(seconds for _, seconds in burst.labels):.1f} labels a second"),
        Figure("lines charged above a label", len(wrong), "", target="0", met=not wrong, note=f"of {lines} lines"),
    ]  # fmt: skip


async def _timed(stage: Stage, items: Sequence[str], say: Say) -> tuple[Landing, Landing]:
    """Rounds of cuts and raises that take effect at one moment, each round with items of its own."""
    cut, raised = [], []
    for number in range(ROUNDS):
        say(f"timed cuts and raises, {number + 1} of {ROUNDS}")
        part = [items[(2 * AT_ONCE * number + place) % len(items)] for place in range(2 * AT_ONCE)]
        cut.append(await _change(stage, part[:AT_ONCE], 0.9, 3))
        raised.append(await _change(stage, part[AT_ONCE:], 1.1, 3))
        await asyncio.sleep(PAUSE_SECONDS)
    return await _together(stage, cut), await _together(stage, raised)


async def _change(stage: Stage, items: Sequence[str], factor: float, ahead: int) -> list[tuple[str, int, int]]:
    """Push new prices; returns (item, version, effective at) of each. `ahead` seconds, 0 for now."""
    at = (now() // 1000 + ahead + 1) * 1000 if ahead else 0
    rows = [scaled(stage.rows[item], factor) for item in items]
    pushed_at = now()
    text = datetime.fromtimestamp(at / 1000, UTC).isoformat() if at else ""
    done = await stage.office.push_rows(stage.store, rows, text)
    stage.rows.update({row["item"]: row for row in rows})
    [version] = done["sequences"]
    return [(item, version, at or pushed_at) for item in items]


async def _together(stage: Stage, rounds: Sequence[list[tuple[str, int, int]]]) -> Landing:
    return await _landed(stage, [one for part in rounds for one in part])


async def _landed(stage: Stage, changes: Sequence[tuple[str, int, int]]) -> Landing:
    """Wait until every till charges every one of these prices, and read from its own memory since when."""
    until = time.monotonic() + PATIENCE_SECONDS
    arrivals: list[float] = []
    for item, version, at in changes:
        for till in stage.shop.tills.values():
            while not (came := [one.at for one in till.truth.prices.get(item, ()) if one.version == version]):
                if time.monotonic() > until:
                    raise RuntimeError(f"{item} v{version} did not reach {till.config.device}")
                await asyncio.sleep(0.05)
            arrivals.append((came[0] - at) / 1000)
    await _quiet(stage, until)
    shown = await asyncio.to_thread(_shown, stage, changes)
    return Landing(tuple(arrivals), tuple(shown))


async def _quiet(stage: Stage, until: float) -> None:
    """Wait until every change has landed, on labels too."""
    while time.monotonic() < until:
        outcomes = (await asyncio.to_thread(stage.record)).outcomes
        if not outcomes["pending"] + outcomes["held"]:
            return
        await asyncio.sleep(0.5)
    raise RuntimeError("not every change landed")


def _shown(stage: Stage, changes: Sequence[tuple[str, int, int]]) -> list[tuple[str, float]]:
    """When each label of these items had each price on its glass, by the label's own memory; with its panel."""
    times = {(item, version): at for item, version, at in changes}
    return [
        (PANELS[stage.shop.label(device).spec.model], (seen.at - times[seen.item, seen.version]) / 1000)
        for device in stage.shop.bindings
        for seen in label_history(stage.shop.label(device))
        if (seen.item, seen.version) in times
    ]


async def _restart_with_grace(stage: Stage) -> None:
    config = stage.folder / "gateway.toml"
    config.write_text(config.read_text().replace("grace_seconds = 0", f"grace_seconds = {GRACE_SECONDS}"))
    await stage.gateway.stop()
    await stage.restart_gateway()
    while not all(till.connected and till.may_sell for till in stage.shop.tills.values()):
        await asyncio.sleep(0.1)


def _figure(name: str, values: Sequence[float], which: str, most: float | None, note: str) -> Figure:
    p50, p95, worst = quantiles(values, n=2)[0], _p95(values), max(values)
    told = worst if which == "max" else p95
    target, met = ("", None) if most is None else (f"{which} ≤ {most:g} s", told <= most)
    spread = f"p50 {p50:.2f}, p95 {p95:.2f}, max {worst:.2f} s; {note}"
    return Figure(f"{name}: {which}", told, "s", target=target, met=met, note=spread)


def _by_panel(landed: Landing) -> str:
    times = {panel: [seconds for one, seconds in landed.labels if one == panel] for panel in PANELS.values()}
    return ", ".join(f"{panel} {median(found):.1f} s" for panel, found in times.items() if found)


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]
