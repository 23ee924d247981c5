"""Judging a receipt: what each line charged, and what every label of the item may have shown. Pure.

When a sale happened is itself uncertain: the till tells its own clock's time, the gateway knows when it heard of it.
An overcharge is stated only when no time that is possible, and no candidate that is possible, would excuse it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from cloud_sync.contract.events import Lowered
from edge.proof.discount import Discounted, judge_discount
from edge.proof.facts import Evidence, Face, Look, Row
from edge.proof.sold import Sold, read_line
from edge.proof.timeline import Span, Timeline

DELIVERY_MS = 2_000
"""How long a till's word may have been on its way when it came at once."""


class Verdict(StrEnum):
    """How a line fares."""

    FINE = "fine"
    POSSIBLE = "possible"
    """A label may have shown less, but the ledger does not prove it."""
    OVERCHARGE = "overcharge"


@dataclass(frozen=True, slots=True)
class SaleTime:
    """When a sale happened, by the gateway's clock: from `start` to `end`.

    `till_at` is what the till's clock said, `recorded_at` the time of the ledger row. `ahead_ms`: how far the till's
    clock was ahead of the gateway's at least (negative: behind by this at the most), judged by `sales` of its sales.
    """

    start: int
    end: int
    till_at: int
    recorded_at: int
    ahead_ms: int
    sales: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A price that a label may have shown within the window that counts."""

    label: str
    face: Face
    span: Span
    surely: bool
    """Whether it showed this price or a lower one at a time that counts, whenever the sale was within its bounds."""
    minor: int
    """The price, to all or to members."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sale line and its verdict. Money is minor units; `over` is charged too much for the whole line, at the most.

    `charged` buys one `per`; `right` is what the line comes to by it, rounded once. `member`: it is the price for
    members, judged by what labels promise them.
    """

    item: str
    version: int
    charged: int
    member: bool
    quantity: int
    total: int
    per: str
    right: int
    verdict: Verdict
    lowest: Shown | None
    over: int
    shown: tuple[Shown, ...]
    blank: tuple[str, ...]
    """Labels of the item whose picture is not on record at that time."""
    till: Face | None
    """The version as the till was given it; None: the ledger does not know that the till had it."""
    lowered: Lowered | None = None
    """Who lowered the price at the till, from what and why. A price that was raised is an overcharge."""
    batch: str = ""
    """Which batch was sold, where the scanned code named it."""
    discount: Discounted | None = None
    """By which rule a member paid less, and whether the price follows from it. It is no overcharge either way."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A receipt, judged line by line. `row` is the sale's row of the ledger, `total` what was paid.

    `coupons`: each with what it took off. They stand beside the lines, which say what the items cost.
    """

    receipt: str
    till: str
    row: Row
    time: SaleTime
    grace_ms: int
    total: int
    lines: tuple[Line, ...]
    coupons: tuple[tuple[str, int], ...] = ()

    @property
    def due(self) -> int:
        """What the lines come to, less what coupons took off."""
        return sum(line.total for line in self.lines) - sum(minor for _, minor in self.coupons)

    @property
    def verdict(self) -> Verdict:
        """The worst of the lines; a sum that is more than these come to is an overcharge, too."""
        found = {line.verdict for line in self.lines}
        if self.total > self.due:
            found.add(Verdict.OVERCHARGE)
        return next((one for one in reversed(Verdict) if one in found), Verdict.FINE)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Every row that the judgement rests on, in order."""
        faces = [shown.face for line in self.lines for shown in line.shown]
        faces += [line.till for line in self.lines if line.till is not None]
        return tuple(sorted({one for face in faces for one in face.evidence}, key=lambda one: (one.seq, one.proof)))


def sale_time(sale: Row, others: Iterable[Row] = ()) -> SaleTime:
    """When the sale happened. `others`: sales of the same till near it, to judge the till's clock by.

    No sale is heard of before it happened, so the smallest gap between a till's time and the gateway's bounds how far
    the till's clock is behind, and a negative gap proves that it is ahead.
    """
    near = [sale, *others]
    gaps = [row.at - till_at(row) for row in near]
    behind = min(gaps)
    at = till_at(sale)
    start = at + min(0, behind) - DELIVERY_MS
    end = min(sale.at, at + max(0, behind))
    if behind < 0:
        end = min(sale.at, at + behind)
    return SaleTime(min(start, end), end, at, sale.at, -behind, len(near))


