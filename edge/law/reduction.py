"""Announced reductions: is the price that one compares with a price that really was the shop's lowest? Pure.

98/6/EC Art. 6a and C-330/23 (the percentage counts from that lowest price too); SAMR Order 56 Art. 16 and 17.
A reduction that goes on, at the same price and "was", is judged by the time before it began, not by itself.
"""

from dataclasses import dataclass
from itertools import pairwise

from cloud_sync.contract.change import ChangeRow
from cloud_sync.contract.reasons import say
from edge.law.lows import DAY, Record, Span, last_offered, last_paid, lowest_offered, lowest_paid
from edge.law.percentage import announced, percentage_due
from edge.law.settings import Action, Basis, Reductions


@dataclass(frozen=True, slots=True)
class Before:
    """What the shop's price was before a reduction: amount, the reason code that tells where from, and the days."""

    minor: int
    code: str
    days: int


@dataclass(frozen=True, slots=True)
class Objection:
    """What a rule says against a row, and what is to become of it."""

    action: Action
    why: str


def judge_reduction(row: ChangeRow, record: Record, starts: int, rule: Reductions) -> Objection | None:
    """What stands against announcing this reduction from `starts` (UTC epoch milliseconds), if anything."""
    if row.item.startswith(rule.perishables):
        return None
    return _judge_was(row, record, starts, rule) or _judge_percentage(row)


def _judge_was(row: ChangeRow, record: Record, starts: int, rule: Reductions) -> Objection | None:
    if row.was_minor is None:
        return None
    running = running_reduction(row, record, progressive=rule.progressive)
    if running:
        starts = min(span.began for span in record.spans if span.version in running)
    past = record.without(running)
    before = price_before(past, starts, rule)
    if before is None:
        why = say("was-unrecorded", was=row.was_minor)
        return None if rule.unrecorded is Action.ACCEPT else Objection(rule.unrecorded, why)
    if row.was_minor > before.minor:
        return Objection(Action.REFUSE, _above(row.was_minor, before))
    if (raised_from := raised_before(row.was_minor, past, starts, rule.raise_days)) is not None:
        why = say("raise-before-cut", was=row.was_minor, old=raised_from, days=rule.raise_days)
        return Objection(Action.REFUSE, why)
    return None


def running_reduction(row: ChangeRow, record: Record, *, progressive: bool) -> frozenset[int]:
    """The versions of the reduction in force that the row goes on with; none when it announces a new one.

    With `progressive` a deeper cut from the same "was" goes on with it as well.
    """
    if row.was_minor is None:
        return frozenset()
    versions: set[int] = set()
    price, began = row.minor, None
    for span in sorted(record.spans, key=lambda span: (span.version, span.began), reverse=True):
        if span.version in versions:
            began = min(began, span.began) if began is not None else span.began
            continue
        same = span.minor == price or (progressive and span.minor > price)
        unbroken = span.ended is None or (began is not None and span.last >= began)
        if span.was_minor != row.was_minor or not same or not unbroken:
            break
        versions.add(span.version)
        price, began = span.minor, span.began
    return frozenset(versions)


def price_before(past: Record, starts: int, rule: Reductions) -> Before | None:
    """The price that a reduction may be counted from; None when no price is on record."""
    days = rule.days
    if rule.new_goods_days and past.spans:
        first = min(span.first for span in past.spans)
        days = rule.new_goods_days if first > starts - days * DAY else days
    since = starts - days * DAY
    if rule.basis is Basis.PAID:
        low, code, last = lowest_paid(past.paid, since), "was-deal", last_paid(past.paid)
    else:
        low, code, last = lowest_offered(past.spans, since), "was-low", last_offered(past.spans)
    if low is not None:
        return Before(low, code, days)
    return None if last is None else Before(last, "was-last", days)


def raised_before(was_minor: int, past: Record, starts: int, days: int) -> int | None:
    """The price from which the "was" was raised less than `days` ago, or None."""
    in_turn: list[Span] = sorted(past.spans, key=lambda span: (span.version, span.began))
    since = starts - days * DAY
    raises = [
        old.minor
        for old, new in pairwise(in_turn)
        if new.minor > old.minor and new.began > since and was_minor > old.minor
    ]
    return min(raises, default=None) if days else None


def _above(was_minor: int, before: Before) -> str:
    if before.code == "was-last":
        return say("was-last", was=was_minor, low=before.minor)
    return say(before.code, was=was_minor, low=before.minor, days=before.days)


def _judge_percentage(row: ChangeRow) -> Objection | None:
    """A percentage counts from the "was", which has been checked before; without one it counts from nothing."""
    percent = announced(row.name)
    if percent is None:
        return None
    if row.was_minor is None:
        return Objection(Action.REFUSE, say("percentage-bare", announced=percent))
    due = percentage_due(row.was_minor, percent)
    if row.minor <= due:
        return None
    why = say("percentage", announced=percent, was=row.was_minor, due=due, price=row.minor)
    return Objection(Action.REFUSE, why)
