"""The state machine under any run of events: what must never happen, and what each call for the staff needs."""

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from drivers.base import Balance, MemberRow, Payment, PaymentOutcome, PriceRow, Printout, Reading
from edge.lane.basket import Coupon
from edge.lane.codes import BadgeCode, Code, CouponCode, Goods, MemberCode, Unreadable
from edge.lane.events import (
    Action,
    AskCoupon,
    Authorise,
    BagSaid,
    CouponLent,
    CouponRefused,
    DropDraft,
    Event,
    GiveBackCoupons,
    HelpPressed,
    KeepSale,
    OpenChanged,
    PaymentRefused,
    PaymentTold,
    PayPressed,
    PrintEnded,
    PrintReceipt,
    Pursue,
    SaleKept,
    ScaleSaid,
    Scanned,
    StaffDid,
    Tick,
    VoidPressed,
    WeighCancelled,
)
from edge.lane.machine import step
from edge.lane.state import (
    Closed,
    Deed,
    Draft,
    Lane,
    Phase,
    Reason,
    Rules,
    Step,
)
from tests.lane.kit import APPLES, MILK, TEA, WINE

LOCAL = "2026-11-22T10:00"
RULES = Rules(ages={WINE: 18}, grams={MILK: 1030, TEA: 120}, bags=True)
CODES: list[Code] = [
    Goods(MILK), Goods(TEA, batch="L1"), Goods(WINE), Goods(APPLES), Goods(APPLES, "kg", 385), Goods(APPLES, minor=96),
    Goods(APPLES, "kg", 385, minor=900), Goods("00000000000000"), Goods(MILK, expires="2020-01-01"), MemberCode(),
    CouponCode("C-1"), CouponCode("C-2"), BadgeCode(""), Unreadable(),
]  # fmt: skip


