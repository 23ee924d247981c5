"""`aisle storm`: thousands of bad days of a small shop, and a judge who knows what really happened."""

import gc
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from simulators.storm.schedule import FAULTS, STEPS, make_schedule
from simulators.storm.shrink import shrink
from simulators.storm.stage import Outcome, Stage
from simulators.storm.timeline import schedule_lines, timeline

CHUNK = 50
"""The most days that a worker plays before it answers: what it sets up, and the codes it has read, serve them all."""
LINE_EVERY = 60.0
"""Seconds between the lines that tell of progress where no bar can be drawn, as in a log file."""
STATES = (
    "message dropped", "message doubled", "message delayed", "disk full", "event gap", "event repeated", "till lost",
    "label's word lost", "label drew late, its word lost", "lease ended", "lease refused", "till sells again",
    "weighed line sold",
    "promotion pushed",
    "promotion ended",
    "member's price charged",
    "price lowered by hand",
    "till refused to raise a price by hand",
    "batch started",
    "batch aborted",
    "order set aside", "order collected", "order expired", "customer comes for an order", "item counted",
    "shelf empty", "coupon lent", "coupon refused", "coupon used", "coupon wanted back",
    "local time", "timed change", "timed raise", "raise held by the clock", "raise waits for the later reading",
)  # fmt: skip
"""What a run of many days has to reach, beside the faults of the schedule."""
console = Console()


@dataclass(frozen=True, slots=True)
class Finding:
    """A seed on which an invariant broke."""

    seed: int
    rule: str
    why: str
    at: int


@dataclass(slots=True)
class Harvest:
    """What a run of seeds came to."""

    days: int = 0
    lines_sold: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def add(self, other: "Harvest") -> None:
        """Take over what another run came to."""
        self.days += other.days
        self.lines_sold += other.lines_sold
        self.reached += other.reached
        self.findings += other.findings


def storm(
    seeds: Annotated[int, typer.Option(help="How many days to play", min=1)] = 100,
    first: Annotated[int, typer.Option(help="The first seed", min=0)] = 1,
    jobs: Annotated[int, typer.Option(help="Processes side by side", min=1, max=64)] = min(2, os.cpu_count() or 1),
    seed: Annotated[int | None, typer.Option(help="Play this one seed and show its timeline", min=0)] = None,
    everything: Annotated[bool, typer.Option("--all", help="With --seed: show all items in the timeline")] = False,
    report: Annotated[Path | None, typer.Option(help="Write the figures to this JSON file")] = None,
    keep_on: Annotated[bool, typer.Option(help="Go on after a violation")] = False,
) -> None:
    """Bad days of a small shop, each from one seed: faults everywhere, and the real core has to keep every promise.

    Exits with 1 when an invariant broke; then prints the shortest schedule that still breaks it, and what happened.
    """
    begin = time.monotonic()
    if seed is not None:
        harvest = _one(seed, everything)
    else:
        harvest = _many(range(first, first + seeds), jobs, keep_on)
        if harvest.findings:
            _explain(min(harvest.findings, key=lambda found: found.seed).seed)
    took = time.monotonic() - begin
    _show(harvest, took)
    if report is not None:
        report.write_text(json.dumps(_facts(harvest, took), indent=2) + "\n")
    raise typer.Exit(1 if harvest.findings else 0)


def play_seeds(seeds: range | list[int], stage: Stage | None = None) -> Harvest:
    """Play days one after the other in this process."""
    harvest = Harvest()
    with _staged(stage) as ready:
        for seed in seeds:
            harvest.add(_harvest(ready.play(seed)))
    return harvest


@contextmanager
def _staged(stage: Stage | None) -> Iterator[Stage]:
    if stage is not None:
        yield stage
        return
    with closing(Stage()) as fresh:
        yield fresh


def _harvest(outcome: Outcome) -> Harvest:
    found = [] if outcome.held else [Finding(outcome.seed, outcome.rule, outcome.why, outcome.at)]
    return Harvest(1, outcome.lines_sold, outcome.reached, found)


