"""Answers in English, for the command line. Pure."""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from edge.proof.discount import Discounted, Fit
from edge.proof.facts import Evidence, Face, Look, Proof
from edge.proof.moments import clock
from edge.proof.receipt import Judgement, Line, Verdict
from edge.proof.timeline import Span

Money = Callable[[int | None], str]
PROOFS = {
    Proof.SENT: "sent",
    Proof.SENDING: "picture on its way",
    Proof.REPORTED: "device reports it",
    Proof.READ: "read back optically",
}
VERDICTS = {
    Verdict.FINE: "fine",
    Verdict.POSSIBLE: "possible overcharge, within the uncertainty",
    Verdict.OVERCHARGE: "overcharge",
}


def say_look(look: Look, money: Money, *, till: bool = False) -> str:
    """Such as: v7 (€1.29) or v8 (€1.49)."""
    items = {face.item for face in look.faces}
    said = [say_face(face, money, item=len(items) > 1) for face in look.faces]
    if look.away and not said:
        return "out of the shop"
    if look.unknown and till and not look.lost:
        said.append("no price")
    elif look.unknown:
        said.append("something that is not on record")
    return " or ".join(said) or "nothing"


def say_cover(look: Look, zone: ZoneInfo, moment: int) -> str:
    """Such as: , covered since 09:58:41 by ana; nothing for a label that can be read."""
    cover = look.covered
    return "" if cover is None else f", covered since {clock(cover.at, zone, moment)} by {cover.by}"


def say_face(face: Face, money: Money, *, item: bool = False) -> str:
    """Such as: v8 (€1.49). The price is left out when the ledger does not name it."""
    members = "" if face.member is None else f", members {money(face.member)}"
    price = f" ({money(face.minor)}{members})" if face.minor is not None else ""
    return f"v{face.version}{price}" + (f" of {face.item}" if item else "")


def say_story(story: Sequence[Span], money: Money, zone: ZoneInfo, moment: int, *, till: bool = False) -> str:
    """Such as: v7 until 09:58:03; v7 or v8 until 09:58:41; then v8."""
    said = []
    for place, span in enumerate(story):
        what = say_look(span.look, money, till=till) + say_cover(span.look, zone, moment)
        if place and place == len(story) - 1:
            said.append(f"then {what}" + ("" if span.end is None else f" until {clock(span.end, zone, moment)}"))
        elif span.end is None:
            since = "" if span.start is None else f" since {clock(span.start, zone, moment)}"
            said.append(what + since)
        elif len(story) == 1 and span.start is not None:
            said.append(f"{what} from {clock(span.start, zone, moment)} until {clock(span.end, zone, moment)}")
        else:
            said.append(f"{what} until {clock(span.end, zone, moment)}")
    return "; ".join(said)


def say_evidence(one: Evidence, zone: ZoneInfo, moment: int) -> str:
    """Such as: device reports it, row 131, 09:58:41, hash 3f2a91c05d77…"""
    source = f" by {one.source}" if one.source else ""
    return f"{PROOFS[one.proof]}{source}, row {one.seq}, {clock(one.at, zone, moment)}, hash {one.hash[:12]}…"


def say_sale_time(judged: Judgement, zone: ZoneInfo) -> str:
    """When the sale happened, how certain that is, and why."""
    time = judged.time
    span = f"{clock(time.start, zone)} to {clock(time.end, zone, time.start)}"
    told = f"the till's clock said {clock(time.till_at, zone, time.start)}"
    heard = f"the gateway heard of it at {clock(time.recorded_at, zone, time.start)}"
    if time.ahead_ms > 0:
        drift = f"the till's clock was at least {time.ahead_ms / 1000:g} s ahead"
    else:
        drift = f"the till's clock was at most {-time.ahead_ms / 1000:g} s behind"
    many = "this sale" if time.sales == 1 else f"{time.sales} sales"
    return f"sold {span} by the gateway's clock; {told}, {heard}; by {many}, {drift}"


def say_sum(judged: Judgement, money: Money) -> str:
    """What was paid, what coupons took off, and whether the sum is right."""
    said = f"paid {money(judged.total)}"
    if judged.coupons:
        said += "; " + ", ".join(f"coupon {coupon} took off {money(minor)}" for coupon, minor in judged.coupons)
    if judged.total > judged.due:
        said += f"; the lines{' less coupons' if judged.coupons else ''} come to {money(judged.due)}: an overcharge"
    return said


def say_discount(line: Line, found: Discounted, money: Money) -> str:
    """Such as: −10 % of €1.99 by gold-10 (Gold), row 812."""
    if found.row is None:
        return f"less than {money(found.from_minor)} by {found.rule}, a rule that is not on record"
    said = f"−{(1000 - found.permille) / 10:g} % of {money(found.from_minor)} by {found.rule} ({found.name})"
    said += f", row {found.row.seq}"
    if found.fit is Fit.OTHER_PRICE:
        said += f"; that is {money(found.due)}, not {money(line.charged)}"
    elif found.fit is Fit.NOT_IN_FORCE:
        said += ", which was not in force by the till's clock"
    given = None if line.till is None else line.till.minor
    if given is not None and given != found.from_minor:
        said += f"; all others paid {money(given)} by that version"
    return said


def say_line(line: Line, money: Money, zone: ZoneInfo, moment: int) -> str:
    """Why a line got its verdict."""
    if line.lowest is None:
        said = "no label of this item was on record then"
    else:
        low = line.lowest
        sure = "showed" if low.surely else "may have shown"
        until = "" if low.span.end is None else f" until {clock(low.span.end, zone, moment)}"
        price = money(low.minor) + (" to members" if line.member or line.discount is not None else "")
        said = f"lowest: {low.label} {sure} {price} (v{low.face.version}){until}"
    if line.batch:
        said += f"; batch {line.batch}"
    if line.lowered is not None:
        said += f"; changed by {line.lowered.by} from {money(line.lowered.from_minor)}: {line.lowered.reason}"
    if line.discount is not None:
        said += "; " + say_discount(line, line.discount, money)
    excused = line.lowered is not None or line.discount is not None
    if not excused and line.till is not None and line.charged < (line.till.minor or 0):
        said += f"; less than the till was given ({money(line.till.minor)}), and nobody's name stands for it"
    if line.total > line.right:
        said += f"; by its own price the line comes to {money(line.right)}, not {money(line.total)}"
    if line.over:
        most = "" if line.verdict is Verdict.OVERCHARGE else "at most "
        said += f"; {most}{money(line.over)} too much"
    if line.blank:
        said += f"; what {', '.join(line.blank)} showed is not on record"
    if line.till is None:
        said += "; the ledger does not know that the till had this version"
    return said
