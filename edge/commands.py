"""`aisle gateway …` and `aisle ledger …`."""

import asyncio
import json
import logging
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from edge.config import ConfigError, read_config
from edge.store.database import SchemaError, open_for_reading
from edge.store.ledger import Head, verify

gateway = typer.Typer(no_args_is_help=True, help="The box in the shop.")
ledger = typer.Typer(no_args_is_help=True, help="What was shown and charged, and proof that nobody changed the record.")
out = Console()
err = Console(stderr=True)


@gateway.command()
def run(config: Annotated[Path, typer.Argument(help="TOML file; see docs/operations.md")]) -> None:
    """Run the gateway until it is told to stop (Ctrl-C or SIGTERM)."""
    from edge.gateway import AlreadyRunning, Gateway  # heavy; `aisle --help` should not wait for it

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await Gateway(read_config(config)).run(stop)

    try:
        asyncio.run(main())
    except (ConfigError, AlreadyRunning, SchemaError) as error:
        err.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(2) from error


@gateway.command()
def check(config: Annotated[Path, typer.Argument()]) -> None:
    """Read a configuration and say what is wrong with it."""
    try:
        out.print_json(read_config(config).model_dump_json())
    except ConfigError as error:
        err.print(f"[red]{error}[/red]")
        raise typer.Exit(2) from error


@ledger.command("verify")
def verify_ledger(
    data: Annotated[Path, typer.Option(help="The gateway's data folder")] = Path("var/gateway"),
    anchor: Annotated[str, typer.Option(help="A head kept elsewhere, as NUMBER:HASH")] = "",
) -> None:
    """Check every row of the chain, and against a head that head office or you kept."""
    try:
        kept = _anchor(anchor) if anchor else None
    except ValueError as error:
        err.print("[red]--anchor takes NUMBER:HASH, as an earlier verification printed it[/red]")
        raise typer.Exit(2) from error
    with _reading(data) as connection:
        verdict = verify(connection, kept)
    if verdict.intact:
        out.print(f"[green]intact[/green]: {verdict.rows} rows, head {verdict.head.seq}:{verdict.head.hash.hex()}")
        return
    err.print(f"[red]not intact[/red]: {verdict.fault}. The first {verdict.rows} rows hold.")
    raise typer.Exit(1)


@ledger.command("show")
def show_ledger(
    data: Annotated[Path, typer.Option(help="The gateway's data folder")] = Path("var/gateway"),
    about: Annotated[str, typer.Option(help="Only rows about this device, item or change")] = "",
    last: Annotated[int, typer.Option(help="How many rows", min=1, max=100_000)] = 50,
) -> None:
    """Print the newest rows as JSON lines."""
    where, values = ("WHERE subject = ?", (about, last)) if about else ("", (last,))
    query = f"SELECT seq, at, kind, subject, body FROM ledger {where} ORDER BY seq DESC LIMIT ?"  # noqa: S608
    with _reading(data) as connection:
        rows = connection.execute(query, values).fetchall()
    for seq, at, kind, subject, body in reversed(rows):
        sys.stdout.write(
            json.dumps({"seq": seq, "at": at, "kind": kind, "subject": subject, "body": json.loads(body)}) + "\n"
        )


@contextmanager
def _reading(data: Path) -> Iterator[sqlite3.Connection]:
    """The store of record in this data folder, to read; what cannot be read ends the command with words."""
    path = data / "store.db"
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


def _anchor(text: str) -> Head:
    number, _, digest = text.partition(":")
    return Head(int(number), bytes.fromhex(digest))
