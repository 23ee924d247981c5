"""`aisle demo`: a whole day, judged by the devices' own truth. AISLE_DEMO=1 runs it: it takes more than a minute."""

import json
import os
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
