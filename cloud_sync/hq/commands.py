"""`aisle hq …` runs and tends head office; `aisle prices …` talks to a running one."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console

from cloud_sync.hq.discounts import read_discounts, read_rules, say_rules
from cloud_sync.hq.enrolment import approve as approve_key
from cloud_sync.hq.enrolment import keys_of, new_code
from cloud_sync.hq.goods import send_goods
from cloud_sync.hq.ledger_heads import list_heads
from cloud_sync.hq.listen import parse_place
from cloud_sync.hq.office import HqError, Office, open_office
from cloud_sync.hq.operators import add_operator, new_session
from cloud_sync.hq.price_commands import prices
from cloud_sync.hq.serve import Running, Settings, run
from cloud_sync.hq.stock_requests import open_requests
from cloud_sync.hq.stores import add_store, get_store, list_stores

__all__ = ["hq", "prices"]

hq = typer.Typer(help="Head office: run it, add stores, approve gateways.", no_args_is_help=True)
store_app = typer.Typer(help="Stores.", no_args_is_help=True)
operator_app = typer.Typer(help="Operators' accounts.", no_args_is_help=True)
hq.add_typer(store_app, name="store")
hq.add_typer(operator_app, name="operator")

Data = Annotated[Path, typer.Option("--data", envvar="AISLE_HQ_DATA", help="Head office's data folder.")]
HERE = Path("hq-data")
T = TypeVar("T")


@hq.command("run")
def run_hq(
    data: Data = HERE,
    listen: Annotated[str, typer.Option(help="HOST:PORT for the stores.")] = "127.0.0.1:8600",
    console: Annotated[str, typer.Option(help="HOST:PORT for operators.")] = "127.0.0.1:8601",
    tls: Annotated[str, typer.Option(help="auto: own certificate in DATA/tls; off: this machine only.")] = "",
    cert: Annotated[Path | None, typer.Option(help="A certificate chain of your own (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="The key of --cert (PEM).")] = None,
    host_name: Annotated[list[str] | None, typer.Option(help="Names in the own certificate.")] = None,
) -> None:
    """Run head office until it is told to stop."""
    out = Console()
    try:
        places = parse_place(listen), parse_place(console)
        plain = places[0].loopback and places[1].loopback
        mode = "files" if cert or key else tls or ("off" if plain else "auto")
        if mode not in ("auto", "off", "files"):
            raise RuntimeError(f"--tls is auto or off, not {mode!r}")
        run(Settings(data, *places, mode, tuple(host_name or ()), cert, key), lambda at: _say_running(out, at))
    except (RuntimeError, ValueError, HqError) as error:
        _fail(str(error))


@store_app.command("add")
def store_add(
    store: str,
    name: Annotated[str, typer.Option(help="What people call it.")],
    currency: Annotated[str, typer.Option(help="Three letters.")] = "EUR",
    timezone: Annotated[str, typer.Option(help="Such as Europe/Zagreb.")] = "UTC",
    data: Data = HERE,
) -> None:
    """Register a store and print the code to type at its gateway."""
    _with_office(data, lambda office: add_store(office, store, name, currency, timezone))
    store_code(store, data)


@store_app.command("code")
def store_code(store: str, data: Data = HERE) -> None:
    """Print a new enrolment code; the one before ends."""
    made = _with_office(data, lambda office: new_code(office, store))
    typer.echo(made.code)


@store_app.command("list")
def store_list(data: Data = HERE) -> None:
    """List the stores."""
    for store in _with_office(data, list_stores):
        typer.echo(f"{store.id}\t{store.name}\t{store.currency}\t{store.timezone}")


@hq.command("approve")
def approve(
    store: str,
    fingerprint: Annotated[str, typer.Option(help="The key to approve, where several ask.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; the fingerprint was compared.")] = False,
    data: Data = HERE,
) -> None:
    """Approve a gateway's key, once its fingerprint is the one that the gateway shows."""
    asking = [key for key in _with_office(data, lambda o: keys_of(o, store)) if key.status == "pending"]
    for key in asking:
        typer.echo(f"{key.fingerprint}\t{key.gateway}")
    if not fingerprint:
        if len(asking) != 1:
            _fail(f"{len(asking)} keys ask for store {store}; name one with --fingerprint")
        fingerprint = asking[0].fingerprint
        if not yes and not typer.confirm("Does the gateway show the same fingerprint?"):
            _fail("nothing was approved")
    key = _with_office(data, lambda o: approve_key(o, store, fingerprint, "command line"))
    typer.echo(f"approved\t{key.store}\t{key.fingerprint}")