class Shopping(RuleBasedStateMachine):
    """One lane, its price table, its terminal and its journal, as the shell around the machine would have them."""

    def __init__(self) -> None:
        super().__init__()
        self.lane = Lane(closed=frozenset())
        self.now = 1_000_000
        self.table = {
            MILK: (PriceRow(MILK, 1, "Milk", 129, "EUR", "each"), MemberRow(MILK, 1, 119)),
            TEA: (PriceRow(TEA, 1, "Tea", 310, "EUR", "each"), None),
            WINE: (PriceRow(WINE, 1, "Wine", 899, "EUR", "each"), None),
            APPLES: (PriceRow(APPLES, 1, "Apples", 249, "EUR", "kg"), None),
        }
        self.asked: set[str] = set()
        self.lent: dict[str, int] = {}
        self.lendings = 0
        self.authorised: dict[str, Draft] = {}
        self.sold: list[str] = []
        self.dropped: set[str] = set()
        self.pending: Draft | None = None
        self.keeping: Draft | None = None
        self.printing: Draft | None = None
        self.printed: list[str] = []
        self.receipts = 0

    def do(self, event: Event) -> tuple[Action, ...]:
        before = self.lane
        self.lane, actions = step(before, event, self.now, lambda item: self.table.get(item, (None, None)), RULES)
        for action in actions:
            self.carry_out(action, before)
        return actions

    def carry_out(self, action: Action, before: Lane) -> None:
        match action:
            case AskCoupon(coupon):
                self.asked.add(coupon)
            case GiveBackCoupons(coupons):
                for one in coupons:
                    assert self.lent.pop(one.coupon) == one.lending
            case Authorise(draft):
                assert not before.closed, "a closed lane takes no money"
                assert before.call is None
                assert draft.receipt not in self.authorised
                assert draft.bill.total > 0
                self.right_price(draft, before)
                self.authorised[draft.receipt] = self.pending = draft
            case Pursue(draft):
                assert draft.receipt in self.authorised
                self.pending = draft
            case KeepSale(draft):
                assert draft.receipt not in self.sold
                assert draft.receipt in self.authorised or draft.bill.total == 0
                assert len(draft.steps) <= 5
                self.keeping = draft
            case DropDraft(draft):
                self.dropped.add(draft.receipt)
                self.pending = None
            case PrintReceipt(draft, again):
                assert draft.receipt in self.sold, "printed before it was kept"
                assert again or draft.receipt not in self.printed
                self.printing = draft

    def right_price(self, draft: Draft, before: Lane) -> None:
        for line, paid in zip(before.basket.lines, draft.bill.lines, strict=True):
            now, member = self.table[paid.item]
            assert paid.minor <= min(line.price.minor, now.minor)
            if before.basket.member and member is not None:
                assert paid.minor <= member.minor
            assert line.printed is None or paid.total <= line.printed
        assert all(off.minor > 0 for off in draft.bill.off)

    @initialize()
    def begin(self) -> None:
        self.do(Tick())

    @rule(item=st.sampled_from([MILK, TEA, WINE]))
    def scan_goods(self, item: str) -> None:
        self.do(Scanned(Goods(item), LOCAL))

    @rule(coupon=st.sampled_from(["C-1", "C-2", "C-3"]))
    def scan_coupon(self, coupon: str) -> None:
        self.do(Scanned(CouponCode(coupon), LOCAL))

    @precondition(lambda self: self.lane.call)
    @rule(deed=st.sampled_from([Deed.ALLOW, Deed.REFUSE]))
    def somebody_comes(self, deed: Deed) -> None:
        self.do(Scanned(BadgeCode(""), LOCAL, "Mara"))
        self.do(StaffDid(deed))

    @rule(code=st.sampled_from(CODES), who=st.sampled_from(["", "Mara"]))
    def scan(self, code: Code, who: str) -> None:
        self.do(Scanned(code, LOCAL, who if isinstance(code, BadgeCode) else ""))

    @rule(grams=st.integers(1, 3000), rest=st.booleans())
    def put_on_scale(self, grams: int, rest: bool) -> None:
        for balance, weight in ((Balance.MOVING, None), (Balance.STABLE if rest else Balance.OVER, grams)):
            self.do(ScaleSaid(Reading("scale", balance, weight, False, "kg", b"", 0, self.now)))

    @rule()
    def silence(self) -> None:
        self.do(ScaleSaid(None))

    @rule(grams=st.sampled_from([None, 0, 120, 1030]))
    def bag(self, grams: int | None) -> None:
        self.do(BagSaid(grams))

    @rule(ms=st.sampled_from([100, 1_000, 4_000, 200_000]))
    def wait(self, ms: int) -> None:
        self.now += ms
        self.do(Tick())

    @rule(item=st.sampled_from([MILK, TEA, APPLES]), minor=st.integers(1, 999))
    def reprice(self, item: str, minor: int) -> None:
        price, member = self.table[item]
        self.table[item] = replace(price, minor=minor, version=price.version + 1), member

    @rule()
    def pay(self) -> None:
        self.receipts += 1
        actions = self.do(PayPressed(f"r-{self.receipts}", 1))
        assert len(actions) <= 1

    @rule(place=st.integers(-1, 3))
    def void(self, place: int) -> None:
        before = self.lane.basket.lines
        self.do(VoidPressed(place))
        assert self.lane.basket.lines == before, "only the staff takes goods out"

    @rule(event=st.sampled_from([HelpPressed(), WeighCancelled()]))
    def buttons(self, event: Event) -> None:
        self.do(event)

    @rule(deed=st.sampled_from(Deed), place=st.integers(-1, 3), minor=st.integers(0, 400), badge=st.booleans())
    def staff(self, deed: Deed, place: int, minor: int, badge: bool) -> None:
        if badge:
            self.do(Scanned(BadgeCode(""), LOCAL, "Mara"))
        before = self.lane
        self.do(StaffDid(deed, place, minor, "dented"))
        if not before.staff:
            assert (self.lane.basket, self.lane.call, self.lane.closed) == (before.basket, before.call, before.closed)

    @precondition(lambda self: self.asked)
    @rule(yes=st.booleans(), data=st.data())
    def answer_coupon(self, yes: bool, data: Any) -> None:
        coupon = data.draw(st.sampled_from(sorted(self.asked)))
        self.asked.discard(coupon)
        if not yes:
            self.do(CouponRefused(coupon, "is at till-2"))
            return
        if coupon not in self.lent:  # whoever has it gets the same lending again
            self.lendings += 1
            self.lent[coupon] = self.lendings
        self.do(CouponLent(Coupon(coupon, self.lent[coupon], 150, "EUR")))
        draft = self.lane.draft  # a coupon that no basket needs goes back at once
        used = [off.coupon.coupon for off in draft.bill.off] + [one.coupon for one in draft.unused] if draft else []
        assert coupon not in self.lent or coupon in used or coupon in [one.coupon for one in self.lane.basket.coupons]

    @precondition(lambda self: self.pending)
    @rule(outcome=st.sampled_from(PaymentOutcome), person=st.booleans(), refused=st.booleans())
    def terminal(self, outcome: PaymentOutcome, person: bool, refused: bool) -> None:
        draft, self.pending = self.pending, None
        assert draft is not None
        if refused:
            self.do(PaymentRefused("nobody answers", began=True))
            return
        told = Payment(draft.receipt, "t", draft.bill.total, "EUR", outcome, needs_person=person)
        self.do(PaymentTold(told))
        if outcome is PaymentOutcome.UNKNOWN:
            assert self.lane.call is not None
            assert self.lane.call.reason is Reason.PAYMENT
            assert self.lane.phase is Phase.PAYING

    @precondition(lambda self: self.keeping)
    @rule()
    def keep(self) -> None:
        draft, self.keeping = self.keeping, None
        assert draft is not None
        self.sold.append(draft.receipt)
        for off in draft.bill.off:
            assert self.lent.pop(off.coupon.coupon) == off.coupon.lending
        for coupon in draft.unused:
            assert self.lent.pop(coupon.coupon) == coupon.lending
        self.do(SaleKept())

    @precondition(lambda self: self.printing)
    @rule(printout=st.sampled_from([Printout.PRINTED, Printout.UNKNOWN, None]))
    def printer(self, printout: Printout | None) -> None:
        draft, self.printing = self.printing, None
        assert draft is not None
        if printout is not None:
            self.printed.append(draft.receipt)
        self.do(PrintEnded(printout))

    @rule(closed=st.sampled_from([frozenset(), frozenset(), frozenset({Closed.LEASE})]))
    def close(self, closed: frozenset[Closed]) -> None:
        self.do(OpenChanged(closed))

    @invariant()
    def money_is_in_one_place(self) -> None:
        lane = self.lane
        if lane.phase is Phase.PAYING:
            assert lane.draft is not None
            assert lane.draft.receipt not in self.sold
            waits = self.pending or self.keeping or (lane.call and lane.call.reason is Reason.PAYMENT)
            assert waits, "nobody knows what became of the money, and nobody is told"
        if lane.phase in (Phase.FREE, Phase.SCANNING, Phase.WEIGHING):
            assert lane.draft is None
        for receipt in self.authorised:
            assert not (receipt in self.sold and receipt in self.dropped)

    @invariant()
    def a_free_lane_holds_nobody_s_coupon(self) -> None:
        if self.lane.phase is Phase.FREE:
            assert self.lent == {}

    @invariant()
    def nothing_hangs(self) -> None:
        lane = self.lane
        if lane.phase is Phase.PRINTING:
            assert self.printing or lane.call
        if lane.phase is Phase.WEIGHING:
            assert lane.wanted is not None
        assert lane.steps <= frozenset(Step)

    @invariant()
    def age_was_looked_at(self) -> None:
        if any(line.price.item == WINE for line in self.lane.basket.lines):
            assert self.lane.basket.age >= 18

    @invariant()
    def coupons_are_held_while_they_are_in_the_basket(self) -> None:
        for coupon in self.lane.basket.coupons:
            if self.lane.phase is not Phase.PRINTING:
                assert self.lent.get(coupon.coupon) == coupon.lending


Shopping.TestCase.settings = settings(max_examples=100, stateful_step_count=40)
TestShopping = Shopping.TestCase
