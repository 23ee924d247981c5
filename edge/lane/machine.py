"""What a lane does next: a plain function of (state, event, now). It knows no protocol, no clock and no disk.

    FREE → SCANNING ⇄ WEIGHING → PAYING → PRINTING → FREE

A call for the staff may stand beside any of these. While it does, the shopper's scans and buttons change nothing, with
one exception: a badge. What takes money and what follows is in `paying.py`, what the staff does in `staff.py`.
"""

from dataclasses import replace
from typing import assert_never

from drivers.base import Reading
from drivers.weighing import No, Weighing, heard, lost, offer, spend
from edge.lane import bagging
from edge.lane.basket import MOST_LINES, Basket, Line, Prices, Refusal, line_for, objection, weighed
from edge.lane.codes import BadgeCode, CouponCode, Goods, MemberCode, Unreadable
from edge.lane.discounts import joined
from edge.lane.events import (
    Action,
    AskCoupon,
    BagSaid,
    CouponLent,
    CouponRefused,
    DiskFailed,
    Event,
    GiveBackCoupons,
    HelpPressed,
    OpenChanged,
    PaymentFound,
    PaymentRefused,
    PaymentTold,
    PayPressed,
    PrintEnded,
    PrintReceipt,
    Pursue,
    ReceiptFound,
    SaleKept,
    ScaleSaid,
    Scanned,
    StaffDid,
    Tick,
    VoidPressed,
    WeighCancelled,
)
from edge.lane.paying import free, pay, payment_told, print_ended
from edge.lane.staff import staff_did
from edge.lane.state import (
    Call,
    Lane,
    Phase,
    Reason,
    Rules,
    Step,
    Wanted,
)
from edge.lane.state import Closed as Why

Next = tuple[Lane, tuple[Action, ...]]
MOST_COUPONS = 20
HINT_MS = 8_000


def step(lane: Lane, event: Event, now: int, prices: Prices, rules: Rules) -> Next:
    """The next state, and what is to be done. `prices`: the lane's own price table."""
    match event:
        case Scanned():
            return _scanned(lane, event, now, prices, rules)
        case ScaleSaid(reading):
            return _scale(lane, reading, now, rules), ()
        case BagSaid(grams):
            return _bags(lane, grams, now, rules), ()
        case PayPressed():
            return pay(lane, event, now, prices)
        case VoidPressed(place):
            return _void(lane, place, now), ()
        case HelpPressed():
            return (_calling(lane, Call(Reason.HELP, now)) if lane.call is None else lane), ()
        case WeighCancelled():
            return (_scanning(lane) if lane.phase is Phase.WEIGHING and lane.call is None else lane), ()
        case StaffDid():
            return staff_did(lane, event, now, prices)
        case CouponLent() | CouponRefused():
            return _coupon(lane, event, now)
        case OpenChanged(closed):
            return replace(lane, closed=closed | (lane.closed & {Why.STAFF, Why.DISK})), ()
        case Tick():
            return _tick(lane, now, rules)
        case _:
            return _money(lane, event, now)


def _money(
    lane: Lane,
    event: PaymentTold | PaymentRefused | PaymentFound | SaleKept | DiskFailed | PrintEnded | ReceiptFound,
    now: int,
) -> Next:
    match event:
        case PaymentTold() | PaymentRefused():
            return payment_told(lane, event, now)
        case PaymentFound(draft):
            found = replace(lane, phase=Phase.PAYING, draft=draft, pursuing=True, paying_since=now)
            return found, (Pursue(draft),)
        case SaleKept():
            if lane.phase is not Phase.PAYING or lane.draft is None:
                return lane, ()
            return replace(lane, phase=Phase.PRINTING, call=None, hint=None), (PrintReceipt(lane.draft),)
        case DiskFailed(why):
            failed = replace(lane, closed=lane.closed | {Why.DISK})
            return _calling(failed, Call(Reason.PAYMENT, now, "disk", why)), ()
        case PrintEnded():
            return print_ended(lane, event, now)
        case ReceiptFound(draft, begun):
            found = replace(lane, phase=Phase.PRINTING, draft=draft)
            if begun:  # it may be on paper: nobody prints it again without having looked
                return _calling(found, Call(Reason.PRINTER, now, "unknown", draft.receipt)), ()
            return found, (PrintReceipt(draft),)
        case _:
            assert_never(event)


