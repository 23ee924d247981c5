"""`aisle inspect` against a running console over real HTTP."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from typer.testing import CliRunner

from edge.console.app import add_api
from edge.inspect.commands import inspect
from edge.proof.records import ShopFacts, note_shop
from tests.console.conftest import MILK, NOW
from tests.console.floor import Floor, row

WORD = "correct horse 42"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64).hash(WORD)
ME = ["--name", "mara", "--password", WORD]


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """The data folder of a gateway whose console serves; six labels of milk."""
    floor = Floor(tmp_path, NOW)
    floor.do(lambda tx: note_shop(tx, ShopFacts("UTC", "EUR", 0)))
    floor.till("till-1")
    floor.change([row(MILK, 129, "Whole milk 1 l")])
    for number in range(6):
        floor.label(f"shelf-0{number}", MILK, f"Dairy, shelf {number}")
    floor.answer()
    floor.do(lambda tx: tx.sql.execute("INSERT INTO account VALUES ('mara', ?, 'manager', 'en', 0)", (CHEAP,)))
    app = FastAPI()
    add_api(app, floor.context(), "a-secret-for-tests-of-more-than-32-characters")
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    (tmp_path / "ports.json").write_text(json.dumps({"console": port}))
    yield tmp_path
    server.should_exit = True
    thread.join()
    floor.close()


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(inspect, words)
    return result.exit_code, result.output


def test_a_sample_is_drawn_walked_and_reported(data: Path, tmp_path: Path) -> None:
    code, text = run("draw", *ME, "--size", "3", "--seed", "42", "--data", str(data))
    assert code == 0, text
    assert "seed 42" in text
    assert text.count("[ ] not there") == 3
    labels = [word.strip("()") for word in text.split() if word.startswith("(shelf-0")]
    walk = tmp_path / "walk.csv"
    walk.write_text(f"label,shows\n{labels[0]},1.29\n{labels[1]},1.19\n")
    assert run("answer", "1", *ME, "--file", str(walk), "--data", str(data)) == (
        0, f"{labels[0]}: right\n{labels[1]}: over\n",
    )  # fmt: skip
    assert run("answer", "1", *ME, "--label", labels[2], "--shows", "1,29", "--data", str(data))[0] == 0
    code, text = run("report", "--data", str(data))
    assert code == 0
    assert "66.67%" in text
    assert "fails against 98 %" in " ".join(text.split())
    told = json.loads(run("report", "1", "--json", "--data", str(data))[1])
    assert (told["total"]["over"], told["overcharged_minor"], told["passes"]) == (1, 10, False)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["report"], "there is no such inspection"),
        (["draw", "--name", "mara", "--password", "wrong"], ""),
        (["answer", "9", *ME, "--label", "shelf-01", "--missing"], "not in the sample"),
        (["answer", "9", *ME, "--label", "shelf-01"], "say --label with --shows or --missing"),
        (["answer", "9", *ME, "--label", "shelf-01", "--shows", "x"], "is not a price"),
        (["answer", "9", *ME, "--file", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_cannot_be_done_says_why(data: Path, words: list[str], why: str) -> None:
    code, text = run(*words, "--data", str(data))
    assert code == 2
    assert why in " ".join(text.split())


def test_without_a_gateway_the_words_say_so(data: Path) -> None:
    (data / "ports.json").unlink()
    code, text = run("draw", *ME, "--data", str(data))
    assert code == 2
    assert "no gateway has run" in " ".join(text.split())
