"""`aisle demo`: a whole day, judged by the devices' own truth. AISLE_DEMO=1 runs it: it takes more than a minute."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.e2e.scene import aisle

SHAPE = {
    "changes": {"pushed", "landed", "held", "refused"},
    "sales": {"made", "arrived", "doubled", "overcharged"},
    "labels": {"bound", "right", "dead"},
    "visits": {"counted", "arrived"},
    "catch_up_s": None,
    "seconds": None,
}


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("AISLE_DEMO"), reason="takes more than a minute; AISLE_DEMO=1 runs it")
async def test_the_demo_keeps_every_promise_and_its_report_adds_up(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    code, said = await aisle(
        "demo", "--for", "60", "--keep", str(tmp_path / "day"), "--report", str(report), within_s=300
    )
    assert code == 0, said
    assert said.count("Kept: ") == 5, said
    facts = json.loads(report.read_text())
    assert {key: set(part) if isinstance(part, dict) else None for key, part in facts.items()} == SHAPE
    changes, sales, labels, visits = (facts[key] for key in ("changes", "sales", "labels", "visits"))
    assert changes["pushed"] == changes["landed"] + changes["held"] + changes["refused"] > 0
    assert sales["arrived"] == sales["made"] > 0
    assert (sales["doubled"], sales["overcharged"]) == (0, 0)
    assert labels["bound"] == labels["right"] + labels["dead"]
    assert labels["dead"] == 1
    assert visits["arrived"] == visits["counted"] > 0
    assert facts["catch_up_s"] > 0
    assert facts["seconds"] > 50


def _left_of(folder: Path) -> list[str]:
    """The command lines of processes that were told of this folder."""
    lines = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # ended meanwhile
        if str(folder) in line:
            lines.append(line)
    return lines


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGHUP])
async def test_a_demo_that_is_told_to_end_leaves_no_process_behind(tmp_path: Path, asked: signal.Signals) -> None:
    day = tmp_path / "day"
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge.cli", "demo", "--keep", str(day), stdout=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(60):
        while len(_left_of(day)) < 2:  # head office beside the demo itself
            assert demo.returncode is None
            await asyncio.sleep(0.05)
        demo.send_signal(asked)
        await demo.wait()
    assert _left_of(day) == []
