"""The schema is data: each file is applied whole or not at all, and a newer database is refused with words."""

import sqlite3
from pathlib import Path

import pytest

from edge.store import SchemaError, database
from edge.store.database import open_for_writing, schema_files


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        connection.close()


def with_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A program that knows one schema file more."""
    file = tmp_path / "next.sql"
    file.write_text(text)
    more = [*schema_files(), (schema_files()[-1][0] + 1, file)]
    monkeypatch.setattr(database, "schema_files", lambda: more)


def test_a_new_database_has_the_newest_schema_and_survives_power_cuts(tmp_path: Path) -> None:
    connection = open_for_writing(tmp_path / "store.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    connection.close()
    assert version(tmp_path / "store.db") == schema_files()[-1][0]


def test_schema_files_are_numbered_without_gaps() -> None:
    assert [number for number, _ in schema_files()] == list(range(1, len(schema_files()) + 1))


@pytest.mark.parametrize(
    "broken",
    [
        "CREATE TABLE extra (a); ALTER TABLE nowhere ADD COLUMN b;",
        "CREATE TABLE extra (a); this is no SQL;",
        "CREATE TABLE extra (a); INSERT INTO meta VALUES ('epoch', NULL);",
    ],
)
def test_a_failure_in_the_middle_leaves_the_version_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    path = tmp_path / "store.db"
    open_for_writing(path).close()
    before, had = version(path), tables(path)
    with monkeypatch.context() as patch:
        with_another(tmp_path, patch, broken)
        with pytest.raises(
            SchemaError, match=f"schema {before + 1} could not be applied, the database stays at {before}"
        ):
            open_for_writing(path)
    assert version(path) == before
    assert tables(path) == had
    with monkeypatch.context() as patch:  # the mended file goes through
        with_another(tmp_path, patch, "CREATE TABLE extra (a);")
        open_for_writing(path).close()
        assert (version(path), tables(path)) == (before + 1, had | {"extra"})


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_for_writing(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(SchemaError, match=r"has schema 99, this program knows \d+. Install the newer program"):
        open_for_writing(path)
    assert version(path) == 99


def test_a_file_that_is_no_database_is_refused_with_words(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(SchemaError, match="is not a database"):
        open_for_writing(path)
