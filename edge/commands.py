"""`aisle gateway …` and `aisle ledger …`."""

import asyncio
import json
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from edge.alone import AlreadyRunning
from edge.config import ConfigError, read_config
from edge.proof.commands import as_of
from edge.starting import importing
from edge.store.database import SchemaError
from edge.store.ledger import Head, verify
from edge.store.reading import reading_ledger

gateway = typer.Typer(no_args_is_help=True, help="The box in the shop.")
ledger = typer.Typer(no_args_is_help=True, help="What was shown and charged, and proof that nobody changed the record.")
out = Console()
err = Console(stderr=True)
ledger.command("as-of")(as_of)


@gateway.command()
def run(config: Annotated[Path, typer.Argument(help="TOML file; see docs/operations.md")]) -> None:
    """Run the gateway until it is told to stop (Ctrl-C or SIGTERM)."""
    with importing():
        from edge.gateway import Gateway  # heavy; `aisle --help` should not wait for it

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
    anchor: Annotated[list[str] | None, typer.Option(help="A head kept elsewhere, as NUMBER:HASH; repeatable")] = None,
    anchors: Annotated[list[Path] | None, typer.Option(help="Heads from `aisle hq heads STORE`, in a file")] = None,
) -> None:
    """Check every row of the chain, and against heads that head office or you kept."""
    try:
        kept = _anchors(anchor or (), anchors or ())
    except ValueError as error:
        err.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(2) from error
    with reading_ledger(data) as connection:
        verdict = verify(connection, *kept)
    if verdict.intact:
        out.print(f"[green]intact[/green]: {verdict.rows} rows, head {verdict.head.seq}:{verdict.head.hash.hex()}")
        if kept:
            out.print(f"{len(kept)} heads kept elsewhere fit it, up to row {max(one.seq for one in kept)}")
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
    with reading_ledger(data) as connection:
        rows = connection.execute(query, values).fetchall()
    for seq, at, kind, subject, body in reversed(rows):
        sys.stdout.write(
            json.dumps({"seq": seq, "at": at, "kind": kind, "subject": subject, "body": json.loads(body)}) + "\n"
        )


def _anchors(given: Sequence[str], files: Sequence[Path]) -> list[Head]:
    """Heads kept elsewhere. Raises ValueError with words."""
    found = []
    for text in given:
        try:
            found.append(_anchor(text))
        except ValueError as error:
            raise ValueError("--anchor takes NUMBER:HASH, as an earlier verification printed it") from error
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
            if text.lstrip().startswith("["):
                found += [_anchor(f"{one['row']}:{one['hash']}") for one in json.loads(text)]
            else:
                found += [_anchor(line.split()[0]) for line in text.splitlines() if line.strip()]
        except OSError as error:
            raise ValueError(f"{file} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{file} is no list of heads; make one with `aisle hq heads STORE`") from error
    return found


def _anchor(text: str) -> Head:
    number, _, digest = text.partition(":")
    return Head(int(number), bytes.fromhex(digest))
