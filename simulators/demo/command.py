"""`aisle demo`: the whole shop, live on the terminal."""

import asyncio
import json
import logging
import shutil
import signal
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from simulators.demo.clients import ApiError
from simulators.demo.day import Day
from simulators.demo.judge import read_walks, walks_arrived
from simulators.demo.lane_judge import judge_lanes
from simulators.demo.lane_shoppers import lane_shoppers
from simulators.demo.processes import NotStarted
from simulators.demo.report import Report, judge
from simulators.demo.screen import Screen, show_report
from simulators.demo.shop import shoppers
from simulators.demo.stage import Stage, set_stage, settled

DAY_SECONDS = 120.0
SHORTEST_DAY = 50.0
WIND_UP_SECONDS = 60.0
console = Console()


def demo(
    seconds: Annotated[
        float | None, typer.Option("--for", help="End by itself after about so many seconds", min=60)
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the day's figures to this JSON file")] = None,
    prices: Annotated[Path | None, typer.Option(help="A real price list, as CSV", exists=True, dir_okay=False)] = None,
    store: Annotated[str, typer.Option(help="Store id")] = "",
    keep: Annotated[Path | None, typer.Option(help="Keep all data and logs in this folder")] = None,
    seed: Annotated[int, typer.Option(help="Shoppers, prices and film follow from it")] = 1,
) -> None:
    """Head office, a gateway and a simulated shop, with a day of price changes and faults, and a judge at the end.

    Exits with 1 unless every promise held.
    """
    folder = keep or Path(tempfile.mkdtemp(prefix="aisle-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        console.print(f"[red]{folder} is not empty.[/red] The demo begins with an empty shop; name another folder.")
        raise typer.Exit(2)
    # What the simulated devices themselves have to say goes beside the other logs, not onto the live screen.
    logging.basicConfig(filename=folder / "devices.log", level=logging.INFO)
    try:
        broken = asyncio.run(_run(folder, seconds, report, prices, store or _store_of(prices), seed))
    except (NotStarted, ApiError) as error:
        console.print(f"[red]The demo could not go on:[/red] {error}\nLogs are in {folder}")
        raise typer.Exit(2) from error
    except (KeyboardInterrupt, asyncio.CancelledError):
        broken = False
    if keep is None and not broken:
        shutil.rmtree(folder, ignore_errors=True)
    elif broken:
        console.print(f"Everything is kept in {folder}")
    raise typer.Exit(1 if broken else 0)


async def _run(
    folder: Path, seconds: float | None, report: Path | None, prices: Path | None, store: str, seed: int
) -> bool:
    """Play the day and judge it. Returns whether a promise was broken."""
    begin = time.monotonic()
    _end_in_order()
    async with AsyncExitStack() as stack:
        screen = stack.enter_context(Screen(console))
        stage = await set_stage(
            stack, folder, prices, store, max(180.0, (seconds or DAY_SECONDS) + 60), seed, screen.say
        )
        screen.open(stage)
        day = Day(stage, screen.say)
        labelled = list(day.labelled)
        others = [item for item in stage.rows if item not in set(labelled)][:400]
        buying = asyncio.create_task(_shop_all_day(stage, labelled, others, seed), name="shoppers")
        watching = asyncio.create_task(screen.watch(stage), name="screen")
        try:
            length = DAY_SECONDS if seconds is None else max(SHORTEST_DAY, seconds - (time.monotonic() - begin) - 8)
            async with lane_shoppers(stage.shop.lanes.values(), labelled, seed):
                await day.play(length)
        finally:
            buying.cancel()
            with suppress(asyncio.CancelledError):
                await buying
        screen.say("The day is over: waiting for what is still on its way")
        judged = await _judge(stage, day, begin)
        if report is not None:
            report.write_text(json.dumps(judged.facts(), indent=2) + "\n")
        watching.cancel()
        screen.close()
        show_report(console, judged)
        if seconds is None:
            await _stay_open(stage, labelled, others, seed)
    return bool(judged.broken)


def _end_in_order() -> None:
    """Whoever asks the demo to end, or closes its terminal, gets what Ctrl-C gives: no process is left behind."""
    if playing := asyncio.current_task():
        for asked in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(asked, playing.cancel)


async def _judge(stage: Stage, day: Day, begin: float) -> Report:
    """Wait until everything that can arrive has arrived, then judge."""
    until = time.monotonic() + WIND_UP_SECONDS
    store = stage.folder / "gateway" / "store.db"
    at_closing = await asyncio.to_thread(read_walks, store)
    await settled(stage, WIND_UP_SECONDS)
    while True:
        record = await asyncio.to_thread(stage.record)
        by_now = await asyncio.to_thread(read_walks, store)
        visits = sum(at_closing.values()), walks_arrived(at_closing, by_now, record.walks)
        lanes = await asyncio.to_thread(judge_lanes, list(stage.shop.lanes.values()), store)
        promises = [*day.promises, *([lanes] if lanes else [])]
        judged = await asyncio.to_thread(
            judge, stage.shop, record, visits, day.catch_up_s, time.monotonic() - begin, promises
        )
        if not judged.broken or time.monotonic() > until:
            return judged
        await asyncio.sleep(1)


async def _shop_all_day(stage: Stage, labelled: list[str], others: list[str], seed: int) -> None:
    """At the tills by the piece; what is sold by weight goes to the lanes, which have a scale."""
    pieces = {item for item, row in stage.rows.items() if row.get("per", "each") == "each"}
    by_piece = [item for item in labelled if item in pieces]
    await shoppers(stage.shop, by_piece, [item for item in others if item in pieces], seed)


async def _stay_open(stage: Stage, labelled: list[str], others: list[str], seed: int) -> None:
    """Keep the shop running for whoever wants to look around."""
    console.print("\nThe shop stays open. Look around; Ctrl-C ends it.")
    async with lane_shoppers(stage.shop.lanes.values(), labelled, seed + 1):
        await _shop_all_day(stage, labelled, others, seed + 1)


def _store_of(prices: Path | None) -> str:
    """A real list is named after its store."""
    stem = prices.stem.lower() if prices else ""
    return stem if stem.isalnum() and len(stem) <= 32 else "0204"
