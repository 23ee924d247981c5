"""What a scanned code means: goods, a member, a coupon or a member of staff. Pure; never raises on what was scanned.

EAN, UPC, GS1-128, DataBar, GS1 Data Matrix and QR, and GS1 Digital Links are read by `biip`; numbers that mean
something in this store alone (a weight or a price in the digits) by the store's own table, see `layouts.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from biip import ParseError, parse
from biip.gs1_element_strings import GS1ElementString, GS1ElementStrings
from biip.symbology import SymbologyIdentifier
from biip.upc import Upc

from cloud_sync.contract.item import gtin14
from edge.lane.layouts import Layout, read_restricted

LONGEST = 1000
"""Characters of a code that anybody looks at."""
_POUND_GRAMS = Decimal("453.59237")
_INCH_MM = Decimal("25.4")
_MOST = 10_000_000
"""Grams, millilitres, millimetres or minor units of one packet."""
_BATCH = re.compile(r"[\x21-\x7e]{1,20}")
_UNITS = {"310": ("kg", Decimal(1000)), "320": ("kg", _POUND_GRAMS), "311": ("m", Decimal(1000)),
          "321": ("m", _INCH_MM), "315": ("l", Decimal(1000))}  # fmt: skip
"""Application identifiers of trade measures: what they measure, and how many grams, mm or ml one unit is."""


@dataclass(frozen=True, slots=True)
class Goods:
    """An item, and what its code says beside. `amount` counts thousandths of a `unit` (kg, l, m): grams, ml, mm.

    `minor` is the price printed on the packet. `expires` is the last day ("2026-12-31") or minute
    ("2026-12-31T14:30") on which it may be sold, on the shop's clock.
    """

    item: str
    unit: str = ""
    amount: int | None = None
    count: int | None = None
    minor: int | None = None
    currency: str = ""
    batch: str = ""
    expires: str = ""

    def expired(self, local: str) -> bool:
        """Whether that is past. `local`: the shop's clock as "2026-12-31T14:30"."""
        return bool(self.expires) and local[: len(self.expires)] > self.expires


@dataclass(frozen=True, slots=True)
class MemberCode:
    """The shopper is a member. `rest` is looked at for the tier's discount and kept nowhere."""

    rest: str = ""


@dataclass(frozen=True, slots=True)
class CouponCode:
    """A coupon, by its number."""

    coupon: str


