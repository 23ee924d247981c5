"""`aisle inspect draw | answer | report`. Drawing and answering ask the running gateway; a report reads its records."""

import csv
import io
import json
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import httpx
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cloud_sync.contract.money import minor_digits
from edge.console.figures import Figures
from edge.inspect.amount import parse_amount
from edge.inspect.frame import By
from edge.inspect.plain import plain_inspection, walking_text
from edge.inspect.records import Inspection, list_inspections, read_inspection
from edge.inspect.report import Found, Report, Tally
from edge.proof.records import read_shop
from edge.store.reading import reading_ledger

inspect = typer.Typer(no_args_is_help=True, help="Check shelf prices on a random sample, as price inspectors do.")
out, err = Console(), Console(stderr=True)
Data = Annotated[Path, typer.Option(help="The gateway's data folder")]
Who = Annotated[str, typer.Option(envvar="AISLE_NAME", help="Your name at the console")]
Word = Annotated[str, typer.Option(envvar="AISLE_PASSWORD", help="Your password; asked for when not given")]
DATA = Path("var/gateway")
PATIENCE_S = 30.0


@inspect.command("draw")
def draw_sample(
    name: Who,
    password: Word = "",
    size: Annotated[int, typer.Option(min=1, max=2000, help="Labels to look at")] = 100,
    strata: Annotated[By, typer.Option(help="By part of the shop, or by how the price changed last")] = By.PLACE,
    seed: Annotated[str, typer.Option(help="The seed of an earlier draw, to draw it again")] = "",
    data: Data = DATA,
) -> None:
    """Draw a random, stratified sample and print the walking list."""
    drawn = _call(data, name, password, "/api/inspections", {"size": size, "strata": strata.value, "seed": seed})
    with reading_ledger(data) as sql:
        found = read_inspection(sql, drawn["id"])
        money = Figures("en", read_shop(sql).currency).money
    if found is not None:
        sys.stdout.write(walking_text(found, money))
    err.print(f"seed {drawn['seed']}: `aisle inspect draw --seed {drawn['seed']}` draws it again on the same labels")


@inspect.command("answer")
def answer_sample(
    number: Annotated[int, typer.Argument(help="The inspection")],
    name: Who,
    password: Word = "",
    label: Annotated[str, typer.Option(help="The label that was looked at")] = "",
    shows: Annotated[str, typer.Option(help="The price on it, such as 11.49")] = "",
    missing: Annotated[bool, typer.Option("--missing", help="It is not there")] = False,
    file: Annotated[
        Path | None, typer.Option(help="CSV with label,shows (empty: not there), or JSON readings: label,item,version")
    ] = None,
    data: Data = DATA,
) -> None:
    """Enter what was seen: one label, or a whole file from a walk or from reading codes."""
    with reading_ledger(data) as sql:
        digits = minor_digits(read_shop(sql).currency)
    try:
        if file is not None:
            answers = read_answers(file.read_text(encoding="utf-8-sig"), digits)
        elif label and missing != bool(shows):
            answers = [{"label": label, **({} if missing else {"shown": parse_amount(shows, digits)})}]
        else:
            raise ValueError("say --label with --shows or --missing, or name a --file")
    except (ValueError, OSError) as error:
        _fail(str(error))
    told = _call(data, name, password, f"/api/inspections/{number}/answers", answers)
    for given, found in zip(answers, told["found"], strict=True):
        out.print(f"{escape(given['label'])}: {found}")


@inspect.command("report")
def report_sample(
    number: Annotated[int | None, typer.Argument(help="The inspection; the newest when left out")] = None,
    data: Data = DATA,
    as_json: Annotated[bool, typer.Option("--json", help="Plain data instead of words")] = False,
) -> None:
    """Accuracy with its interval, overcharges and undercharges apart, and whether the shop passes."""
    with reading_ledger(data) as sql:
        newest = next(iter(list_inspections(sql, 1)), None)
        found = newest if number is None else read_inspection(sql, number)
        money = Figures("en", read_shop(sql).currency).money
    if found is None:
        _fail("there is no such inspection; `aisle inspect draw` makes one")
    if as_json:
        sys.stdout.write(json.dumps(plain_inspection(found), indent=2, ensure_ascii=False) + "\n")
        return
    _print(found, found.report, money)


