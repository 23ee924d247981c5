"""The judge's last look: has everything arrived, once and in order, and does every device present the same price?"""

import json
import sqlite3

from edge.store.ledger import Head, verify
from simulators.storm.day import Day
from simulators.storm.goods import lines_of
from simulators.storm.office import Told
from simulators.storm.schedule import MINUTE
from simulators.storm.world import OPENING, Violation

LATE_MS = 15 * MINUTE
"""An event that waits longer than this on a line that stands is stuck."""
FORKED = "of the ledger was told with another hash before"
"""What head office rightly says of a ledger that goes on from a backup, where a head fell on a row that it knows."""
Arrived = dict[tuple[str, int], list[tuple[int, str]]]
"""(Till, epoch) → (sequence, body) of its sales, in the order in which head office has them."""


def judge_the_end(day: Day) -> None:
    """Judge what is left when all has settled. Raises Violation."""
    told = day.office.told()
    if misfits := [why for why in told.misfits if not (day.restored and FORKED in why)]:
        raise Violation("I5", f"head office could not read {misfits[0]}")
    _judge_prices(day, told)
    _judge_sales(day, told)
    _judge_goods(day)
    _judge_ledger(day.gateway.sql, told, day.ends)


def _judge_prices(day: Day, told: Told) -> None:
    """I6: head office knows how every row ended, and every device presents the newest price."""
    newest: dict[str, tuple[int, int]] = {}
    for version, item, minor, outcome, why in told.rows:
        if outcome in ("pending", "held"):
            raise Violation("I6", f"version {version} of {item} is still {outcome} at head office: {why}")
        if outcome == "landed" and why != "unchanged":
            newest[item] = version, minor
        if outcome == "landed" and version in told.ends:
            day.world.reach("promotion ended")
    _judge_batches(day, told)
    for item, (version, minor) in sorted(newest.items()):
        for till in day.tills.values():
            row = till.table.get(item)
            if row is None or (row.version, row.minor) != (version, minor):
                raise Violation("I6", f"{till.name} holds {row} and should charge version {version} of {item}: {minor}")
        members = told.members[version, item]
        for till in day.tills.values():
            known, row = till.members.get(item), till.table.get(item)
            if members is not None and (known is None or (known.version, known.minor) != (version, members)):
                raise Violation("I6", f"{till.name} holds {known} for members and should charge {members} for {item}")
            if members is None and known is not None and row is not None and known.minor < row.minor:
                raise Violation("I6", f"{till.name} still charges members {known.minor} for {item}")
        for label, of in day.bound.items():
            shows = day.labels[label].shows
            if of == item and (
                shows is None
                or (shows.item, shows.version, shows.minor, shows.member) != (item, version, minor, members)
            ):
                raise Violation("I6", f"{label} shows {shows} and should show version {version} of {item}: {minor}")


def _judge_batches(day: Day, told: Told) -> None:
    """All of a batch began or none of it, and head office was told the same of every row."""
    for version, item, _, outcome, why in told.rows:
        begun = day.gateway.books.begun.get(version, ...)
        if begun is ... or (outcome == "landed" and why == "unchanged"):
            continue
        fine = outcome == "landed" or why.startswith("superseded by") if begun else outcome == "refused"
        if begun is None or not fine:
            raise Violation("batch", f"version {version} began: {begun}, yet {item} is {outcome} at head office: {why}")


def _judge_sales(day: Day, told: Told) -> None:
    """I5: what was acknowledged arrived exactly once, in each sender's order, as it was rung up."""
    arrived: Arrived = {}
    for device, epoch, seq, kind, body in told.events:
        if kind == "sale":
            arrived.setdefault((device, epoch), []).append((seq, body))
    for till in day.tills.values():
        if till.journal:
            raise Violation("I6", f"{till.name} still has {len(till.journal)} events without a receipt")
        for epoch, sold in till.sold.items():
            got = arrived.pop((till.name, epoch), [])
            numbers = [seq for seq, _ in got]
            if numbers != sorted(set(numbers)):
                raise Violation("I5", f"sales of {till.name} arrived twice or out of order: {numbers[:40]}")
            owed = {seq for seq in sold if seq <= till.receipted[epoch]} - day.lost.get((till.name, epoch), set())
            if missing := sorted(owed - set(numbers)):
                raise Violation("I5", f"{till.name} was told that sale {missing[0]} is safe, and it did not arrive")
            for seq, body in got:
                if seq not in sold or json.loads(body) != sold[seq]:
                    raise Violation("I5", f"sale {seq} of {till.name} arrived as {body[:200]}")
            day.world.reached["sale arrived"] += len(got)
    if arrived:
        raise Violation("I5", f"sales arrived that nobody made: {sorted(arrived)}")


def _judge_goods(day: Day) -> None:
    """I8: what the book has in stock is the sum of what moved."""
    sold = {
        (till.name, epoch, seq): lines_of(body)
        for till in day.tills.values()
        for epoch, sales in till.sold.items()
        for seq, body in sales.items()
    }
    day.goods.judge(sold, restored=day.restored)


def _judge_ledger(sql: sqlite3.Connection, told: Told, ends: int) -> None:
    """The chain holds, and every head that head office was told of stands in it."""
    (epoch,) = sql.execute("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch'").fetchone()
    heads = [json.loads(body) for of, body in told.heads if of == epoch]  # what a lost disk held is anchored no more
    verdict = verify(sql, *(Head(head["seq"], bytes.fromhex(head["hash"])) for head in heads))
    if not verdict.intact:
        raise Violation("ledger", verdict.fault)
    late = (OPENING + ends - LATE_MS,)
    waiting = sql.execute("SELECT COUNT(*) FROM outbox WHERE received_at < ?", late).fetchone()[0]
    if waiting:
        raise Violation("I6", f"{waiting} events still wait for head office")