def _scanned(lane: Lane, event: Scanned, now: int, prices: Prices, rules: Rules) -> Next:
    if isinstance(event.code, BadgeCode):
        return _badge(lane, event.badge, now), ()
    if lane.phase not in (Phase.FREE, Phase.SCANNING) or lane.call is not None:
        word = "wait-for-staff" if lane.call is not None else "first-finish"
        return lane.hinting(word, now=now), ()
    if not lane.selling:
        return lane.hinting("closed", now=now), ()
    begun = _begin(lane, now) if lane.phase is Phase.FREE and not isinstance(event.code, Unreadable) else lane
    begun = replace(begun, touched=now, hint=None)
    return _take_code(begun, event, now, prices, rules)


def _take_code(lane: Lane, event: Scanned, now: int, prices: Prices, rules: Rules) -> Next:
    code, local = event.code, event.local
    match code:
        case Goods():
            price, member = prices(code.item)
            if price is None:
                return _no(lane, Refusal.NO_PRICE, code.item, None, now), ()
            made = line_for(code, price, member, local)
            if isinstance(made, Refusal):
                return _no(lane, made, price.name, None, now), ()
            stepped = _did(lane, Step.SCAN)
            if made is None:
                draft = weighed(code, price, member, 0)
                return replace(stepped, phase=Phase.WEIGHING, wanted=Wanted(draft, code)), ()
            return _add(stepped, made, now, rules), ()
        case MemberCode():
            discounts = joined(lane.basket.discounts, event.discounts)
            basket = replace(lane.basket, member=True, discounts=discounts)
            return replace(_did(lane, Step.SHOW_CODE), basket=basket).hinting("member", now=now), ()
        case CouponCode(coupon):
            return _ask_coupon(lane, coupon, now)
        case BadgeCode() | Unreadable():
            return lane.hinting("unreadable", now=now), ()
        case _:
            assert_never(code)


def _add(lane: Lane, line: Line, now: int, rules: Rules) -> Lane:
    """A line comes into the basket, unless somebody has to look at it first."""
    name, age = line.price.name, rules.ages.get(line.price.item, 0)
    refusal = objection(lane.basket, line)
    if refusal is not None:
        return _no(lane, refusal, name, line if refusal is Refusal.ABOVE_SHELF else None, now, age)
    if age > lane.basket.age:
        return _calling(lane, Call(Reason.AGE, now, "age", name, line, age=age))
    added = replace(lane, basket=replace(lane.basket, lines=(*lane.basket.lines, line)))
    if not rules.bags:
        return added
    grams = rules.grams.get(line.price.item)
    weight = line.quantity if line.price.per == "kg" else grams * line.quantity if grams is not None else None
    return replace(added, bag=bagging.expect(lane.bag, weight, rules.tolerance))


def _no(lane: Lane, refusal: Refusal, about: str, line: Line | None, now: int, age: int = 0) -> Lane:
    """Refused goods: the staff is called, but for what the shopper can mend."""
    if refusal is Refusal.FULL:
        return lane.hinting("full", str(MOST_LINES), now)
    return _calling(lane, Call(Reason.REFUSED, now, refusal, about, line, age=age))


def _ask_coupon(lane: Lane, coupon: str, now: int) -> Next:
    if any(one.coupon == coupon for one in lane.basket.coupons) or len(lane.basket.coupons) >= MOST_COUPONS:
        return lane.hinting("coupon-twice", coupon, now), ()
    stepped = replace(_did(lane, Step.SHOW_CODE), asked=coupon, asked_at=now)
    return stepped.hinting("coupon-asked", coupon, now), (AskCoupon(coupon),)


def _coupon(lane: Lane, event: CouponLent | CouponRefused, now: int) -> Next:
    """An answer that nobody waits for any more gives the coupon back at once."""
    if isinstance(event, CouponRefused):
        if lane.asked != event.coupon:
            return lane, ()
        word = "coupon-refused" if event.why else "coupon-no-line"
        return replace(lane, asked="").hinting(word, event.why or event.coupon, now), ()
    if lane.asked != event.coupon.coupon or lane.phase not in (Phase.SCANNING, Phase.WEIGHING):
        known = any(one.coupon == event.coupon.coupon for one in lane.basket.coupons)
        return lane, () if known else (GiveBackCoupons((event.coupon,)),)
    basket = replace(lane.basket, coupons=(*lane.basket.coupons, event.coupon))
    return replace(lane, asked="", basket=basket).hinting("coupon-taken", event.coupon.coupon, now), ()