@dataclass(frozen=True, slots=True)
class BadgeCode:
    """Somebody of the staff; the text is compared with what the settings know, and kept nowhere."""

    text: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Nothing that a lane could use."""


Code = Goods | MemberCode | CouponCode | BadgeCode | Unreadable


@dataclass(frozen=True, slots=True)
class Reading:
    """How this store reads codes: its layout table, and how codes that are no goods begin."""

    layouts: Sequence[Layout] = ()
    member: str = "MEMBER-"
    coupon: str = "C-"
    badge: str = "STAFF-"


def read_code(symbology: str, text: str, how: Reading) -> Code:
    """What was scanned. `symbology`: the AIM identifier without its bracket ("E0"), or "" where none was sent."""
    if not text or len(text) > LONGEST:
        return Unreadable()
    member = MemberCode(text[len(how.member) :])
    for prefix, made in ((how.member, member), (how.coupon, CouponCode(text)), (how.badge, BadgeCode(text))):
        if prefix and text.startswith(prefix) and len(text) > len(prefix):
            return made if not isinstance(made, CouponCode) or _is_coupon(text) else Unreadable()
    digits = text if text.isascii() and text.isdigit() else ""
    if digits and (found := read_restricted(digits, how.layouts)):
        return Goods(found.item, found.unit, found.amount, found.count, found.minor)
    if digits and len(digits) in (8, 12, 13, 14) and not _is_gs1(symbology):
        return _plain(digits)
    if digits and len(digits) in (6, 7) and symbology in ("", "E0", "X0"):
        return _short_upc(digits)
    elements = _elements(symbology, text)
    return _goods(elements) if elements is not None else Unreadable()


def _is_coupon(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", text) is not None


def _is_gs1(symbology: str) -> bool:
    """Whether the scanner says that application identifiers follow."""
    return symbology in ("C1", "d2", "d5", "Q3", "Q6") or symbology[:1] == "e"


def _plain(digits: str) -> Code:
    """A bare number. Eight digits are an EAN-8; where they cannot be one, a UPC-E as some scanners send it."""
    try:
        return Goods(gtin14(digits))
    except ValueError:
        return _short_upc(digits) if len(digits) == 8 else Unreadable()


def _short_upc(digits: str) -> Code:
    """A UPC-E that the scanner did not expand."""
    try:
        return Goods(gtin14(Upc.parse(digits).as_upc_a()))
    except (ParseError, ValueError):
        return Unreadable()


def _elements(symbology: str, text: str) -> GS1ElementStrings | None:
    """The element strings of a code with application identifiers or of a Digital Link; None: it is neither."""
    link = text[:8].lower().startswith(("http://", "https://"))
    known = f"]{symbology}" if _is_gs1(symbology) and not link else ""
    if known:
        try:
            SymbologyIdentifier.extract(known)
        except ParseError:
            known = ""
    if not (link or known or text.startswith("01")):
        return None  # plain text of another kind
    try:
        found = parse(known + text)
    except (ParseError, ValueError):
        return None
    said = found.gs1_digital_link_uri or found.gs1_message
    return said.element_strings if said is not None else None


def _goods(elements: GS1ElementStrings) -> Code:
    first = elements.get(ai="01")
    try:
        item = gtin14(first.value) if first is not None else ""
    except ValueError:
        item = ""
    if not item:
        return Unreadable()
    unit, amount = _measure(elements)
    minor, currency = _price(elements)
    batch = elements.get(ai="10")
    count = elements.get(ai="30")
    pieces = int(count.value) if count is not None and count.value.isdigit() else None
    if pieces is not None and not 1 <= pieces <= 10_000:
        return Unreadable()
    lot = batch.value if batch is not None and _BATCH.fullmatch(batch.value) else ""
    return Goods(item, unit, amount, pieces, minor, currency, lot, _expiry(elements))


def _measure(elements: GS1ElementStrings) -> tuple[str, int | None]:
    """Net weight, length or volume, in thousandths, rounded half up."""
    for one in elements:
        known = _UNITS.get(one.ai.ai[:3])
        number = _decimal(one) if known else None
        if known and number is not None:
            amount = int((number * known[1]).to_integral_value(ROUND_HALF_UP))
            return (known[0], amount) if 0 < amount <= _MOST else ("", None)
    return "", None


def _price(elements: GS1ElementStrings) -> tuple[int | None, str]:
    """The packet's price in hundredths, and its currency as ISO digits where it names one (AI 392n and 393n)."""
    for one in elements:
        kind = one.ai.ai[:3]
        number = _decimal(one) if kind in ("392", "393") else None
        if number is not None:
            minor = int((number * 100).to_integral_value(ROUND_HALF_UP))
            return (minor, one.value[:3] if kind == "393" else "") if 0 <= minor <= _MOST else (None, "")
    return None, ""


def _decimal(one: GS1ElementString) -> Decimal | None:
    """The number, with as many decimals as the identifier's last digit says. Read here: not each is by the library."""
    digits = one.value[3:] if one.ai.ai[:3] == "393" else one.value
    return Decimal(digits).scaleb(-int(one.ai.ai[3])) if digits.isascii() and digits.isdigit() else None


def _expiry(elements: GS1ElementStrings) -> str:
    """The earliest of expiry date (17) and expiry date with time (7003). A best-before date forbids no sale."""
    found = []
    day = elements.get(ai="17")
    if day is not None:
        found.append(_day(day))
    minute = elements.get(ai="7003")
    if minute is not None:
        digits = minute.value
        try:
            at = date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
        except ValueError:
            found.append("0000-00-00")
        else:
            found.append(f"{at.isoformat()}T{digits[6:8]}:{digits[8:10] or '59'}")
    return min(found, default="")


def _day(one: GS1ElementString) -> str:
    """The date, in this century. One that cannot be read is past: what is not known to be good is not sold."""
    if one.date is not None:
        return one.date.isoformat()
    digits = one.value
    try:
        return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]) or 1).isoformat()
    except ValueError:
        return "0000-00-00"