def till_at(sale: Row) -> int:
    """The time of a sale by the till's clock; the gateway's where the row has none."""
    at = sale.body.get("at")
    return at if isinstance(at, int) else sale.at


def judge(
    sale: Row,
    time: SaleTime,
    labels: Mapping[str, Sequence[Timeline]],
    tills: Mapping[tuple[str, bool], Timeline],
    grace_ms: int,
    sold_per: Callable[[str, int], str] = lambda _item, _version: "each",
    rules: Sequence[Row] = (),
) -> Judgement:
    """Judge a sale row. `labels`: item → timelines of all labels that ever stood for it; `tills`: item, and
    whether it is for members → the till's. `sold_per`: see `read_line`. `rules`: see `judge_discount`.
    """
    lines = []
    for row in sale.body["lines"]:
        sold = read_line(row, sold_per)
        stood = labels.get(sold.item, ())
        is_member = sold.member or sold.discount is not None
        shown = lowest_first(
            stood, sold.item, time.start - grace_ms, time.end, surely=time, grace_ms=grace_ms, member=is_member
        )
        blank = tuple(
            line.device
            for line in stood
            if any(_unread(span.look, sold.item) for span in line.during(time.start, time.end))
        )
        till = tills.get((sold.item, sold.member))
        held = till.between(time.start, max(time.end, sale.at)).look.faces if till is not None else ()
        given = next((face for face in held if face.version == sold.version), None)
        line = _judge_line(sold, shown, blank, given)
        if sold.discount is not None:
            line = replace(line, discount=judge_discount(sold.discount, sold.charged, till_at(sale), rules))
        lines.append(line)
    return Judgement(
        str(sale.body.get("receipt", "")),
        sale.subject,
        sale,
        time,
        grace_ms,
        int(sale.body.get("total", 0)),
        tuple(lines),
        tuple((str(coupon), int(minor)) for coupon, minor in sale.body.get("coupons", ())),
    )


def _judge_line(sold: Sold, shown: list[Shown], blank: tuple[str, ...], given: Face | None) -> Line:
    """Unit prices are compared; what a line comes to is rounded once, and no more than its own price makes it."""
    below = [one for one in shown if one.minor < sold.charged]
    proven = [one for one in below if one.surely]
    right = sold.at(sold.charged if sold.lowered is None else min(sold.charged, sold.lowered.from_minor))
    verdict = Verdict.OVERCHARGE if proven or sold.total > right else Verdict.POSSIBLE if below else Verdict.FINE
    worst = proven[0] if proven else shown[0] if shown else None
    due = min(right, sold.at(worst.minor)) if below and worst else right
    return Line(
        sold.item, sold.version, sold.charged, sold.member, sold.quantity, sold.total, sold.per, right, verdict, worst,
        max(0, sold.total - due), tuple(shown), blank, given, sold.lowered, sold.batch,
    )  # fmt: skip


def lowest_first(
    labels: Iterable[Timeline],
    item: str,
    start: int,
    end: int,
    *,
    surely: SaleTime | None = None,
    grace_ms: int = 0,
    member: bool = False,
) -> list[Shown]:
    """Every price that a shopper may have read on a label of the item from `start` to `end`, the lowest first.

    `member`: prices as members read them.
    """
    found = []
    for line in labels:
        for span in line.during(start, end):
            for face in span.look.faces if span.look.covered is None else ():
                minor = face.price(member=member)
                if face.item == item and minor is not None:
                    sure = surely is not None and _surely(span, face, surely, grace_ms, member=member)
                    found.append(Shown(line.device, face, span, sure, minor))
    return sorted(found, key=lambda one: (one.minor, not one.surely, one.label, one.span.first))


def _unread(look: Look, item: str) -> bool:
    """Whether the label stood for the item and could be read, but what it showed is not on record."""
    return look.unknown and look.bound == item and look.covered is None


def _surely(span: Span, face: Face, time: SaleTime, grace_ms: int, *, member: bool) -> bool:
    """Whether the label showed this price or less, and stood for the item, at a time that counts for any sale time."""
    if span.look.unknown or span.look.away or len(span.windows) != 1:
        return False
    least = face.price(member=member) or 0
    prices = [(one.item, one.price(member=member)) for one in span.look.faces]
    if any(of != face.item or minor is None or minor > least for of, minor in prices):
        return False
    window = span.windows[0]
    return (window.start is None or window.start <= time.start) and (
        window.end is None or window.end >= time.end - grace_ms
    )