def _scale(lane: Lane, reading: Reading | None, now: int, rules: Rules) -> Lane:
    """Every answer counts, also between shoppers: only so it is known whether goods were put down anew."""
    lane = replace(lane, pan=lost(lane.pan) if reading is None else heard(lane.pan, reading))
    wanted = lane.wanted
    if lane.phase is not Phase.WEIGHING or wanted is None or lane.call is not None:
        return lane
    offered = offer(lane.pan, now)
    if offered is No.USED:  # sold, or there since before anybody looked: only lifting tells it from other goods
        return lane.hinting("lift", now=now)
    if not isinstance(offered, Weighing):
        return lane
    pan, no = spend(lane.pan, offered, now)
    if no is not None:
        return lane
    line = replace(wanted.line, quantity=offered.grams)
    stepped = replace(_did(_scanning(lane), Step.WEIGH), pan=pan, touched=now)
    return _add(stepped, line, now, rules)


def _bags(lane: Lane, grams: int | None, now: int, rules: Rules) -> Lane:
    if lane.phase in (Phase.FREE, Phase.PRINTING):
        return replace(lane, bag=bagging.Bag(grams if grams is not None else lane.bag.rest))
    lane = replace(lane, bag=bagging.heard(lane.bag, grams, rules.tolerance, now))
    if lane.call is None and lane.phase in (Phase.SCANNING, Phase.WEIGHING) and bagging.wrong(lane.bag, now):
        return _calling(lane, Call(Reason.WEIGHT, now, "weight"))
    return lane


def _void(lane: Lane, place: int, now: int) -> Lane:
    """Taking goods out again is for the staff; giving up an empty basket is not."""
    if lane.call is not None or lane.phase is not Phase.SCANNING:
        return lane
    if not -1 <= place < len(lane.basket.lines):
        return lane
    about = lane.basket.lines[place].price.name if place >= 0 else ""
    return _calling(lane, Call(Reason.VOID, now, "void" if place >= 0 else "void-all", about, place=place))


def _badge(lane: Lane, who: str, now: int) -> Lane:
    if not who:
        return lane.hinting("unknown-badge", now=now)
    return replace(lane, staff=who, staff_at=now, hint=None)


def _tick(lane: Lane, now: int, rules: Rules) -> Next:
    if lane.hint is not None and now - lane.hint.since > HINT_MS:
        lane = replace(lane, hint=None)
    if lane.staff and now - lane.staff_at > rules.staff_ms:
        lane = replace(lane, staff="")
    if lane.asked and now - lane.asked_at > rules.coupon_ms:
        lane = replace(lane, asked="").hinting("coupon-no-line", lane.asked, now)
    if lane.call is not None:
        return lane, ()
    if lane.phase is Phase.PAYING and now - lane.paying_since > rules.paying_ms:
        return _calling(lane, Call(Reason.PAYMENT, now, "slow")), ()
    if lane.phase in (Phase.SCANNING, Phase.WEIGHING) and now - lane.touched > rules.left_ms:
        if not lane.basket.lines:
            return free(lane, now, paid=False)
        return _calling(lane, Call(Reason.LEFT, now, "left")), ()
    if lane.phase in (Phase.SCANNING, Phase.WEIGHING) and rules.bags and bagging.wrong(lane.bag, now):
        return _calling(lane, Call(Reason.WEIGHT, now, "weight")), ()
    return lane, ()


def _begin(lane: Lane, now: int) -> Lane:
    return replace(
        lane, phase=Phase.SCANNING, basket=Basket(), began=now, waited=0, steps=frozenset(), wanted=None, asked=""
    )


def _did(lane: Lane, what: Step) -> Lane:
    return replace(lane, steps=lane.steps | {what})


def _scanning(lane: Lane) -> Lane:
    return replace(lane, phase=Phase.SCANNING, wanted=None)


def _calling(lane: Lane, call: Call) -> Lane:
    return replace(lane, call=call, hint=None)
