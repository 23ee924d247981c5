"""`aisle backup` and `aisle restore`: a copy of all that a gateway knows, and going on from it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from edge.alone import AlreadyRunning
from provisioning.backup import BackupError, Copied, Say, make_backup
from provisioning.restore import Restored, restore_backup

Data = Annotated[Path, typer.Option(help="The gateway's data folder.", file_okay=False)]
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; an older backup there is replaced.", dir_okay=False)],
    data: Data = Path("var/gateway"),
) -> None:
    """Copy all that a gateway knows into one file, while it runs."""
    with _telling() as said:
        copied = make_backup(data, file, said)
    out.print(f"[green]backed up[/green] to {escape(str(file))}: {_what(copied)}; pages and ledger checked")
    out.print("It holds the gateway's key and the tills' passwords: keep it as you keep a key, on another disk.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `aisle backup` wrote.", dir_okay=False)],
    data: Data = Path("var/gateway"),
) -> None:
    """Go on from a backup. Refuses while a gateway runs on the folder, and keeps what was there."""
    with _telling() as said:
        restored = restore_backup(data, file, said, lambda: time.time_ns() // 1_000_000)
    _tell(file, restored)


def _tell(file: Path, restored: Restored) -> None:
    """What was done, and what a person has to do now, in this order."""
    last = _time(restored.copied.until)
    out.print(f"[green]restored[/green] from {escape(str(file))}: {_what(restored.copied)}; pages and ledger checked")
    if restored.aside is not None:
        out.print(f"What was here before is kept in {escape(str(restored.aside))}")
    if restored.brought:
        out.print(f"From the backup as well: {', '.join(restored.brought)}. The box they come from must not run again.")
    out.print(
        f"""
What the shop did after {last} is not in this copy. So no device is believed: {restored.labels} labels and \
{restored.tills} tills are out of service, and every price waits until you have put them back:

 1. Close the tills and cover the shelves, or close the shop. A till that asks for leases stops by itself.
 2. Start the gateway. It goes on under the new epoch {restored.epoch}, after {restored.former}: head office sees a new
    life, keeps all that it has, and counts nothing twice. It sends all prices since the copy again.
 3. Leave the tills switched on: they are asked for what the copy lacks. Go on when none has anything left to send.
 4. Take each label off its shelf, bind it under Labels, and put it back when it shows its price.
 5. Begin a new journal on each till and take it into service under Settings: it gets a new password and all prices.

What a till was receipted for after the copy, and had not reached head office, is lost with the old disk."""
    )


def _what(copied: Copied) -> str:
    return (
        f"{copied.head.seq:,} ledger rows up to {_time(copied.until)}, {copied.size / 2**20:.1f} MB,"
        f" head {copied.head.seq}:{copied.head.hash.hex()}"
    )


def _time(at: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at / 1000)) if at else "its beginning"


@contextmanager
def _telling() -> Iterator[Say]:
    """A progress bar; what goes wrong ends the command with words and status 2."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=err, transient=True) as progress:
            task = progress.add_task("opening", total=None)

            def said(words: str, done: float) -> None:
                progress.update(task, description=words, total=1.0 if done else None, completed=done)

            yield said
    except (BackupError, AlreadyRunning) as error:
        err.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(2) from error
