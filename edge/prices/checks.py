"""What a store checks before a signed change may touch anything. Pure; every verdict names its rule."""

from collections.abc import Callable
from dataclasses import dataclass

from cloud_sync.contract.change import Change, ChangeRow
from cloud_sync.contract.reasons import say
from edge.law.lows import Record
from edge.law.reduction import Objection, judge_reduction
from edge.law.settings import Action, Law
from edge.law.unit_price import unit_price_fault


@dataclass(frozen=True, slots=True)
class Limits:
    """Sanity limits of a store. Percentages are of the price in force; prices in minor units.

    A jump past the first limit waits for one person's approval, past the second for that of two.
    """

    currency: str = "EUR"
    floor_minor: int = 1
    ceiling_minor: int = 10_000_00
    max_raise_percent: int = 100
    max_cut_percent: int = 90
    two_people_raise_percent: int = 1000
    two_people_cut_percent: int = 95


@dataclass(frozen=True, slots=True)
class Known:
    """The price in force for an item. `settled`: it has landed everywhere and nothing newer is on its way.

    `regular`: what the item costs when it is on no promotion, in minor units; jumps are judged by it.
    """

    version: int
    row: ChangeRow
    settled: bool
    regular: int


@dataclass(frozen=True, slots=True)
class Accept:
    """The row may go ahead."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The row waits for a person's approval, or for that of several."""

    why: str
    people: int = 1


@dataclass(frozen=True, slots=True)
class Refuse:
    """The row will not be used."""

    why: str


@dataclass(frozen=True, slots=True)
class Same:
    """The row says what has landed everywhere already: nothing is to be done, and no label is touched."""


Verdict = Accept | Hold | Refuse | Same


def check_change(change: Change, *, store: str, last: int, now: int) -> str:
    """Why the whole change must be refused, or "" when it may be read row by row. `last`: last sequence taken."""
    if change.store != store:
        return f"meant for store {change.store}, this is {store}"
    if change.sequence <= last:
        return f"replayed: number {change.sequence} is not newer than {last}"
    if change.expires_at <= now:
        return "expired before it arrived"
    if change.expires_at <= change.effective_at:
        return "expires before it would take effect"
    if change.deadline is not None and change.deadline <= now:
        return say("batch-late")
    return ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a row is judged by: the price in force, what is on record of the item, and when the row is to begin."""

    known: Known | None
    record: Record
    starts: int
    """UTC epoch milliseconds."""
    ends: bool = False
    """Whether it is a promotion with an end, which is never the same as a price without one."""


def check_row(row: ChangeRow, seen: Seen, limits: Limits, law: Law, undrawable: Callable[[str], str]) -> Verdict:
    """Judge one row. `undrawable(name)` says why a name cannot be drawn on a label, or ""."""
    known = seen.known
    if known is not None and known.settled and not seen.ends and known.row == as_shown(row):
        return Same()
    if why := _sanity(row, known, limits) or _words(row, law, undrawable):
        return Refuse(why)
    if (verdict := _unit_price(row, law)) is not None:
        return verdict
    if (objection := check_reduction(row, seen.record, seen.starts, law)) is not None:
        return Hold(objection.why) if objection.action is Action.HOLD else Refuse(objection.why)
    if known is None:
        return Accept()
    verdict = _check_jump(row.minor, known.regular, limits)
    if isinstance(verdict, Accept) and row.member_minor is not None:
        return _check_jump(min(row.member_minor, known.regular), known.regular, limits)
    return verdict


def check_afterwards(row: ChangeRow, seen: Seen, limits: Limits, law: Law, undrawable: Callable[[str], str]) -> str:
    """Why an item cannot cost this after its promotion, or "". Nobody can be asked then, so what waits is refused."""
    match check_row(row, seen, limits, law, undrawable):
        case Hold(why) | Refuse(why):
            return say("afterwards", why=why)
    return ""


def check_reduction(row: ChangeRow, record: Record, starts: int, law: Law) -> Objection | None:
    """What stands against the reduction that a row announces. Asked when it arrives, and again when it begins."""
    return None if law.reductions is None else judge_reduction(row, record, starts, law.reductions)


def as_shown(row: ChangeRow) -> ChangeRow:
    """The row without what is only said in evidence and shown to nobody."""
    return row.model_copy(update={"content": None, "content_within": 0, "override": None})


def _sanity(row: ChangeRow, known: Known | None, limits: Limits) -> str:
    """What is wrong with the row's figures by themselves and beside the price in force, or ""."""
    if row.currency != limits.currency:
        return say("currency", given=row.currency, own=limits.currency)
    if not limits.floor_minor <= row.minor <= limits.ceiling_minor:
        return say("floor-ceiling", price=row.minor, least=limits.floor_minor, most=limits.ceiling_minor)
    if row.was_minor is not None and row.was_minor <= row.minor:
        return say("promotion", was=row.was_minor, price=row.minor)
    if row.member_minor is not None and row.member_minor > row.minor:
        return say("member-price", member=row.member_minor, price=row.minor)
    if row.member_minor is not None and row.member_minor < limits.floor_minor:
        return say("floor-ceiling", price=row.member_minor, least=limits.floor_minor, most=limits.ceiling_minor)
    if (row.unit_minor is None) != (row.unit is None):
        return say("unit-incomplete")
    if known is not None and known.row.per != row.per:
        return say("sold-per", old_per=known.row.per, new_per=row.per)
    return ""


def _words(row: ChangeRow, law: Law, undrawable: Callable[[str], str]) -> str:
    if why := undrawable(row.name):
        return say("name", why=why)
    if row.override is None and (word := law.words.hit(row.name)):
        return say("advertising-word", word=word)
    return ""


def _unit_price(row: ChangeRow, law: Law) -> Verdict | None:
    if law.unit_price is Action.ACCEPT or not (why := unit_price_fault(row, law.unit_tolerance)):
        return None
    return Hold(why) if law.unit_price is Action.HOLD else Refuse(why)


def _check_jump(new: int, old: int, limits: Limits) -> Verdict:
    """Hold a jump past a limit; past the larger one, for two people."""
    if not old or new == old:
        return Accept()
    kind, one, two = (
        ("jump-raise", limits.max_raise_percent, limits.two_people_raise_percent)
        if new > old
        else ("jump-cut", limits.max_cut_percent, limits.two_people_cut_percent)
    )
    if abs(new - old) * 100 > max(one, two) * old:
        return Hold(say(f"{kind}-two", old=old, new=new, percent=max(one, two)), people=2)
    if abs(new - old) * 100 > one * old:
        return Hold(say(kind, old=old, new=new, percent=one))
    return Accept()
