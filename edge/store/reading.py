"""Opening a gateway's store of record from the command line, to read."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape

from edge.store.database import open_for_reading


@contextmanager
def reading_ledger(data: Path) -> Iterator[sqlite3.Connection]:
    """The store of record in this data folder; what cannot be read ends the command with words and status 2."""
    err, path = Console(stderr=True), data / "store.db"
    if not path.exists():
        err.print(f"[red]{escape(str(path))} does not exist; name the gateway's data folder with --data[/red]")
        raise typer.Exit(2)
    database = open_for_reading(path)
    try:
        yield database.conn
    except sqlite3.DatabaseError as error:
        err.print(f"[red]{escape(str(path))} cannot be read: {error}[/red]")
        raise typer.Exit(2) from error
    finally:
        database.close()
