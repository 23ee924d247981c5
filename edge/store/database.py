"""Opening the database file: pragmas, numbered schema files, and a refusal to open a newer one."""

import sqlite3
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from sqlite_utils import Database

STATEMENTS = 512
"""Prepared statements kept by a connection: more than the gateway has, or it would prepare the common ones anew."""


class SchemaError(Exception):
    """The file cannot be used with this program; the message says why and what to do."""


def schema_files() -> list[tuple[int, Traversable]]:
    """The numbered schema files, in order: each brings the database from one version to the next."""
    found = [
        (int(entry.name.removesuffix(".sql")), entry)
        for entry in files("edge.store").joinpath("schema").iterdir()
        if entry.name.endswith(".sql")
    ]
    return sorted(found, key=lambda pair: pair[0])


def open_for_writing(path: Path | str) -> sqlite3.Connection:
    """The writer's connection, migrated. Raises SchemaError.

    WAL keeps readers and the writer apart; synchronous=FULL makes a commit survive a power cut. Transactions are
    begun and ended by hand (`isolation_level=None`), so that a group of works shares one commit.
    """
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=10, cached_statements=STATEMENTS
    )
    try:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}")
        _migrate(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise SchemaError(f"{path} cannot be used: {error}. If it is damaged, restore a backup.") from error
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path | str) -> Database:
    """A reader that sees the last commit and can change nothing."""
    connection = sqlite3.connect(
        f"{Path(path).absolute().as_uri()}?mode=ro",
        uri=True, check_same_thread=False, timeout=10, cached_statements=STATEMENTS,
    )  # fmt: skip
    connection.execute("PRAGMA query_only=ON")
    return Database(connection)


def _migrate(connection: sqlite3.Connection) -> None:
    """Apply the schema files that are missing, each in one transaction, so that a kill leaves a whole version."""
    (at,) = connection.execute("PRAGMA user_version").fetchone()
    known = schema_files()
    newest = known[-1][0]
    if at > newest:
        raise SchemaError(
            f"the database has schema {at}, this program knows {newest}."
            " Install the newer program, or restore a backup."
        )
    for number, file in known:
        if number > at:
            try:
                connection.executescript(
                    f"BEGIN IMMEDIATE;\n{file.read_text()}\nPRAGMA user_version={number};\nCOMMIT;"
                )
            except sqlite3.Error as error:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise SchemaError(
                    f"schema {number} could not be applied, the database stays at {at}: {error}"
                ) from error
            at = number
