"""The same seed gives the same day; faults rain; a failure is made short and told; two hundred days hold."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.prices import activation
from simulators.storm.command import STATES, Harvest, play_seeds
from simulators.storm.schedule import FAULTS, STEPS, make_schedule
from simulators.storm.shrink import shrink
from simulators.storm.stage import Stage
from simulators.storm.timeline import schedule_lines, timeline

ROOT = Path(__file__).resolve().parents[2]
SEEDS = 200


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    ready = Stage()
    yield ready
    ready.close()


@pytest.mark.slow
def test_two_hundred_bad_days_break_nothing_and_it_rains_on_them() -> None:
    harvest = Harvest()
    with ProcessPoolExecutor(2) as pool:
        for part in pool.map(play_seeds, [list(range(start, start + 10)) for start in range(1, SEEDS + 1, 10)]):
            harvest.add(part)
    assert harvest.findings == []
    assert harvest.days == SEEDS
    expected = {*FAULTS, *STATES, *(f"killed {step}" for step in STEPS), "raise sent to a till", "sale arrived"}
    assert [name for name in sorted(expected) if not harvest.reached[name]] == []


def test_the_same_seed_gives_the_same_day(stage: Stage) -> None:
    first, other, again = stage.play(7), stage.play(8), stage.play(7)
    assert first.trace == again.trace
    assert first.digest == again.digest != other.digest


def test_another_process_gives_the_same_day(stage: Stage) -> None:
    code = "from simulators.storm.stage import Stage; s = Stage(); print(s.play(7).digest); s.close()"
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": salt}, check=True,
            capture_output=True, text=True,
        ).stdout.strip()
        for salt in ("1", "99")
    }  # fmt: skip
    assert digests == {stage.play(7).digest}


def test_a_failure_is_made_short_and_told_in_words(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activation, "_tills_above", lambda *_: [])
    failed = stage.play(1)
    assert failed.rule == "I1"
    schedule, shortest = shrink(stage, failed, tries=80)
    assert shortest.rule == "I1"
    assert len(schedule) <= 5 < len(make_schedule(1))
    assert stage.play(1, schedule).rule == "I1"
    told = "\n".join(timeline(shortest))
    assert "label" in told
    assert "judge" in told
    assert len(schedule_lines(schedule)) == len(schedule)


def test_the_command_explains_a_failure_and_ends_with_1(tmp_path: Path) -> None:
    import typer

    from simulators.storm.command import storm

    app = typer.Typer()
    app.command()(storm)
    report = tmp_path / "storm.json"
    calm = CliRunner().invoke(app, ["--seeds", "2", "--jobs", "1", "--report", str(report)])
    assert calm.exit_code == 0, calm.output
    assert "0 violations" in calm.output
    assert '"violations": []' in report.read_text()
    one = CliRunner().invoke(app, ["--seed", "3"])
    assert one.exit_code == 0
    assert "every invariant held" in one.output
