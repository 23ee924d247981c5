"""Judging a receipt: each line against what every label of the item may have shown."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from nicegui import ui

from cloud_sync.pages.parts import card, notice, text
from cloud_sync.pages.theme import LOOKS, State
from edge.console.pages.shell import Region, Visit
from edge.proof.asking import Unanswerable, judged
from edge.proof.discount import Discounted, Fit
from edge.proof.moments import clock
from edge.proof.receipt import Judgement, Line, Verdict

VERDICTS = {
    Verdict.FINE: (State.RIGHT, "receipt.fine"),
    Verdict.POSSIBLE: (State.NEEDS_YOU, "receipt.possible"),
    Verdict.OVERCHARGE: (State.FAILED, "receipt.overcharge"),
}


class ReceiptDesk:
    """The card that takes a receipt's number and says how each of its lines fares."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._zone = ZoneInfo(visit.desk.context.shop.timezone)
        t = visit.t
        with card(t("receipt.title")):
            with ui.element("form").classes("console-filters") as form:
                self._number = ui.input(t("receipt.number")).props("outlined dense").classes("console-search")
                ui.button(t("receipt.judge"), icon="balance").props("type=submit outline")
            form.on("submit.prevent", self._judge)
            self._said = Region("aisle-stack")

    async def _judge(self) -> None:
        number = str(self._number.value or "").strip()[:64]
        if not number:
            return
        try:
            found = await self._visit.desk.look(lambda db: judged(db.conn, number))
        except Unanswerable:
            self._said.show(number, self._draw_nothing)
            return
        self._said.show((number, tuple(one.row.seq for one in found), self._visit.now), lambda: self._draw(found))

    def _draw_nothing(self) -> None:
        t = self._visit.t
        with notice(State.OFFLINE, t("receipt.none"), t("receipt.none.how")):
            pass

    def _draw(self, found: Sequence[Judgement]) -> None:
        t = self._visit.t
        for one in found:
            state, word = VERDICTS[one.verdict]
            start, end = clock(one.time.start, self._zone), clock(one.time.end, self._zone, one.time.start)
            when = t("receipt.when", till=one.till, start=start, end=end, row=one.row.seq)
            with notice(state, t(word), when):
                pass
            with ui.element("div").classes("console-list"):
                for line in one.lines:
                    self._draw_line(one, line)
                for coupon, minor in one.coupons:
                    self._draw_coupon(coupon, minor)
            self._draw_sum(one)

    def _draw_coupon(self, coupon: str, minor: int) -> None:
        with ui.element("div").classes("console-line"):
            ui.icon("local_offer").props("aria-hidden=true").classes("aisle-soft")
            text(self._visit.t("receipt.coupon", coupon=coupon)).classes("aisle-grow")
            text("−" + self._visit.desk.figures.money(minor))

    def _draw_sum(self, one: Judgement) -> None:
        t, money = self._visit.t, self._visit.desk.figures.money
        with ui.element("div").classes("console-line"):
            text(t("receipt.total"), "strong").classes("aisle-grow")
            text(money(one.total), "strong")
        if one.total > one.due:
            with notice(State.FAILED, t("receipt.overcharge"), t("receipt.total-wrong", right=money(one.due))):
                pass

    def _draw_discount(self, line: Line, found: Discounted) -> None:
        """By which rule it was cheaper, and what is odd about that."""
        t, figures = self._visit.t, self._visit.desk.figures
        facts = {"rule": found.rule, "name": found.name, "price": figures.money(found.from_minor)}
        if found.row is None:
            text(t("receipt.discount.unknown", **facts), "div").classes("aisle-small")
            return
        said = t("receipt.discount", percent=figures.permille(1000 - found.permille), **facts)
        text(said, "div").classes("aisle-soft aisle-small")
        if found.fit is Fit.OTHER_PRICE:
            wrong = t("receipt.discount.other-price", right=figures.money(found.due), price=figures.money(line.charged))
            text(wrong, "div").classes("aisle-small")
        elif found.fit is Fit.NOT_IN_FORCE:
            text(t("receipt.discount.not-in-force"), "div").classes("aisle-small")

    def _draw_line(self, one: Judgement, line: Line) -> None:
        t, money = self._visit.t, self._visit.desk.figures.money
        state, word = VERDICTS[line.verdict]
        low = line.lowest
        with ui.element("div").classes("console-line"):
            with ui.element("span").classes(f"aisle-chip aisle-{state}"):
                ui.icon(LOOKS[state].icon).props("aria-hidden=true")
                text(t(word))
            with ui.element("span").classes("aisle-grow"):
                price = money(line.charged) + ("" if line.per == "each" else f" / {line.per}")
                price = f"{line.quantity} × {price}" if line.per == "each" and line.quantity != 1 else price
                text(t("receipt.charged", item=line.item, price=price, version=line.version))
                if line.lowered is not None:
                    facts = {"by": line.lowered.by, "reason": line.lowered.reason}
                    said = t("receipt.lowered", price=money(line.lowered.from_minor), **facts)
                    text(said, "div").classes("aisle-soft aisle-small")
                if line.discount is not None:
                    self._draw_discount(line, line.discount)
                if line.batch:
                    text(t("receipt.batch", batch=line.batch), "div").classes("aisle-soft aisle-small")
                if line.member:
                    text(t("receipt.member"), "div").classes("aisle-soft aisle-small")
                if line.per != "each":
                    sums = {"amount": line.quantity / 1000, "unit": line.per, "total": money(line.total)}
                    text(t("receipt.weighed", **sums), "div").classes("aisle-soft aisle-small")
                if line.total > line.right:
                    text(t("receipt.sum-wrong", right=money(line.right)), "div").classes("aisle-small")
                if low is None:
                    text(t("receipt.no-label"), "div").classes("aisle-soft aisle-small")
                else:
                    key = "receipt.showed" if low.surely else "receipt.may-show"
                    said = t(key, label=low.label, price=money(low.minor), version=low.face.version)
                    text(said, "div").classes("aisle-soft aisle-small")
                if line.over:
                    text(t("receipt.over", price=money(line.over)), "div").classes("aisle-small")
            ui.link(t("receipt.look"), f"/ledger?of={line.item}&at={one.time.end}").classes("console-more")