@hq.command("heads")
def heads(
    store: str,
    last: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest first.")] = 500,
    data: Data = HERE,
) -> None:
    """Print the heads of a store's ledger, for `aisle ledger verify --anchors` at the gateway."""
    for head in _with_office(data, lambda office: list_heads(office, store, last)):
        typer.echo(f"{head.row}:{head.hash}")


@hq.command("requests")
def requests(
    store: Annotated[str | None, typer.Argument(help="Of one store; of all when left out.")] = None,
    data: Data = HERE,
) -> None:
    """Print what stores ask for: store, item, name, how urgent, how many are free, and when (UTC)."""
    for one in _with_office(data, lambda office: open_requests(office, store)):
        at = datetime.fromtimestamp(one.at // 1000, UTC).isoformat(timespec="seconds")
        typer.echo(f"{one.store}\t{one.item}\t{one.name}\t{one.level}\t{one.free}\t{at}")


@hq.command("discounts")
def discounts(
    store: str,
    file: Annotated[Path | None, typer.Argument(help="TOML; replaces all rules of the store.")] = None,
    data: Data = HERE,
) -> None:
    """Order a store's discount rules for member tiers, or print what it was ordered last."""
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            _fail(f"{file} cannot be read: {error}")
        _with_office(data, lambda office: _order_discounts(office, store, text))
    ordered = _with_office(data, lambda office: read_discounts(office, store))
    if ordered is None:
        _fail(f"{store} was never ordered any discount rules")
    typer.echo(f"order {ordered.sequence}, {len(ordered.rules)} rules, by {ordered.author}")
    for line in say_rules(ordered.rules):
        typer.echo(line)


def _order_discounts(office: Office, store: str, text: str) -> None:
    send_goods(office, store, [read_rules(text, get_store(office, store).timezone)], "command line")


@operator_app.command("add")
def operator_add(
    name: str,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read it from standard input.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Give an existing account a new password.")] = False,
    data: Data = HERE,
) -> None:
    """Make an operator's account."""
    if password_stdin:
        password = sys.stdin.readline(1000).rstrip("\r\n")
    else:
        password = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    _with_office(data, lambda office: add_operator(office, name, password, replace=replace))


@operator_app.command("token")
def operator_token(
    name: str,
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good.")] = 30,
    data: Data = HERE,
) -> None:
    """Print a bearer token for programs."""
    typer.echo(_with_office(data, lambda office: new_session(office, name, days * 24)))


def _with_office(data: Path, act: Callable[[Office], T]) -> T:
    """Open the data folder for one act; errors become one line and exit code 1."""
    try:
        office = open_office(data)
    except (OSError, RuntimeError) as error:
        _fail(str(error))
    try:
        return act(office)
    except HqError as error:
        _fail(str(error))
    finally:
        office.db.close()


def _fail(why: str) -> NoReturn:
    typer.secho(f"✗ {why}", fg="red", err=True)
    raise typer.Exit(1)


def _say_running(out: Console, at: Running) -> None:
    out.print(f"Head office, stores:  [bold]{at.stores_url}[/]")
    out.print(f"Head office, console: [bold]{at.console_url}[/]")
    if at.trust is not None:
        out.print(f"Gateways trust it by: {at.trust}")
