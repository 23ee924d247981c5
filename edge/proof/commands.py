"""`aisle ledger as-of`: what a label showed, what a till charged, and whether a receipt was right."""

import json
import sqlite3
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edge.console.figures import Figures
from edge.proof.asking import Unanswerable, judged, timelines
from edge.proof.moments import clock, parse_moment
from edge.proof.plain import plain_answer, plain_judgement
from edge.proof.receipt import Judgement, Verdict
from edge.proof.records import ShopFacts, read_shop
from edge.proof.timeline import Timeline
from edge.proof.words import VERDICTS, say_evidence, say_face, say_line, say_sale_time, say_story, say_sum
from edge.store.reading import reading_ledger

_COLOURS = {Verdict.FINE: "green", Verdict.POSSIBLE: "yellow", Verdict.OVERCHARGE: "red"}


@dataclass(frozen=True, slots=True)
class _Teller:
    """How answers are told: on the shop's clock and in its money."""

    out: Console
    facts: ShopFacts

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.facts.timezone)

    def money(self, minor: int | None) -> str:
        return Figures("en", self.facts.currency).money(minor)


def as_of(
    label: Annotated[str, typer.Option(help="What did this label show?")] = "",
    till: Annotated[str, typer.Option(help="What did this till charge? Name the item with --item.")] = "",
    item: Annotated[str, typer.Option(help="An item (GTIN); alone: all its labels and all tills.")] = "",
    at: Annotated[str, typer.Option(help="2026-11-02T10:42:00 on the shop's clock, or epoch milliseconds.")] = "",
    receipt: Annotated[str, typer.Option(help="Judge this receipt, line by line.")] = "",
    grace_minutes: Annotated[float | None, typer.Option(help="Another grace window than the shop's.", min=0)] = None,
    data: Annotated[Path, typer.Option(help="The gateway's data folder")] = Path("var/gateway"),
    as_json: Annotated[bool, typer.Option("--json", help="Plain data instead of words.")] = False,
) -> None:
    """Say what was shown and charged at a time, as honest intervals with their evidence; or judge a receipt."""
    with reading_ledger(data) as sql:
        teller = _Teller(Console(), read_shop(sql))
        try:
            if receipt:
                grace = None if grace_minutes is None else round(grace_minutes * 60_000)
                _tell_receipts(teller, judged(sql, receipt, grace), as_json)
                return
            moment = _moment(sql, at, teller.zone)
            found = timelines(sql, label, till, item)
            lines = [(line, False) for line in found.labels] + [(line, True) for line in found.tills]
            _tell_answers(teller, lines, moment, as_json)
        except Unanswerable as error:
            Console(stderr=True).print(f"[red]{escape(str(error))}[/red]")
            raise typer.Exit(2) from error


def _moment(sql: sqlite3.Connection, at: str, zone: ZoneInfo) -> int:
    if not at:
        raise Unanswerable("say when with --at, such as --at 2026-11-02T10:42:00; or judge a receipt with --receipt")
    try:
        moment = parse_moment(at, zone)
    except ValueError as error:
        raise Unanswerable(str(error)) from error
    first, last = sql.execute("SELECT MIN(at), MAX(at) FROM ledger").fetchone()
    if first is None:
        raise Unanswerable("the ledger is empty: nothing was shown or charged yet")
    if moment < first:
        raise Unanswerable(f"the ledger begins at {clock(first, zone)}; nothing is on record before it")
    if moment > max(last, time.time_ns() // 1_000_000):
        raise Unanswerable(f"{clock(moment, zone)} has not come yet; ask about the past")
    return moment


def _tell_answers(teller: _Teller, found: Sequence[tuple[Timeline, bool]], moment: int, as_json: bool) -> None:
    if as_json:
        _print_json([plain_answer(line, moment) for line, _ in found])
        return
    out, zone = teller.out, teller.zone
    for line, is_till in found:
        answer = line.at(moment)
        out.print(f"[bold]{escape(line.device)}[/bold] at {clock(moment, zone)} ({teller.facts.timezone})")
        out.print("  " + escape(say_story(line.story(moment), teller.money, zone, moment, till=is_till)))
        if answer.doubtful_clock:
            out.print(
                "  [yellow]the gateway's clock was set back around then; every possible answer is listed[/yellow]"
            )
        table = Table(box=None, padding=(0, 2), show_edge=False)
        for heading in ("may have charged" if is_till else "may have shown", "item", "picture", "evidence"):
            table.add_column(heading, style="dim" if heading == "picture" else "")
        for face in answer.look.faces:
            proofs = "\n".join(say_evidence(one, zone, moment) for one in face.evidence)
            table.add_row(say_face(face, teller.money), face.item, face.pixels[:12] or "–", escape(proofs))
        if answer.look.faces:
            out.print(table)
        out.print()


def _tell_receipts(teller: _Teller, found: Sequence[Judgement], as_json: bool) -> None:
    if as_json:
        _print_json([plain_judgement(one) for one in found])
        return
    for one in found:
        teller.out.print(f"[bold]receipt {escape(one.receipt)}[/bold] of {escape(one.till)}, row {one.row.seq}")
        teller.out.print("  " + escape(say_sale_time(one, teller.zone)))
        teller.out.print(f"  a price counts as shown for {one.grace_ms / 60_000:g} min after it left a label")
        table = Table(box=None, padding=(0, 2), show_edge=False)
        for heading in ("item", "charged", "verdict", "why"):
            table.add_column(heading)
        for line in one.lines:
            colour = _COLOURS[line.verdict]
            why = say_line(line, teller.money, teller.zone, one.time.end)
            per = "" if line.per == "each" else f" / {line.per}"
            charged = f"{teller.money(line.charged)}{per} (v{line.version})"
            table.add_row(line.item, charged, f"[{colour}]{VERDICTS[line.verdict]}[/{colour}]", escape(why))
        teller.out.print(table)
        teller.out.print("  " + escape(say_sum(one, teller.money)))
        rows = ", ".join(f"{proof.seq}:{proof.hash[:8]}" for proof in one.evidence)
        teller.out.print(f"  [dim]evidence rows {rows or 'none'}; the sale {one.row.seq}:{one.row.hash[:8]}[/dim]")


def _print_json(found: Any) -> None:
    sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
