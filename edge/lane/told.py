"""What a lane tells of itself: to the gateway (`lane.state`) and to its own screen. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge.lane.basket import Prices, bill
from edge.lane.discounts import best
from edge.lane.state import (
    Closed,
    Lane,
    Phase,
)


@dataclass(frozen=True, slots=True)
class Part:
    """How a peripheral is: "ready", "low" (paper), "fault", "lost" or "unknown"."""

    state: str
    why: str = ""


def lane_state(lane: Lane, parts: Mapping[str, Part]) -> dict[str, Any]:
    """Body of the event `lane.state`: free, busy, attendant or out, and why; and each peripheral's state."""
    said: dict[str, Any] = {"state": _state(lane), "phase": lane.phase.value}
    if lane.call is not None:
        said["call"] = lane.call.reason.value
        said["why"] = lane.call.why
        said["about"] = lane.call.about[:120]
    elif lane.closed:
        said["why"] = min(lane.closed).value
    said["parts"] = {name: [part.state, part.why[:120]] for name, part in sorted(parts.items())}
    return said


def _state(lane: Lane) -> str:
    if lane.call is not None:
        return "attendant"
    if lane.closed and lane.phase in (Phase.FREE, Phase.SCANNING):
        return "out"
    return "free" if lane.phase is Phase.FREE else "busy"


def screen(lane: Lane, parts: Mapping[str, Part], prices: Prices, at: int) -> dict[str, Any]:
    """What the lane's screen shows. Money is minor units; `at`: the lane's clock, UTC epoch milliseconds."""
    draft = lane.draft
    shown = draft.bill if draft else bill(lane.basket, prices, at) if lane.basket.lines else None
    tier = best(lane.basket.discounts, at)
    said: dict[str, Any] = {
        "phase": lane.phase.value,
        "state": _state(lane),
        "closed": sorted(one.value for one in lane.closed),
        "lines": [],
        "coupons": [],
        "total": shown.total if shown else 0,
        "currency": shown.currency if shown else "",
        "member": lane.basket.member,
        "tier": tier.name if tier else "",
        "steps": len(lane.steps),
        "staff": lane.staff,
        "hint": [lane.hint.word, lane.hint.about] if lane.hint else None,
        "receipt": draft.receipt if draft else "",
        "weigh": lane.wanted.line.price.name if lane.wanted else "",
        "call": None,
        "may_pay": bool(lane.basket.lines) and lane.phase is Phase.SCANNING and not lane.call and lane.selling,
        "parts": {name: [part.state, part.why] for name, part in sorted(parts.items())},
        "pursuing": lane.pursuing,
    }
    if shown:
        said["lines"] = [
            {
                "item": line.item,
                "name": line.name,
                "minor": line.minor,
                "quantity": line.quantity,
                "per": line.per,
                "total": line.total,
                "member": line.member,
                "lowered": bool(line.lowered),
                "discount": dict(line.discount) or None,
            }
            for line in shown.lines
        ]
        said["coupons"] = [{"coupon": off.coupon.coupon, "minor": off.minor} for off in shown.off]
    if lane.call:
        call = lane.call
        said["call"] = {
            "reason": call.reason.value,
            "why": call.why,
            "about": call.about,
            "age": call.age,
            "may_allow": call.line is not None or call.reason.value not in ("refused", "payment"),
        }
    return said


def closed_by(*, leased: bool, starting: bool, parts: Mapping[str, Part]) -> frozenset[Closed]:
    """Why nothing can be sold, by what is known of lease and peripherals."""
    found = set()
    if starting:
        found.add(Closed.STARTING)
    if not leased:
        found.add(Closed.LEASE)
    for name, why in (("scanner", Closed.SCANNER), ("printer", Closed.PRINTER)):
        if parts[name].state not in ("ready", "low"):
            found.add(why)
    if parts["terminal"].state == "lost":
        found.add(Closed.TERMINAL)
    return frozenset(found)
