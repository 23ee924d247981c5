"""A chain's price list as CSV → rows that can be pushed and rejects that say why. Pure: bytes in, facts out.

Every row either lands or is rejected with its line and a reason: `len(rows) + len(rejects) == total`.
What is decided here, because files do not agree with themselves:

- no barcode, or one with a wrong check digit → the chain's own number, as an internal item, and a note;
- a special price without a regular one is the price; what it "was" is the lowest price of 30 days, else the
  regular price, and only if that is higher (a reduction may be announced against nothing else);
- the same item twice and alike → the first lands; the same item at two prices → nobody knows which is right,
  so all of them are rejected, naming each other, and the item keeps the price it has;
- sold by the kg at one price with another price per kg beside it → rejected: either could be the wrong one;
- a price with parts of a cent cannot be charged as written and is rejected, never rounded.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from pydantic import ValidationError

from cloud_sync.contract.change import ChangeRow
from cloud_sync.contract.item import gtin14, internal_item
from cloud_sync.hq.csv_amounts import Mark, decimal_mark, exact_minor, read_amount, rounded_minor
from cloud_sync.hq.csv_columns import Columns, find_columns
from cloud_sync.hq.csv_records import Record, Unreadable, read_table

__all__ = ["Landing", "PriceImport", "Reject", "Unreadable", "harmless", "read_prices", "rejects_csv"]

MAX_NAME = 120
MAX_CONTENT = 10**9
_SPELLINGS = {"kg": "kg 千克 公斤", "l": "l lit 升", "m": "m 米", "each": "each ko kom pc pcs st stk 个 件"}
_UNITS = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()}
_QUANTITY = re.compile(r"(?P<amount>[0-9.,]+)\s*(?P<unit>\D+)")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Landing:
    """A row that can be pushed, the line it stands on, and what was decided about it."""

    line: int
    row: ChangeRow
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be pushed: its line, the reason for a person, and the row as it was."""

    line: int
    reason: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PriceImport:
    """What became of a whole file."""

    header: tuple[str, ...]
    encoding: str
    delimiter: str
    rows: tuple[Landing, ...]
    rejects: tuple[Reject, ...]

    @property
    def total(self) -> int:
        """Rows of the file, blank lines and the header left out."""
        return len(self.rows) + len(self.rejects)


@dataclass(frozen=True, slots=True)
class _Manner:
    """How this file writes things."""

    columns: Columns
    mark: Mark
    currency: str


def read_prices(data: bytes, currency: str = "EUR", mapping: Mapping[str, str] | None = None) -> PriceImport:
    """Read a whole price file. `mapping`: field (of `csv_columns`) → header name. Raises Unreadable."""
    table = read_table(data)
    columns = find_columns(table.header, mapping)
    good = [record for record in table.records if not record.fault]
    amounts = (
        columns.get(record.fields, field)
        for record in good
        for field in ("price", "special", "member", "best30", "unit_price")
    )
    manner = _Manner(columns, decimal_mark(amounts), currency)
    rejects = [Reject(record.line, record.fault, record.fields) for record in table.records if record.fault]
    read: list[tuple[Landing, Record]] = []
    for record in good:
        try:
            read.append((_landing(record, manner), record))
        except ValueError as error:
            rejects.append(Reject(record.line, str(error), record.fields))
    rows, doubles = _one_row_per_item(read)
    rejects = sorted(rejects + doubles, key=lambda reject: reject.line)
    return PriceImport(table.header, table.encoding, table.delimiter, tuple(rows), tuple(rejects))


def rejects_csv(done: PriceImport) -> str:
    """The rejects as CSV: line, reason, then the row as it was, with nothing that a spreadsheet would run."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([harmless(cell) for cell in ("line", "reason", *done.header)])
    for reject in done.rejects:
        writer.writerow([str(reject.line), *(harmless(cell) for cell in (reject.reason, *reject.fields))])
    return out.getvalue()


def harmless(cell: str) -> str:
    """A cell that a spreadsheet takes as text even where it looks like a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _landing(record: Record, manner: _Manner) -> Landing:
    """One record as a row. Raises ValueError with a reason fit for the rejects file."""
    notes: list[str] = []
    currency = manner.columns.get(record.fields, "currency").upper() or manner.currency
    if currency != manner.currency:
        raise ValueError(f"the price is in {currency[:10]}; the store sells in {manner.currency}")
    name = _name(manner.columns.get(record.fields, "name"))
    item = _item(record, manner, notes)
    minor, was = _price(record, manner, notes)
    members = manner.columns.get(record.fields, "member")
    member = exact_minor(members, manner.mark, manner.currency) if members else None
    if member is not None and member > minor:
        raise ValueError("the price for members is above the price for all")
    per = _per(record, manner, notes)
    unit, unit_minor = _unit_price(record, manner, per, minor, notes)
    content, within = (None, 0) if unit is None else _content(record, manner, unit)
    try:
        row = ChangeRow.model_validate(
            {"item": item, "name": name, "minor": minor, "currency": currency, "per": per, "unit": unit,
             "unit_minor": unit_minor, "was_minor": was, "member_minor": member, "content": content,
             "content_within": within, "override": manner.columns.get(record.fields, "override") or None}
        )  # fmt: skip
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"]) from error
    return Landing(record.line, row, "; ".join(notes))