def read_answers(text: str, digits: int) -> list[dict[str, Any]]:
    """Answers from a file: JSON readings, or CSV whose header names label and shows. Raises ValueError."""
    if text.lstrip().startswith("["):
        given = json.loads(text)
        if not all(isinstance(one, dict) and isinstance(one.get("label"), str) for one in given):
            raise ValueError("each reading needs a label")
        keys = ("label", "item", "version", "source")
        return [{key: one[key] for key in keys if key in one} for one in given]
    rows = csv.DictReader(io.StringIO(text))
    if not {"label", "shows"} <= set(rows.fieldnames or ()):
        raise ValueError("the first row must name the columns: label,shows")
    answers: list[dict[str, Any]] = []
    for row in rows:
        shows = (row["shows"] or "").strip()
        answers.append({"label": row["label"] or "", **({"shown": parse_amount(shows, digits)} if shows else {})})
    return answers


def _print(found: Inspection, report: Report, money: Any) -> None:
    out.print(f"[bold]inspection {found.id}[/bold], seed {escape(found.seed)}, by {escape(found.by)}")
    total = report.total
    out.print(f"{total.drawn} labels drawn of {total.labels}; {total.counts[Found.OPEN]} still to be looked at")
    for word, share in (("accuracy", report.accuracy), ("overcharges", report.over), ("undercharges", report.under)):
        if share is not None:
            out.print(f"  {word:13} {float(share.value):7.2%}   95 % interval {share.low:.2%} to {share.high:.2%}")
    out.print(f"  charged too much, one of each: {money(report.over_minor)}; too little: {money(report.under_minor)}")
    if report.worst is not None:
        worst = report.worst
        out.print(
            f"  worst: {escape(worst.name)} ({worst.label}) shows {money(worst.shown)}, costs {money(worst.charged)}"
        )
    if report.passes is not None:
        verdict = "[green]passes[/green]" if report.passes else "[red]fails[/red]"
        sure = "" if report.certain else "; the sample is too small to be sure"
        out.print(f"  {verdict} against 98 %{sure}")
    table = Table(box=None, padding=(0, 2))
    heads = ("stratum", "labels", "drawn", "checked", "right", "over", "under", "wrong item", "not there", "accuracy")
    for head in heads:
        table.add_column(head, justify="left" if head == "stratum" else "right")
    for tally in report.strata:
        table.add_row(*_cells(tally))
    out.print(table)
    out.print("[dim]* changed within a day or near the tills: drawn more often, and weighed back[/dim]")


def _cells(tally: Tally) -> list[str]:
    found = (Found.RIGHT, Found.OVER, Found.UNDER, Found.WRONG_ITEM, Found.MISSING)
    share = "–" if tally.accuracy is None else f"{float(tally.accuracy):.1%}"
    numbers = (tally.labels, tally.drawn, tally.checked, *(tally.counts[one] for one in found))
    return [escape(tally.name), *(str(one) for one in numbers), share]


def _call(data: Path, name: str, password: str, path: str, body: Any) -> Any:
    """Ask the running gateway. Ends the command with words and status 2 when it cannot be done."""
    try:
        port = json.loads((data / "ports.json").read_text())["console"]
    except (OSError, ValueError, KeyError):
        _fail(f"no gateway has run on {data}; start it, or name its data folder with --data")
    secret = password or typer.prompt("Password", hide_input=True, err=True)
    try:
        answer = httpx.post(f"http://127.0.0.1:{port}{path}", json=body, auth=(name, secret), timeout=PATIENCE_S)
    except httpx.TransportError:
        _fail("the gateway does not answer; start it with `aisle gateway run`")
    if not answer.is_success:
        _fail(_reason(answer))
    return answer.json()


def _reason(answer: httpx.Response) -> str:
    try:
        why = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]
    return why if isinstance(why, str) else json.dumps(why)[:300]


def _fail(why: str) -> NoReturn:
    err.print(f"[red]{escape(why)}[/red]")
    raise typer.Exit(2)
