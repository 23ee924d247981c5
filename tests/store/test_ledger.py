"""The ledger: whatever is done to a row of the past, verification says which row."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.commands import ledger as command
from edge.store.database import open_for_writing
from edge.store.ledger import Head, read_head, row_hash, verify
from tests.store.rig import ledger_of, opened, tell

ROWS = 5


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A data folder's database with a small ledger."""
    path = tmp_path / "store.db"
    with opened(path) as store:
        for n, name in enumerate(("till-1", "Čaj", "酱油", "label-9", ""), 1):
            store.run(lambda tx, n=n, name=name: tell(tx, name, n=n, text="priče")).result()  # type: ignore[misc]
    return path


@pytest.fixture
def sql(path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody with a writer's access and bad intentions."""
    connection = open_for_writing(path)
    yield connection
    connection.close()


def test_an_untouched_ledger_holds(sql: sqlite3.Connection) -> None:
    verdict = verify(sql)
    assert (verdict.intact, verdict.rows, verdict.head) == (True, ROWS, read_head(sql))


def test_every_flipped_bit_is_found_and_its_row_named(sql: sqlite3.Connection) -> None:
    flips = 0
    for row in range(1, ROWS + 1):
        for column in ("kind", "subject", "body", "prev", "hash"):
            raw = sql.execute(f"SELECT CAST({column} AS BLOB) FROM ledger WHERE seq = ?", (row,)).fetchone()[0]
            text = column in ("kind", "subject", "body")
            for place in range(len(raw)):
                changed = bytearray(raw)
                changed[place] ^= 1 << place % 8
                sql.execute("BEGIN")
                value = "CAST(? AS TEXT)" if text else "?"
                sql.execute(f"UPDATE ledger SET {column} = {value} WHERE seq = ?", (bytes(changed), row))
                verdict = verify(sql)
                sql.execute("ROLLBACK")
                assert not verdict.intact, f"{column} of row {row}, byte {place}"
                assert verdict.rows == row - 1
                flips += 1
    assert flips > 400
    assert verify(sql).intact


@pytest.mark.parametrize(
    ("wrong", "fault", "rows"),
    [
        ("UPDATE ledger SET at = at + 1 WHERE seq = 2", "row 2 was changed", 1),
        ("UPDATE ledger SET at = 'then' WHERE seq = 2", "row 2 was changed", 1),
        ("UPDATE ledger SET body = CAST(body AS BLOB) WHERE seq = 3", "row 3 was changed", 2),
        ("UPDATE ledger SET prev = hex(prev) WHERE seq = 3", "row 3 does not follow row 2", 2),
        ("UPDATE ledger SET kind = kind || subject, subject = '' WHERE seq = 1", "row 1 was changed", 0),
        ("DELETE FROM ledger WHERE seq = 3", "row 3 is missing", 2),
        ("DELETE FROM ledger WHERE seq = 1", "row 1 is missing", 0),
        ("UPDATE ledger SET seq = -seq WHERE seq = 5", "row 1 is missing", 0),
        (
            "UPDATE ledger SET seq = seq - 5 WHERE seq IN (2, 3); UPDATE ledger SET seq = -seq WHERE seq < 0",
            "row 2 does not follow row 1",
            1,
        ),
        ("INSERT INTO ledger SELECT seq + 1, at, kind, subject, body, prev, hash FROM ledger WHERE seq = 5",
         "row 6 does not follow row 5", 5),
    ],
)  # fmt: skip
def test_what_was_done_is_named(sql: sqlite3.Connection, wrong: str, fault: str, rows: int) -> None:
    sql.executescript(wrong)
    verdict = verify(sql)
    assert (verdict.fault, verdict.rows) == (fault, rows)


def test_a_tail_that_was_cut_off_is_found_with_an_anchor(sql: sqlite3.Connection) -> None:
    anchor = read_head(sql)
    sql.execute("DELETE FROM ledger WHERE seq > 3")
    assert verify(sql).intact  # the rest is a ledger by itself: this is what the anchor is for
    assert verify(sql, anchor).fault == "rows 4 to 5 were cut off"


def test_a_past_that_was_written_anew_is_found_with_an_anchor(sql: sqlite3.Connection) -> None:
    """Whoever has the file can compute a whole new chain. It does not lead to the head that was kept elsewhere."""
    anchor = read_head(sql)
    sql.execute("UPDATE ledger SET body = '{}' WHERE seq = 2")
    _forge(sql)
    assert verify(sql).intact
    assert verify(sql, anchor).fault == "row 5 is not the row that was anchored"
    assert verify(sql, Head(5, bytes(32))).fault == "row 5 is not the row that was anchored"


def test_an_old_anchor_holds_while_the_ledger_grows(path: Path) -> None:
    with opened(path) as store:
        with store.reading() as db:
            anchor = read_head(db.conn)
        store.run(lambda tx: tell(tx, "later")).result()
        with store.reading() as db:
            assert verify(db.conn, anchor).rows == ROWS + 1


def test_no_two_rows_spell_the_same_bytes() -> None:
    rows = [
        ("ab", "c", "d"),
        ("a", "bc", "d"),
        ("a", "b", "cd"),
        ("", "abcd", ""),
        ("1:a", "b", "cd"),
        ("a", "1:b", "cd"),
    ]
    assert len({row_hash(bytes(32), 1, 1, *row) for row in rows}) == len(rows)


def run(*words: str) -> tuple[int, str]:
    """`aisle ledger …`: exit status, and all that it said."""
    result = CliRunner().invoke(command, list(words), env={"COLUMNS": "300"})
    return result.exit_code, result.output


def test_the_command_proves_an_intact_ledger_and_prints_its_head(path: Path) -> None:
    status, said = run("verify", "--data", str(path.parent))
    assert status == 0
    found = re.search(r"intact: 5 rows, head (5:[0-9a-f]{64})", said)
    assert found
    assert run("verify", "--data", str(path.parent), "--anchor", found[1])[0] == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("UPDATE ledger SET body = '{}' WHERE seq = 2", "row 2 was changed. The first 1 rows hold"),
        ("DELETE FROM ledger WHERE seq > 3", "rows 4 to 5 were cut off"),
    ],
)
def test_the_command_names_what_is_wrong(path: Path, wrong: str, words: str) -> None:
    _, said = run("verify", "--data", str(path.parent))
    head = said.split("head ")[1].strip().replace("\n", "")
    connection = open_for_writing(path)
    connection.execute(wrong)
    connection.close()
    status, said = run("verify", "--data", str(path.parent), "--anchor", head)
    assert status == 1
    assert words in said