def _many(seeds: range, jobs: int, keep_on: bool) -> Harvest:
    """Play many days over several processes, with a progress bar."""
    harvest, many = Harvest(), max(1, min(CHUNK, len(seeds) // (4 * jobs)))
    parts = [seeds[start : start + many] for start in range(0, len(seeds), many)]
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    begin, waiting, next_line = time.monotonic(), iter(parts), LINE_EVERY
    with (
        ProcessPoolExecutor(jobs, initializer=_settle_in) as pool,
        Progress(*columns, console=console, refresh_per_second=2) as progress,
    ):
        task = progress.add_task("shop-days", total=len(seeds), speed="")
        running: set[Future[Harvest]] = set()
        while True:
            while len(running) < 2 * jobs and (part := next(waiting, None)) is not None:
                running.add(pool.submit(play_seeds, part))
            if not running:
                break
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for one in done:
                harvest.add(found := one.result())
                for finding in found.findings:
                    console.print(f"[red]seed {finding.seed}[/red] {finding.rule}: {finding.why}", highlight=False)
            took = time.monotonic() - begin
            speed = f"{harvest.days / max(0.001, took):.2f} shop-days/s"
            progress.update(task, completed=harvest.days, speed=speed)
            if not console.is_terminal and took >= next_line:
                next_line += LINE_EVERY
                console.print(f"{took:6,.0f} s: {harvest.days:,} of {len(seeds):,} shop-days, {speed}", highlight=False)
            if harvest.findings and not keep_on:
                waiting = iter(())
    return harvest


def _settle_in() -> None:
    """In a worker: what was imported lives as long as it does, so the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _one(seed: int, everything: bool) -> Harvest:
    """Play one day and show it."""
    with closing(Stage()) as stage:
        outcome = stage.play(seed)
    for line in timeline(outcome, everything):
        console.print(line, highlight=False, soft_wrap=True)
    console.print(f"seed {seed}: {outcome.why or 'every invariant held'} ({outcome.digest[:16]})", highlight=False)
    return _harvest(outcome)


def _explain(seed: int) -> None:
    """Shrink the schedule of a failing seed and tell what happened in it."""
    with closing(Stage()) as stage, Progress(console=console, transient=True) as progress:
        outcome = stage.play(seed)
        task = progress.add_task("making the schedule shorter", total=160)

        def heard(tries: int, left: int) -> None:
            progress.update(task, completed=tries, description=f"making the schedule shorter: {left} steps left")

        schedule, shortest = shrink(stage, outcome, progress=heard)
    whole = len(make_schedule(seed))
    console.print(f"\n[bold red]Seed {seed} breaks {shortest.rule}:[/bold red] {shortest.why}", highlight=False)
    console.print(f"\n[bold]The shortest schedule found[/bold] ({len(schedule)} of {whole} steps)")
    for line in schedule_lines(schedule):
        console.print(line, highlight=False, soft_wrap=True)
    console.print("\n[bold]What happened[/bold]")
    for line in timeline(shortest):
        console.print(line, highlight=False, soft_wrap=True)
    console.print(f"\nAgain: aisle storm --seed {seed}\n")


def _show(harvest: Harvest, took: float) -> None:
    """How often it rained, and how fast."""
    table = Table("fault or state", "times", "per day", title="A storm that never rains proves nothing")
    for name in sorted({*FAULTS, *STATES, *(f"killed {step}" for step in STEPS), *harvest.reached}):
        times = harvest.reached[name]
        style = "" if times else "red"
        table.add_row(name, f"{times:,}", f"{times / max(1, harvest.days):.2f}", style=style)
    console.print(table)
    for found in sorted(harvest.findings, key=lambda one: one.seed)[:20]:
        console.print(f"[red]seed {found.seed}[/red] {found.rule}: {found.why}", highlight=False)
    verdict = f"[red]{len(harvest.findings)} violations[/red]" if harvest.findings else "[green]0 violations[/green]"
    console.print(
        f"{harvest.days:,} shop-days, {harvest.lines_sold:,} lines sold, {verdict};"
        f" {harvest.days / max(0.001, took):.2f} shop-days/s",
        highlight=False,
    )


def _facts(harvest: Harvest, took: float) -> dict[str, Any]:
    return {
        "shop_days": harvest.days,
        "lines_sold": harvest.lines_sold,
        "seconds": round(took, 1),
        "shop_days_per_second": round(harvest.days / max(0.001, took), 2),
        "violations": [
            {"seed": found.seed, "rule": found.rule, "why": found.why, "at_ms": found.at} for found in harvest.findings
        ],
        "reached": dict(sorted(harvest.reached.items())),
    }
