"""Inspections as plain data and as lists to print."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from edge.inspect.accuracy import Share
from edge.inspect.records import Inspection
from edge.inspect.report import Found, Tally

Money = Callable[[int | None], str]
LIST_HEAD = ("n", "place", "label", "item", "name", "expected", "right", "shows", "not there")


def plain_inspection(one: Inspection) -> dict[str, Any]:
    """An inspection with its report. Shares are fractions of one, money is minor units."""
    return {**plain_summary(one), "labels": [asdict(entry) | {"found": entry.found.value} for entry in one.entries]}


def plain_summary(one: Inspection) -> dict[str, Any]:
    """The report, without the single labels."""
    report = one.report
    return {
        "id": one.id,
        "at": one.at,
        "by": one.by,
        "seed": one.seed,
        "ended_at": one.ended_at,
        "accuracy": _share(report.accuracy),
        "overcharges": _share(report.over),
        "undercharges": _share(report.under),
        "overcharged_minor": report.over_minor,
        "undercharged_minor": report.under_minor,
        "worst_overcharge": report.worst.label if report.worst else None,
        "pass_mark": 0.98,
        "passes": report.passes,
        "certain": report.certain,
        "total": _tally(report.total),
        "strata": [_tally(tally) for tally in report.strata],
    }


def walking_rows(one: Inspection, money: Money) -> list[tuple[object, ...]]:
    """The walk, to be printed and filled in by hand; `LIST_HEAD` names the columns."""
    return [(e.n, e.place, e.label, e.item, e.name, money(e.minor), "", "", "") for e in one.entries]


def walking_text(one: Inspection, money: Money) -> str:
    """The walk as text to print: place by place, a box to tick and a line for another price."""
    lines = [f"inspection {one.id}   seed {one.seed}   {len(one.entries)} labels", ""]
    place = None
    for entry in one.entries:
        if entry.place != place:
            place = entry.place
            lines += ["", place or "–"]
        lines.append(f"{entry.n:5}. [ ] {money(entry.minor):>12}   {entry.name}   ({entry.label})")
        lines.append(" " * 11 + "shows ____________   [ ] not there")
    return "\n".join(lines) + "\n"


def _share(share: Share | None) -> dict[str, float] | None:
    if share is None:
        return None
    return {"value": round(float(share.value), 6), "low": round(share.low, 6), "high": round(share.high, 6)}


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "name": tally.name,
        "labels": tally.labels,
        "drawn": tally.drawn,
        "checked": tally.checked,
        **{found.value.replace("-", "_"): tally.counts[found] for found in Found},
        "accuracy": None if tally.accuracy is None else round(float(tally.accuracy), 6),
    }