def test_the_command_says_what_it_needs(tmp_path: Path, path: Path) -> None:
    status, said = run("verify", "--data", str(tmp_path / "nowhere"))
    assert (status, "does not exist" in said) == (2, True)
    status, said = run("verify", "--data", str(path.parent), "--anchor", "5:zz")
    assert (status, "NUMBER:HASH" in said) == (2, True)


def test_the_command_is_clear_about_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"garbage" * 1000)
    for verb in ("verify", "show"):
        status, said = run(verb, "--data", str(tmp_path))
        assert (status, "not a database" in said) == (2, True)


def test_a_data_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "50% off #1?"
    folder.mkdir()
    with opened(folder / "store.db") as store:
        store.run(lambda tx: tell(tx, "one")).result()
        assert ledger_of(store) == ["one"]
    assert run("verify", "--data", str(folder))[0] == 0


def test_the_command_shows_rows_as_json_lines(path: Path) -> None:
    status, said = run("show", "--data", str(path.parent), "--about", "酱油")
    assert status == 0
    assert '"subject": "\\u9171\\u6cb9"' in said
    assert len(said.splitlines()) == 1


def _forge(sql: sqlite3.Connection) -> None:
    prev = bytes(32)
    for seq, at, kind, subject, body in sql.execute(
        "SELECT seq, at, kind, subject, body FROM ledger ORDER BY seq"
    ).fetchall():
        digest = row_hash(prev, seq, at, kind, subject, body)
        sql.execute("UPDATE ledger SET prev = ?, hash = ? WHERE seq = ?", (prev, digest, seq))
        prev = digest
