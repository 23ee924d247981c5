"""A sale as the journal keeps it while it is being paid, and as the gateway is told of it (docs/mqtt.md). Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from edge.lane.basket import Bill, Coupon, Off, Paid
from edge.lane.state import (
    Draft,
    Step,
)


def write_draft(draft: Draft) -> dict[str, Any]:
    """As JSON can keep it."""
    return asdict(draft)


def read_draft(said: Mapping[str, Any]) -> Draft:
    """Back again."""
    bill = said["bill"]
    lines = tuple(Paid(**line) for line in bill["lines"])
    off = tuple(Off(Coupon(**one["coupon"]), one["minor"]) for one in bill["off"])
    steps = tuple(Step(one) for one in said["steps"])
    made = Bill(bill["currency"], lines, off)
    slip, unused = tuple(said["slip"]), tuple(Coupon(**one) for one in said["unused"])
    return Draft(said["receipt"], made, said["at"], said["ms"], said["waited"], steps, said["card"], slip, unused)


def sale_body(draft: Draft) -> dict[str, Any]:
    """Body of the event `sale`."""
    said: dict[str, Any] = {
        "receipt": draft.receipt,
        "currency": draft.bill.currency,
        "lines": [_line(line) for line in draft.bill.lines],
        "total_minor": draft.bill.total,
    }
    if draft.bill.off:
        said["coupons"] = [_off(one) for one in draft.bill.off]
    return said


def visit_body(draft: Draft) -> dict[str, Any]:
    """Body of the event `lane.visit` of a shopper who paid."""
    return {
        "paid": True,
        "receipt": draft.receipt,
        "ms": draft.ms,
        "waited_ms": draft.waited,
        "steps": len(draft.steps),
        "lines": len(draft.bill.lines),
    }


def _off(one: Off) -> dict[str, Any]:
    said = {"coupon": one.coupon.coupon, "minor": one.minor}
    return said | {"item": one.coupon.item} if one.coupon.item else said


def _line(line: Paid) -> dict[str, Any]:
    said: dict[str, Any] = {
        "item": line.item,
        "version": line.version,
        "minor": line.minor,
        "quantity": line.quantity,
        "total_minor": line.total,
        "per": line.per,
    }
    if line.member:
        said["member"] = True
    if line.lowered:
        said["lowered"] = dict(line.lowered)
    if line.discount:
        said["discount"] = {key: line.discount[key] for key in ("rule", "from_minor")}
    if line.batch:
        said["batch"] = line.batch
    return said
