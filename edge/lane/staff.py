"""What the staff decides at a lane, each after a badge. Pure; called by `machine.py`."""

from dataclasses import replace
from typing import assert_never

from edge.lane import bagging
from edge.lane.basket import Lowering, Prices, lower, without
from edge.lane.events import (
    Action,
    PrintReceipt,
    StaffDid,
    TellStaff,
)
from edge.lane.paying import free, pursue
from edge.lane.state import (
    Call,
    Closed,
    Deed,
    Lane,
    Phase,
    Reason,
)

Next = tuple[Lane, tuple[Action, ...]]


def staff_did(lane: Lane, event: StaffDid, now: int, prices: Prices) -> Next:
    """A decision. Nothing happens where it does not fit, or where nobody has shown a badge."""
    if not lane.staff:
        if event.deed is Deed.ASK_AGAIN:
            return pursue(lane, event.deed, now)  # harmless at any time
        return lane.hinting("badge-first", now=now), ()
    lane = replace(lane, staff_at=now)
    match event.deed:
        case Deed.ALLOW | Deed.REFUSE:
            return _answer(lane, event.deed is Deed.ALLOW, now)
        case Deed.ASK_AGAIN | Deed.GIVE_BACK | Deed.TAKEN | Deed.NOT_TAKEN:
            next_, actions = pursue(lane, event.deed, now)
            return next_, (*actions, _told(lane, event.deed)) if actions else ()
        case Deed.LOWER:
            return _lower(lane, event, prices)
        case Deed.CLOSE:
            return replace(lane, closed=lane.closed | {Closed.STAFF}, staff=""), (_told(lane, event.deed),)
        case Deed.OPEN:
            closed = lane.closed - {Closed.STAFF, Closed.DISK}
            return replace(lane, closed=closed, staff=""), (_told(lane, event.deed),)
        case _:
            assert_never(event.deed)


def _answer(lane: Lane, yes: bool, now: int) -> Next:
    call = lane.call
    if call is None or call.reason is Reason.PAYMENT:
        return lane, ()  # a payment is not allowed or refused: it is asked for, given back or decided by its own deeds
    if yes and call.reason is Reason.REFUSED and call.line is None:
        return lane.hinting("cannot-allow", now=now), ()
    told = _told(lane, Deed.ALLOW if yes else Deed.REFUSE)
    waited = lane.waited + (now - call.since if lane.phase in (Phase.SCANNING, Phase.WEIGHING) else 0)
    answered = replace(lane, call=None, waited=waited, touched=now, staff="", hint=None)
    done, actions = _settle(answered, call, yes, now)
    return done, (told, *actions)


def _settle(lane: Lane, call: Call, yes: bool, now: int) -> Next:
    """What follows from the answer to a call that is closed already."""
    match call.reason:
        case Reason.AGE | Reason.REFUSED:
            if not yes or call.line is None:
                return lane, ()
            age = max(lane.basket.age, call.age)
            basket = replace(lane.basket, lines=(*lane.basket.lines, call.line), age=age)
            return replace(lane, basket=basket, bag=bagging.accept(lane.bag)), ()
        case Reason.VOID:
            if not yes:
                return lane, ()
            if call.place < 0:
                return free(lane, now, paid=False)
            return replace(lane, basket=without(lane.basket, call.place), bag=bagging.accept(lane.bag)), ()
        case Reason.WEIGHT:
            if yes or not lane.basket.lines:
                return replace(lane, bag=bagging.accept(lane.bag)), ()
            basket = without(lane.basket, len(lane.basket.lines) - 1)
            return replace(lane, basket=basket, bag=bagging.accept(lane.bag)), ()
        case Reason.LEFT:
            return (lane, ()) if yes else free(lane, now, paid=False)
        case Reason.PRINTER:
            if yes and lane.draft is not None:
                return lane, (PrintReceipt(lane.draft, again=True),)
            return free(lane, now, paid=True)
        case Reason.HELP | Reason.PAYMENT:
            return lane, ()
        case _:
            assert_never(call.reason)


def _lower(lane: Lane, event: StaffDid, prices: Prices) -> Next:
    if lane.phase is not Phase.SCANNING:
        return lane, ()
    lowering = Lowering(event.minor, lane.staff[:80], event.reason[:120])
    basket = lower(lane.basket, event.place, lowering, prices, event.at)
    if basket is None:
        return lane.hinting("only-lower", now=lane.staff_at), ()
    about = lane.basket.lines[event.place].price.item
    return replace(lane, basket=basket), (TellStaff(Deed.LOWER, lane.staff, event.reason[:120], about),)


def _told(lane: Lane, deed: Deed) -> TellStaff:
    call = lane.call
    return TellStaff(deed, lane.staff, call.reason if call else "", call.about if call else "")
