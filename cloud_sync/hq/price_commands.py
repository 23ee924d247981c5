"""`aisle prices …`: push a price file to a store and see what became of it."""

from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cloud_sync.hq.client import HqClient, HqSaidNo
from cloud_sync.pages.format import money

prices = typer.Typer(help="Price lists: push a file, see what landed.", no_args_is_help=True)

Store = Annotated[str, typer.Option("--store", help="The store's id.")]
Url = Annotated[str, typer.Option("--hq", envvar="AISLE_HQ_URL", help="Head office's console address.")]
Token = Annotated[str, typer.Option("--token", envvar="AISLE_HQ_TOKEN", help="A token of `aisle hq operator`.")]
User = Annotated[str, typer.Option("--user", envvar="AISLE_HQ_USER", help="An operator's name.")]
Password = Annotated[str, typer.Option("--password", envvar="AISLE_HQ_PASSWORD", help="Better by environment.")]
Trust = Annotated[Path | None, typer.Option("--ca", envvar="AISLE_HQ_CA", help="Trust this certificate file.")]
HERE = "http://127.0.0.1:8601"


@prices.command("push")
def push(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    store: Store,
    at: Annotated[
        str, typer.Option(help="From when: the store's local time, one with an offset, opening, closing, opening-day.")
    ] = "",
    until: Annotated[str, typer.Option(help="A promotion: it ends then, with the list's regular prices.")] = "",
    all_or_nothing_by: Annotated[str, typer.Option(help="A batch: all of it begins by then, or nothing does.")] = "",
    map: Annotated[list[str] | None, typer.Option(help="field=Header, such as price=Cijena.")] = None,  # noqa: A002
    rejects: Annotated[Path | None, typer.Option(help="Write rejected rows here, with the reasons.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    hq: Url = HERE,
    token: Token = "",
    user: User = "",
    password: Password = "",
    ca: Trust = None,
) -> None:
    """Push a price list: only what differs from the store's list goes into its change log."""
    out = Console()
    times = {"at": at, "until": until, "deadline": all_or_nothing_by}
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            step = progress.add_task(f"signing in to {hq}", total=3)
            with _client(hq, token, user, password, ca) as client:
                size = file.stat().st_size // 1024
                progress.update(step, advance=1, description=f"sending {file.name} ({size} kB)")
                done = client.push_file(store, file, times, map or (), dry_run)
                progress.update(step, advance=1, description="writing the rejects")
            if rejects is not None:
                rejects.write_text(done["rejects_csv"], encoding="utf-8")
            progress.update(step, advance=1)
    except (HqSaidNo, OSError) as error:
        _fail(str(error))
    _show_push(out, done, rejects, dry_run)


@prices.command("status")
def status(
    store: Store,
    hq: Url = HERE,
    token: Token = "",
    user: User = "",
    password: Password = "",
    ca: Trust = None,
) -> None:
    """Show what became of everything that was pushed to a store, and why some of it waits."""
    out = Console()
    try:
        with _client(hq, token, user, password, ca) as client:
            facts = client.store(store)["prices"]
            troubles = [(name, client.rows(store, name)) for name in ("held", "refused") if facts[name]]
    except HqSaidNo as error:
        _fail(str(error))
    out.print(_counts(facts, ("pushed", "landed", "pending", "held", "refused")))
    for name, found in troubles:
        table = Table(title=f"{name} ({found['total']})", title_justify="left")
        for heading in ("change", "item", "name", "price", "why"):
            table.add_column(heading)
        for row in found["rows"]:
            price = money(row["minor"], row["currency"])
            cells = (str(row["sequence"]), row["item"], row["name"], price, row["why"])
            table.add_row(*(Text(cell) for cell in cells))
        out.print(table)


def _client(url: str, token: str, user: str, password: str, ca: Path | None) -> HqClient:
    if not token and not (user and password):
        raise HqSaidNo("say who you are: --token, or --user and --password (or AISLE_HQ_TOKEN, AISLE_HQ_USER …)")
    return HqClient(url, token, user, password, ca)


def _show_push(out: Console, done: dict[str, Any], rejects: Path | None, dry_run: bool) -> None:
    out.print(_counts(done, ("rows", "accepted", "rejected", "changed", "unchanged")))
    for note, number in done["notes"].items():
        out.print(Text(f"  {number} × {note}"))
    for reject in done["rejects"][:10]:
        out.print(Text(f"  line {reject['line']}: {reject['reason']}", style="yellow"))
    if done["rejected"] > 10 or (done["rejected"] and rejects is not None):
        out.print(Text(f"  all rejects: {rejects}" if rejects else "  more: --rejects FILE writes them all"))
    if done["after_promotions"]:
        out.print(f"  {done['after_promotions']} of them land when a promotion of the item ends")
    if dry_run:
        out.print("Dry run: nothing was pushed.")
    elif done["sequences"]:
        first, last = done["sequences"][0], done["sequences"][-1]
        out.print(f"Pushed as changes {first} to {last}." if first != last else f"Pushed as change {first}.")
    else:
        out.print("Nothing differs from the store's list; nothing was pushed.")


def _counts(facts: dict[str, Any], names: tuple[str, ...]) -> Text:
    return Text(" · ".join(f"{name} {facts[name]:,}" for name in names))


def _fail(why: str) -> NoReturn:
    typer.secho(f"✗ {why}", fg="red", err=True)
    raise typer.Exit(1)
