"""The judge of the lanes: what the paper says is what the ledger has and what the bank took.

That labels showed no less is checked for lanes and tills alike, in `judge`.
"""

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from simulators.demo.acts import euro
from simulators.demo.lanes import Lane
from simulators.demo.promise import Promise
from simulators.demo.setting import TIERS


@dataclass(frozen=True, slots=True)
class Booked:
    """A sale as the gateway's ledger has it: (item, what the line cost, by which discount rule) in order."""

    lines: tuple[tuple[str, int, str], ...]
    total_minor: int


def read_ledger(gateway_database: Path, device: str) -> dict[str, list[Booked]]:
    """Receipt → what the gateway's ledger says of it, once per entry. Raises sqlite3.Error."""
    with closing(sqlite3.connect(f"file:{gateway_database}?mode=ro", uri=True, timeout=10)) as sql:
        rows = sql.execute("SELECT body FROM ledger WHERE kind = 'sale' AND subject = ?", (device,)).fetchall()
    found: dict[str, list[Booked]] = {}
    for (text,) in rows:
        body = json.loads(text)
        lines = tuple(
            (item, total, _rule(minor, more)) for item, _version, minor, _quantity, total, *more in body["lines"]
        )
        found.setdefault(body["receipt"], []).append(Booked(lines, body["total"]))
    return found


def judge_lanes(lanes: Sequence[Lane], gateway_database: Path) -> Promise | None:
    """What the lanes' day came to; None in a shop without lanes."""
    if not lanes:
        return None
    faults = [f"{lane.device}: {why}" for lane in lanes for why in _faults(lane, gateway_database)]
    visits = sum(len(lane.bought) for lane in lanes)
    cheaper = sum(
        bool(line.rule) for lane in lanes for visit in lane.bought if visit.paper for line in visit.paper.lines
    )
    paid = sum(visit.paper.total_minor for lane in lanes for visit in lane.bought if visit.paper)
    words = (
        f"{len(lanes)} lanes with scanner, scale, printer and terminal sold {visits} baskets for {euro(paid)},"
        f" {sum(lane.weighed for lane in lanes)} times by weight, {cheaper} lines cheaper by a rule for silver or gold"
        " members; what each receipt says is what the ledger has and"
        " what the bank took, once"
    )
    return Promise(words, "; ".join(faults[:5]))


def _rule(minor: int, more: Sequence[dict[str, Any]]) -> str:
    """By which rule a line of the ledger was cheaper, where its price follows from one; else words that say so."""
    said = more[0].get("discount") if more else None
    if said is None:
        return ""
    permille = next((rule["permille"] for rule in TIERS if rule["id"] == said["rule"]), 0)
    follows = minor == math.floor(Fraction(said["from_minor"] * permille, 1000) + Fraction(1, 2))
    return str(said["rule"]) if follows else f"{said}, which does not make {minor}"


def _faults(lane: Lane, gateway_database: Path) -> list[str]:
    faults = list(lane.trouble)
    if not lane.bought:
        faults.append("nobody bought anything")
    booked = read_ledger(gateway_database, lane.device)
    for visit in lane.bought:
        if visit.paper is None:
            faults.append(f"a receipt cannot be read ({visit.items})")
            continue
        entries = booked.pop(visit.paper.receipt, [])
        as_printed = Booked(
            tuple(
                (item, line.total_minor, line.rule) for item, line in zip(visit.items, visit.paper.lines, strict=False)
            ),
            visit.paper.total_minor,
        )
        if len(visit.items) != len(visit.paper.lines) or entries != [as_printed]:
            faults.append(f"receipt {visit.paper.receipt} says {as_printed}, the ledger {entries}")
        if sum(line.total_minor for line in visit.paper.lines) != visit.paper.total_minor:
            faults.append(f"receipt {visit.paper.receipt} does not add up")
    if booked:
        faults.append(f"the ledger has sales that nobody has a receipt for: {', '.join(booked)}")
    taken = Counter(charge.minor for charge in lane.bank.standing)
    printed = Counter(visit.paper.total_minor for visit in lane.bought if visit.paper)
    if taken != printed:
        faults.append(f"the bank took {dict(taken - printed)} that no receipt says, {dict(printed - taken)} it did not")
    return faults
