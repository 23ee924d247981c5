"""The judged table: a figure a row, a chain a column."""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass

from rich.table import Table

from tests.bench.vision.accuracy import Accuracy
from tests.bench.vision.speed import Speed


@dataclass(frozen=True, slots=True)
class Result:
    """All that was measured of one chain."""

    chain: str
    speed: Speed
    every: Accuracy
    """At 7 looks a second."""
    slow: Accuracy
    """At every third frame."""
    close_up: float | None
    """MOTA on the hard set, with our tracker; None for a peer."""
    judged: bool
    """Whether it is to reach the targets."""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure, and what ours with the own model is to reach, however many cameras its core has."""

    name: str
    of: Callable[[Result], float | None]
    form: str = "{:.3f}"
    least: float | None = None
    most: float | None = None

    def met(self, result: Result) -> bool | None:
        """Whether a result reaches it; None where nothing is asked."""
        value = self.of(result)
        if not result.judged or value is None or (self.least is None and self.most is None):
            return None
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


ROWS = (
    Row("model alone, ms", lambda r: r.speed.model_ms, "{:.2f}"),
    Row("whole pipeline, ms", lambda r: r.speed.whole_ms, "{:.2f}"),
    Row("whole pipeline fps ÷ bare model fps", lambda r: r.speed.whole_over_bare, "{:.2f}", least=0.80),
    Row("cameras per core at 5 fps, 480×360 recorded", lambda r: r.speed.cameras_per_core, "{:.1f}", least=24),
    Row("analytics ms ÷ model ms", lambda r: r.speed.analytics_over_model, "{:.2f}", most=0.15),
    Row("PETS, 340 crossings: count accuracy", lambda r: r.every.count, "{:.1%}", least=0.98),
    Row("… F1 at 7 fps", lambda r: r.every.f1, least=0.985),
    Row("… F1 at 2.3 fps", lambda r: r.slow.f1),
    Row("… F1 at 2.3 fps ÷ F1 at 7 fps", lambda r: r.slow.f1 / r.every.f1, least=0.995),
    Row("PETS: MOTA", lambda r: r.every.mota * 100, "{:.1f}", least=80),
    Row("PETS: IDF1", lambda r: r.every.idf1 * 100, "{:.1f}", least=75),
    Row("PETS at 2.3 fps: IDF1", lambda r: r.slow.idf1 * 100, "{:.1f}"),
)


def rows_for(yolox_close_up: float) -> tuple[Row, ...]:
    """The rows; the last is to be no worse than YOLOX by more than 15 points."""
    least = 100 * yolox_close_up - 15
    hard = Row(
        "drawn crowds at eye level: MOTA",
        lambda r: None if r.close_up is None else 100 * r.close_up, "{:.1f}", least=least,
    )  # fmt: skip
    return (*ROWS, hard)


def drawn(rows: tuple[Row, ...], results: list[Result]) -> Table:
    """The table; what reaches its target, or misses it, is marked."""
    table = Table(title=f"Counting people: one thread, {platform.machine()}, {os.cpu_count()} cores")
    table.add_column("figure", min_width=36)
    for result in results:
        table.add_column(result.chain.replace(", ", ",\n"), justify="right", no_wrap=True)
    table.add_column("target", justify="right", no_wrap=True)
    for row in rows:
        shown = [_shown(row, result) for result in results]
        target = f"≥ {row.form.format(row.least)}" if row.least is not None else ""
        if row.most is not None:
            target = f"≤ {row.form.format(row.most)}"
        table.add_row(row.name, *shown, target)
    return table


def _shown(row: Row, result: Result) -> str:
    value = row.of(result)
    mark = {True: " [green]✓[/green]", False: " [red]✗[/red]", None: "  "}[row.met(result)]
    return "" if value is None else row.form.format(value) + mark
