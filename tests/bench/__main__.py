"""`python -m tests.bench`: every figure that the project promises, measured on this machine against a peer.

Each ratio comes from one run: ours and the peer's rounds alternate, and the median round counts.
"""

import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.bench.broken.measure import one_breaks
from tests.bench.durable import durable_events
from tests.bench.figure import Figure, Say
from tests.bench.gateway import gateway_start
from tests.bench.labels_drawn import labels_drawn
from tests.bench.landing import landing
from tests.bench.mqtt import mqtt_recorded
from tests.bench.readback import labels_read_back
from tests.bench.snmp import snmp_watch
from tests.bench.upload import label_upload

MEASURES: dict[str, Callable[[Say], list[Figure]]] = {
    "store": durable_events,
    "mqtt": mqtt_recorded,
    "labels": labels_drawn,
    "upload": label_upload,
    "gateway": gateway_start,
    "landing": landing,
    "readback": labels_read_back,
    "snmp": snmp_watch,
    "broken": one_breaks,
}
BY_NAME = {"landing", "broken"}
"""Measured only when they are asked for: they take minutes, and compare with no peer."""


def main(
    only: Annotated[
        list[str] | None, typer.Argument(help=f"Some of: {', '.join(MEASURES)}; not by itself: {', '.join(BY_NAME)}")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures there as well")] = None,
) -> None:
    """Measure and print. A figure that cannot be measured is an error; a target that is missed is only said."""
    unknown = set(only or ()) - set(MEASURES)
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: choose from {', '.join(MEASURES)}")
    figures: list[Figure] = []
    out = Console()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("", total=None)
        for name in only or (name for name in MEASURES if name not in BY_NAME):
            figures += MEASURES[name](lambda words: progress.update(task, description=words))
    out.print(_table(figures))
    if json_file:
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
        facts = {"machine": machine, "figures": [asdict(figure) for figure in figures]}
        json_file.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")


def _table(figures: list[Figure]) -> Table:
    table = Table(title=f"Measured on {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    table.add_column("figure", ratio=1)
    for heading in ("ours", "peer", "ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("target", no_wrap=True)
    table.add_column("met?", no_wrap=True)
    table.add_column("note")
    for one in figures:
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        met = {True: "[green]yes[/green]", False: "[red]no[/red]", None: ""}[one.met]
        peer = "" if one.peer is None else _amount(one.peer, one.unit)
        table.add_row(one.name, _amount(one.ours, one.unit), peer, ratio, one.target, met, one.note)
    return table


def _amount(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
    return f"{number}{'' if unit.startswith('/') or not unit else ' '}{unit}"


if __name__ == "__main__":
    typer.run(main)
