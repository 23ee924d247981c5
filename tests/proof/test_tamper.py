"""Nobody changes the record unseen: not a byte of it, not its end."""

import os
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cloud_sync.contract.events import Batch
from cloud_sync.hq.commands import hq
from cloud_sync.hq.ingest import ingest
from cloud_sync.hq.office import open_office
from cloud_sync.hq.stores import add_store
from edge.chores import tell_head
from edge.commands import ledger
from edge.store import ledger as chain
from edge.store.database import open_for_writing
from edge.store.ledger import GENESIS, Head, Stored, follow, verify
from tests.store.rig import Clock, opened, queued, tell

ROWS = 10_000
SWEEP = "AISLE_SWEEP"
"""Set this variable to flip every byte of every row (ten seconds) instead of a sample of the rows."""
NUMBERS = (0, 1)  # seq, at: eight bytes each, as SQLite keeps the largest
TEXTS = (2, 3, 4)  # kind, subject, body


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of 10,000 rows as a shop writes them."""
    path = tmp_path_factory.mktemp("tamper") / "store.db"
    dice = random.Random(1)
    with opened(path) as store:

        def write(tx: object) -> None:
            for n in range(ROWS):
                kind = ("label.sent", "label.sending", "label.shown", "till.applied", "sale")[n % 5]
                body = {"item": f"0385000000{dice.randrange(1000):04}", "version": n, "minor": dice.randrange(9999)}
                tx.record(kind, f"shelf-{dice.randrange(40):02}", body | {"receipt": f"čaj {n}"})  # type: ignore[attr-defined]

        store.run(write).result()
    return path


@pytest.fixture(scope="module")
def rows(path: Path) -> list[Stored]:
    connection = sqlite3.connect(path)
    found = list(chain._rows(connection))
    connection.close()
    assert len(found) == ROWS
    return found


def flips(row: Stored) -> Iterator[Stored]:
    """The row with one bit of one byte wrong, for each byte of it, as it would be read back."""
    for column, value in enumerate(row):
        raw = value.to_bytes(8, "big") if column in NUMBERS else value.encode() if column in TEXTS else value
        for place in range(len(raw)):
            wrong = bytearray(raw)
            wrong[place] ^= 1 << place % 8
            read: object = bytes(wrong)
            if column in NUMBERS:
                read = int.from_bytes(wrong, "big", signed=True)
            elif column in TEXTS:
                read = chain._text(bytes(wrong))
            yield (*row[:column], read, *row[column + 1 :])


def sweep(rows: Sequence[Stored], chosen: Sequence[int]) -> int:
    """Flip each byte of the chosen rows, one at a time. `verify` takes these steps too, up to the first fault."""
    done = 0
    for n in chosen:
        head = Head(n, rows[n - 1][-1] if n else GENESIS)
        assert follow(head, rows[n]) == ""
        for wrong in flips(rows[n]):
            assert follow(head, wrong), (n, wrong)
            done += 1
    return done


def test_each_byte_flipped_in_turn_is_found(rows: list[Stored]) -> None:
    full = bool(os.environ.get(SWEEP))
    chosen = range(ROWS) if full else random.Random(2).sample(range(ROWS), 300)
    began = time.monotonic()
    done = sweep(rows, chosen)
    assert done > 150 * len(chosen)
    print(f"{done} flips in {len(chosen)} rows, all found, {time.monotonic() - began:.1f} s")


def test_flips_in_the_database_are_found_by_the_whole_verification(
    path: Path, rows: list[Stored], tmp_path: Path
) -> None:
    """The same, end to end: written into the table, read by SQLite, and the right row is named."""
    copy = Path(shutil.copy(path, tmp_path / "store.db"))
    connection = open_for_writing(copy)
    dice = random.Random(3)
    names = ("seq", "at", "kind", "subject", "body", "prev", "hash")
    for n in dice.sample(range(ROWS), 25):
        wrong = dice.choice([one for one in flips(rows[n]) if one[0] == n + 1])
        column = next(place for place in range(7) if wrong[place] != rows[n][place])
        value = wrong[column] if wrong[column] is not None else b"\xff"
        connection.execute("BEGIN")
        connection.execute(f"UPDATE ledger SET {names[column]} = ? WHERE seq = ?", (value, n + 1))
        verdict = verify(connection)
        connection.execute("ROLLBACK")
        assert not verdict.intact
        assert verdict.rows == n
    assert verify(connection).intact
    connection.close()


def test_a_flip_anywhere_in_the_file_is_found_or_touches_no_row(path: Path, rows: list[Stored], tmp_path: Path) -> None:
    """Bytes of the file itself: pages, headers, free space, indexes."""
    whole, dice = path.read_bytes(), random.Random(4)
    found = 0
    for n in range(25):
        wrong = bytearray(whole)
        wrong[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        copy = tmp_path / f"{n}.db"
        copy.write_bytes(wrong)
        connection = sqlite3.connect(copy)
        try:
            intact = verify(connection).intact and list(chain._rows(connection)) == rows
            assert intact or not verify(connection).intact
            found += not intact
        except (sqlite3.DatabaseError, OverflowError):
            found += 1  # not even a database any more
        finally:
            connection.close()
    assert found > 5


def test_a_tail_cut_after_an_anchor_at_head_office_is_found(tmp_path: Path) -> None:
    """Gateway → hourly head → head office → heads on a stick → verification at the gateway."""
    data, clock = tmp_path / "gateway", Clock()
    data.mkdir()
    office = open_office(tmp_path / "hq")
    add_store(office, "0204", "Zagreb")
    with opened(data / "store.db", clock=clock) as store:
        for hour in range(3):
            for n in range(20):
                store.run(lambda tx, n=n: tell(tx, f"till-{n}", n=n)).result()  # type: ignore[misc]
            clock.now += 3_600_000 * (hour > 0)
            store.run(tell_head).result()
        with store.reading() as db:
            events = queued(db.conn, store)
        ingest(office, "0204", Batch(epoch=7, events=events))
    office.db.close()

    said = CliRunner().invoke(hq, ["heads", "0204", "--data", str(tmp_path / "hq")])
    assert [line.split(":")[0] for line in said.output.splitlines()] == ["60", "40", "20"]
    heads = tmp_path / "heads.txt"
    heads.write_text(said.output)
    verify_with = ["verify", "--data", str(data), "--anchors", str(heads)]
    good = CliRunner().invoke(ledger, verify_with)
    assert good.exit_code == 0
    assert "3 heads kept elsewhere fit it" in good.output

    connection = open_for_writing(data / "store.db")
    connection.execute("DELETE FROM ledger WHERE seq > 47")
    assert verify(connection).intact  # by itself it is a good ledger
    cut = CliRunner().invoke(ledger, verify_with)
    assert (cut.exit_code, "rows 48 to 60 were cut off" in cut.output) == (1, True)

    connection.execute("UPDATE ledger SET body = '{}' WHERE seq = 30")
    forge(connection)
    assert verify(connection).intact
    rewritten = CliRunner().invoke(ledger, verify_with)
    assert (rewritten.exit_code, "row 40 is not the row that was anchored" in rewritten.output) == (1, True)
    connection.close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "is no list of heads"),
        ('[{"row": 5}]', "is no list of heads"),
        ("5:" + "0" * 64 + "\n5:" + "1" * 64, "contradict each other about row 5"),
    ],
)
def test_bad_anchors_are_named(path: Path, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "heads"
    file.write_text(text)
    said = CliRunner().invoke(
        ledger, ["verify", "--data", str(path.parent), "--anchors", str(file)], env={"COLUMNS": "300"}
    )
    assert said.exit_code != 0
    assert words in said.output


def test_the_answer_of_the_operators_api_is_a_list_of_anchors(path: Path, rows: list[Stored], tmp_path: Path) -> None:
    file = tmp_path / "heads.json"
    file.write_text(f'[{{"row": 9000, "hash": "{rows[8999][-1].hex()}", "at": 5}}]')
    said = CliRunner().invoke(ledger, ["verify", "--data", str(path.parent), "--anchors", str(file)])
    assert said.exit_code == 0
    assert "1 heads kept elsewhere fit it, up to row 9000" in said.output


def forge(connection: sqlite3.Connection) -> None:
    """Compute the whole chain anew, as somebody with the file could."""
    prev = GENESIS
    for seq, at, kind, subject, body in connection.execute(
        "SELECT seq, at, kind, subject, body FROM ledger ORDER BY seq"
    ).fetchall():
        digest = chain.row_hash(prev, seq, at, kind, subject, body)
        connection.execute("UPDATE ledger SET prev = ?, hash = ? WHERE seq = ?", (prev, digest, seq))
        prev = digest