def _name(text: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", text).split())
    name = "".join(sign for sign in name if unicodedata.category(sign) != "Cf" or sign in "\u200c\u200d")
    if not name:
        raise ValueError("the item has no name")
    if len(name) > MAX_NAME:
        raise ValueError(f"the name has {len(name)} characters, at most {MAX_NAME} are allowed")
    if "\ufffd" in name or any(unicodedata.category(sign) in ("Cc", "Cs", "Co") for sign in name):
        raise ValueError("the name has characters in it that cannot be shown")
    return name


def _item(record: Record, manner: _Manner, notes: list[str]) -> str:
    """The item as a GTIN-14: its barcode, else the chain's own number."""
    barcode = manner.columns.get(record.fields, "barcode").lstrip("'")
    number = manner.columns.get(record.fields, "number").lstrip("'")
    why = "no barcode"
    if barcode:
        try:
            return gtin14(barcode)
        except ValueError as error:
            why = str(error)[:120]
    if not number:
        raise ValueError(f"{why}, and no item number to use instead")
    try:
        item = internal_item(number)
    except ValueError as error:
        raise ValueError(f"{why}, and {str(error)[:120]}") from error
    notes.append(f"{why}: goes by the chain's own number {number}")
    return item


def _price(record: Record, manner: _Manner, notes: list[str]) -> tuple[int, int | None]:
    """What the item costs and, for a promotion, what it was."""

    def amount(field: str) -> int | None:
        text = manner.columns.get(record.fields, field)
        return exact_minor(text, manner.mark, manner.currency) if text else None

    regular, special = amount("price"), amount("special")
    minor = regular if special is None else special
    if minor is None:
        raise ValueError("no price and no special price")
    if minor == 0:
        raise ValueError("the price is zero")
    if special is None:
        return minor, None
    best = amount("best30")
    was = regular if best is None else best
    if was is None or was <= special:
        notes.append("a special price without a higher price in the last 30 days: shown without a reduction")
        return minor, None
    return minor, was


def _per(record: Record, manner: _Manner, notes: list[str]) -> str:
    unit = manner.columns.get(record.fields, "unit")
    per = _UNITS.get(unit.casefold(), "")
    if unit and not per:
        notes.append(f"unit {unit[:20]!r} is not known: sold by the piece")
    return per or "each"


def _unit_price(
    record: Record, manner: _Manner, per: str, minor: int, notes: list[str]
) -> tuple[str | None, int | None]:
    """Unit and price of one unit; None where the price itself is per unit or the file does not tell."""
    text = manner.columns.get(record.fields, "unit_price")
    unit_minor = rounded_minor(text, manner.mark, manner.currency) if text else 0
    if not unit_minor:
        return None, None
    if per != "each":
        if unit_minor != minor:
            raise ValueError(f"sold by the {per}, yet price and price per {per} differ: one of them is wrong")
        return None, None
    quantity = _QUANTITY.fullmatch(manner.columns.get(record.fields, "quantity"))
    unit = _UNITS.get(quantity["unit"].strip().casefold()) if quantity else None
    if unit is None:
        notes.append("the unit of the unit price is not known: shown without a unit price")
        return None, None
    return unit, unit_minor


def _content(record: Record, manner: _Manner, unit: str) -> tuple[int | None, int]:
    """How much a piece holds, in thousandths of the unit (pieces for "each"), and by how much that may be rounded.

    A whole number is meant as it stands. Decimals are taken to be rounded by up to half a step of the last digit; a
    single step, such as 0.01 kg, stands for anything up to one and a half: lists write it of a 4.8 g stick too.
    None when nothing is written, or nothing that can be read.
    """
    found = _QUANTITY.fullmatch(manner.columns.get(record.fields, "quantity"))
    if found is None:
        return None, 0
    try:
        quantity = read_amount(found["amount"], manner.mark)
    except ValueError:
        return None, 0
    parts = 1 if unit == "each" else 1000
    content = quantity * parts
    if not 0 < content <= MAX_CONTENT:
        return None, 0
    whole = max(1, int(content.to_integral_value(ROUND_HALF_UP)))
    digits = -int(quantity.as_tuple().exponent)
    if digits <= 0 or (unit == "each" and content == whole):
        return whole, 0
    step = Decimal(parts).scaleb(-digits)
    within = (step if content == step else step / 2) + abs(content - whole)
    return whole, int(within.to_integral_value(ROUND_CEILING))


def _one_row_per_item(read: list[tuple[Landing, Record]]) -> tuple[list[Landing], list[Reject]]:
    """Let each item land once; see the module's text for which row."""
    by_item: dict[str, list[tuple[Landing, Record]]] = {}
    for landing, record in read:
        by_item.setdefault(landing.row.item, []).append((landing, record))
    rows: list[Landing] = []
    rejects: list[Reject] = []
    for item, same in by_item.items():
        first = same[0][0]
        if all(landing.row == first.row for landing, _ in same):
            rows.append(first)
            rejects += [Reject(r.line, f"duplicate of line {first.line}", r.fields) for _, r in same[1:]]
            continue
        lines = [landing.line for landing, _ in same]
        shown = ", ".join(str(line) for line in lines[:10]) + (" …" if len(lines) > 10 else "")
        why = f"lines {shown} say different things about item {item}; none of them is used"
        rejects += [Reject(record.line, why, record.fields) for _, record in same]
    return sorted(rows, key=lambda landing: landing.line), rejects
