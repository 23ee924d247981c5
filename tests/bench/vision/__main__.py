"""`make bench-vision`: the judged figures of counting people, side by side with the peer's pipeline, in one run.

A figure that cannot be measured is an error; a target that is missed is only said.
"""

import json
import os
import platform
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import cv2
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tests.bench.figure import Say
from tests.bench.vision import accuracy, close_up, speed
from tests.bench.vision.chains import FASTESTDET, YOLOX, Chain, chains
from tests.bench.vision.table import Result, Row, drawn, rows_for
from tests.vision import pets

NEEDED = (pets.VIDEO, pets.TRUTH, YOLOX, FASTESTDET)
PEERS = ("supervision", "trackers", "motmetrics", "onnxruntime", "opencv-python-headless")
EVERY_THIRD = 3


def main(
    json_file: Annotated[Path, typer.Option("--json", help="Where to write the figures")] = Path("bench-vision.json"),
) -> None:
    """Measure, print a table, write the figures."""
    out = Console(width=None if sys.stdout.isatty() else 130)
    if missing := [str(path) for path in NEEDED if not path.is_file()]:
        out.print(f"Nothing is measured: {', '.join(missing)} is not here. The clip and the models come separately.")
        raise typer.Exit(2)
    cv2.setNumThreads(1)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("", total=None)
        results = measured(chains(), lambda words: progress.update(task, description=words))
    yolox = next(result.close_up for result in results if result.close_up is not None and "YOLOX" in result.chain)
    rows = rows_for(yolox)
    out.print(drawn(rows, results))
    json_file.write_text(json.dumps(facts(rows, results), indent=2, ensure_ascii=False) + "\n")
    out.print(f"Written to {json_file}")


def measured(candidates: list[Chain], say: Say) -> list[Result]:
    """Every chain in turn."""
    hard = close_up.measure([chain for chain in candidates if chain.ours], say)
    return [
        Result(
            chain=chain.name,
            speed=speed.measure(chain, say),
            every=accuracy.measure(chain, 1, say),
            slow=accuracy.measure(chain, EVERY_THIRD, say),
            close_up=hard.get(chain.name),
            judged=chain.judged,
        )
        for chain in candidates
    ]


def facts(rows: tuple[Row, ...], results: list[Result]) -> dict[str, object]:
    """What is written: the machine, what was compared, every figure, and which targets were met."""
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    targets = [
        {
            "chain": result.chain,
            "figure": row.name,
            "least": row.least,
            "most": row.most,
            "value": row.of(result),
            "met": row.met(result),
        }
        for result in results
        for row in rows
        if row.met(result) is not None
    ]
    return {
        "machine": machine,
        "versions": {name: version(name) for name in PEERS},
        "crossings": len(pets.true_crossings()),
        "targets": targets,
        "chains": [asdict(result) | {"cameras_per_core": result.speed.cameras_per_core} for result in results],
    }


if __name__ == "__main__":
    typer.run(main)
