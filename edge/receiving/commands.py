"""`aisle trace BATCH`."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from sqlite_utils import Database

from cloud_sync.contract.item import gtin14
from cloud_sync.pages.format import exact
from edge.proof.records import read_shop
from edge.store.reading import reading_ledger
from edge.views.trace import Stay, Trace
from edge.views.trace import trace as find

SHOWN = 30


def trace(
    batch: Annotated[str, typer.Argument(help="Batch or lot number, as it is printed on the goods")],
    item: Annotated[str, typer.Option(help="Of this item only (barcode)")] = "",
    data: Annotated[Path, typer.Option(help="The gateway's data folder")] = Path("var/gateway"),
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON")] = False,
) -> None:
    """Where a batch came from, how cold it was kept, who may have bought of it and how much is left."""
    out, err = Console(), Console(stderr=True)
    try:
        wanted = gtin14(item) if item else ""
    except ValueError as error:
        err.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(2) from error
    with reading_ledger(data) as connection:
        found = find(Database(connection), batch.strip(), time.time_ns() // 1_000_000, wanted)
        zone = read_shop(connection).timezone
    if as_json:
        sys.stdout.write(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2) + "\n")
    elif not found:
        err.print(f"No batch {escape(batch)} was ever checked in here.")
        raise typer.Exit(1)
    else:
        for one in found:
            _show(out, one, zone)


def _show(out: Console, one: Trace, zone: str) -> None:
    """One batch in a few lines."""

    def say(words: str) -> None:
        out.print(escape(words), soft_wrap=True, highlight=False)

    say(f"Batch {one.batch} of {one.name or one.item} ({one.item})")
    for sheet in one.sheets:
        came = f"  sheet {sheet.number}: {sheet.quantity} from {sheet.source or 'nobody named'}, opened"
        say(f"{came} {exact(sheet.opened_at, zone)} by {sheet.opened_by}; {sheet.state}")
        measured = (
            "not measured" if sheet.warmest is None else f"{_degrees(sheet.coldest)} to {_degrees(sheet.warmest)}"
        )
        signed = f", signed {exact(sheet.signed_at, zone)} by {sheet.signed_by}" if sheet.signed_at else ""
        say(f"    {measured}, good until {sheet.expires or 'no date'}{signed}{': ' + sheet.why if sheet.why else ''}")
        if sheet.decided_at:
            say(f"    decided {exact(sheet.decided_at, zone)} by {sheet.decided_by}: {sheet.decided}")
    for stay in one.stays:
        say(f"  {_lay(stay, zone)}")
    if not one.stays:
        say("  nobody said in which fridge it lay")
    say(f"  accepted {one.accepted}, held {one.held}, sent back {one.rejected}")
    say(f"  certainly sold {one.sold}, thrown away {one.wasted}; {one.unnamed} left since without a batch's name")
    say(f"  left: between {one.left_least} and {one.left_most}")
    for bought in one.receipts[:SHOWN]:
        word = "this batch" if bought.certain else "perhaps this batch"
        say(f"  {exact(bought.at, zone)} {bought.till} receipt {bought.receipt}: {bought.quantity}, {word}")
    if (rest := len(one.receipts) - SHOWN + one.more_receipts) > 0:
        say(f"  and {rest} receipts more; --json has them")


def _lay(stay: Stay, zone: str) -> str:
    until = exact(stay.until, zone) if stay.until else "now"
    kept = "no temperature on record"
    if stay.warmest is not None:
        kept = f"{_degrees(stay.coldest)} to {_degrees(stay.warmest)}"
    over = f", {len(stay.excursions)} excursions" if stay.excursions else ""
    return f"in {stay.name} from {exact(stay.since, zone)} until {until}: {kept}{over}"


def _degrees(centi: int | None) -> str:
    return "?" if centi is None else f"{centi / 100:.1f} °C"
