"""From the basket to a printed receipt. Pure; called by `machine.py`.

The order carries the promise: the draft is on disk before the terminal hears of it, the sale is in the journal before
the payment is settled and before anything is printed, and what nobody knows is never asked for as a new payment.
"""

from dataclasses import replace

from drivers.base import PaymentOutcome, Printout
from edge.lane.bagging import Bag
from edge.lane.basket import Basket, Prices, bill
from edge.lane.events import (
    Action,
    Authorise,
    DropDraft,
    GiveBackCoupons,
    KeepSale,
    PaymentRefused,
    PaymentTold,
    PayPressed,
    PrintEnded,
    Pursue,
    TellLeft,
    TellPayment,
)
from edge.lane.state import (
    Call,
    Deed,
    Draft,
    Lane,
    Phase,
    Reason,
    Step,
)

Next = tuple[Lane, tuple[Action, ...]]


def pay(lane: Lane, event: PayPressed, now: int, prices: Prices) -> Next:
    """The shopper wants to pay: what it comes to is decided here, and stays until the terminal has answered."""
    if lane.phase is not Phase.SCANNING or lane.call is not None or not lane.basket.lines:
        return lane, ()
    if not lane.selling:
        return lane.hinting("closed", now=now), ()
    if lane.asked:
        return lane.hinting("coupon-asked", lane.asked, now), ()
    steps = lane.steps | {Step.PAY}
    due = bill(lane.basket, prices, event.at)
    steps = steps | {Step.CARD} if due.total else steps
    unused = tuple(one for one in lane.basket.coupons if one not in [off.coupon for off in due.off])
    ms = now - lane.began
    draft = Draft(event.receipt, due, event.at, ms, lane.waited, tuple(sorted(steps)), unused=unused)
    paying = replace(lane, phase=Phase.PAYING, steps=steps, draft=draft, paying_since=now, hint=None, pursuing=False)
    return paying, (Authorise(draft) if due.total else KeepSale(draft),)


def payment_told(lane: Lane, event: PaymentTold | PaymentRefused, now: int) -> Next:
    """The terminal has spoken, or could not be asked. What it said to a payment at first is told, with its time."""
    draft = lane.draft
    if lane.phase is not Phase.PAYING or draft is None:
        return lane, ()
    if isinstance(event, PaymentTold) and event.payment.id != draft.receipt:
        return replace(lane, pursuing=False), ()
    after, actions = _answered(replace(lane, pursuing=False), draft, event, now)
    if not lane.pursuing:
        actions = (*actions, TellPayment(_outcome(event), max(0, now - lane.paying_since)))
    return after, actions


def _outcome(event: PaymentTold | PaymentRefused) -> str:
    if isinstance(event, PaymentTold):
        return event.payment.outcome.value
    return PaymentOutcome.UNKNOWN.value if event.began else "failed"


def _answered(lane: Lane, draft: Draft, event: PaymentTold | PaymentRefused, now: int) -> Next:
    if isinstance(event, PaymentRefused):
        if event.began:
            return _unknown(lane, event.why, now), ()
        return _back_to_basket(lane, draft, event.why, now)
    payment = event.payment
    match payment.outcome:
        case PaymentOutcome.APPROVED:
            ms = draft.ms + now - lane.paying_since
            timed = replace(draft, ms=ms, card=payment.card, slip=payment.slip)
            return replace(lane, draft=timed), (KeepSale(timed),)
        case PaymentOutcome.DECLINED:
            return _back_to_basket(lane, draft, payment.why, now)
        case PaymentOutcome.UNKNOWN:
            why = "ask-person" if payment.needs_person else "unknown"
            return _unknown(lane, payment.why, now, why), ()


def print_ended(lane: Lane, event: PrintEnded, now: int) -> Next:
    """The receipt is printed, or somebody has to look at the printer."""
    if lane.phase is not Phase.PRINTING:
        return lane, ()
    match event.printout:
        case Printout.PRINTED:
            return free(lane, now, paid=True)
        case Printout.UNKNOWN:
            return replace(lane, call=Call(Reason.PRINTER, now, "unknown", event.why)), ()
        case None:
            return replace(lane, call=Call(Reason.PRINTER, now, "not-printed", event.why)), ()


def free(lane: Lane, now: int, *, paid: bool) -> Next:
    """The lane is free for the next shopper. What was borrowed and not used goes back."""
    left: tuple[Action, ...] = ()
    if not paid and lane.began:
        left = (TellLeft(now - lane.began, lane.waited, tuple(sorted(lane.steps))),)
        if lane.basket.coupons:
            left = (*left, GiveBackCoupons(lane.basket.coupons))
    empty = replace(
        lane, phase=Phase.FREE, basket=Basket(), began=0, waited=0, steps=frozenset(), wanted=None, asked="",
        call=None, draft=None, pursuing=False, hint=None, bag=Bag(lane.bag.rest),
    )  # fmt: skip
    return empty, left


def pursue(lane: Lane, deed: Deed, now: int) -> Next:
    """Ask the terminal again, give the money back, or take a person's word."""
    if lane.draft is None or lane.phase is not Phase.PAYING or lane.pursuing:
        return lane, ()
    return replace(lane, pursuing=True, paying_since=now), (Pursue(lane.draft, deed, lane.staff),)


def _unknown(lane: Lane, why: str, now: int, word: str = "unknown") -> Lane:
    since = lane.call.since if lane.call is not None else now
    return replace(lane, call=Call(Reason.PAYMENT, since, word, why))


def _back_to_basket(lane: Lane, draft: Draft, why: str, now: int) -> Next:
    """Nothing was taken: the shopper may try again, or another card. After a restart there is no basket any more."""
    waited = lane.waited + (now - lane.call.since if lane.call is not None else 0)
    phase = Phase.SCANNING if lane.basket.lines else Phase.FREE
    back = replace(lane, phase=phase, draft=None, call=None, waited=waited, touched=now)
    borrowed = (*(off.coupon for off in draft.bill.off), *draft.unused)
    undone: tuple[Action, ...] = (DropDraft(draft),)
    if phase is Phase.FREE and borrowed:
        undone = (*undone, GiveBackCoupons(borrowed))
    return back.hinting("declined", why, now), undone
