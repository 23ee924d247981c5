"""Numbers that mean something in one country or chain only: which digits are the item, the weight, the price.

No world-wide law says how such a number is built (GS1 General Specifications, restricted circulation numbers), so it
is a table: `layouts.json` has countries, a store's settings may add its own, which go first.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated, Literal, Self

from biip.checksums import gs1_price_weight_check_digit
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from cloud_sync.contract.item import check_digit, gtin14, internal_item

Slice = tuple[Annotated[int, Field(ge=0, le=40)], Annotated[int, Field(ge=1, le=40)]]


class Part(BaseModel):
    """A number in the digits: from where to where, and how many of its digits stand behind the point."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    at: Slice
    decimals: Annotated[int, Field(ge=0, le=3)]


class Layout(BaseModel):
    """One kind of number. `prefixes`: how it begins. `item`: the digits of the item's number.

    `item_as`: "zeroed": the item's price stands under this same number, 0 in place of weight and price; "internal":
    under the chain's own item number; `items` says it for single numbers. `weight` is in kg, `price` in currency units.
    `verifier`: where the check digit of weight or price stands. `check`: the last digit is a GS1 check digit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Annotated[str, Field(max_length=40)]
    prefixes: Annotated[tuple[Annotated[str, Field(pattern=r"^[0-9]{1,7}$")], ...], Field(min_length=1)]
    length: Annotated[int, Field(ge=8, le=40)]
    item: Slice
    weight: Part | None = None
    price: Part | None = None
    count: Part | None = None
    verifier: Annotated[int, Field(ge=0, le=39)] | None = None
    check: bool = True
    item_as: Literal["zeroed", "internal"] = "zeroed"
    items: dict[Annotated[str, Field(pattern=r"^[0-9]+$")], Annotated[str, Field(pattern=r"^[0-9]{8,14}$")]] = {}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        parts = [self.item, *(part.at for part in (self.weight, self.price, self.count) if part)]
        if len(parts) == 1:
            raise ValueError(f"{self.name}: says neither weight nor price nor count")
        if any(not start < end <= self.length - self.check for start, end in parts):
            raise ValueError(f"{self.name}: a part lies outside of the {self.length} digits")
        if self.price and self.price.decimals > 2:
            raise ValueError(f"{self.name}: a price has two decimals at most")
        if self.item_as == "zeroed" and self.length not in (8, 12, 13) and not self.items:
            raise ValueError(f"{self.name}: {self.length} digits are no item number; use item_as or items")
        if self.item_as == "internal" and self.item[1] - self.item[0] > 10:
            raise ValueError(f"{self.name}: an item number of the chain has ten digits at most")
        if self.verifier is not None and self._verified() not in (4, 5):
            raise ValueError(f"{self.name}: a verifier is for four or five digits")
        return self

    def _verified(self) -> int:
        part = self.weight or self.price or self.count
        return part.at[1] - part.at[0] if part else 0


@dataclass(frozen=True, slots=True)
class Restricted:
    """What such a number says. `amount` is in grams, `minor` in minor units."""

    item: str
    unit: str
    amount: int | None
    count: int | None
    minor: int | None


def read_restricted(digits: str, layouts: Sequence[Layout]) -> Restricted | None:
    """By the first layout that fits in every check digit; None: the number is a plain one, or wrong.

    A UPC of 12 digits comes from most scanners as 13, with a 0 before it.
    """
    for layout in layouts:
        own = digits[1:] if layout.length == 12 and len(digits) == 13 and digits[0] == "0" else digits
        if len(own) == layout.length and own.startswith(layout.prefixes) and _sound(own, layout):
            found = _read(own, layout, _item(own, layout))
            if found is not None:
                return found
    return None


def country_layouts(country: str) -> tuple[Layout, ...]:
    """The table of a country ("cn", "de", …). Raises ValueError where there is none."""
    tables = json.loads(files("edge.lane").joinpath("layouts.json").read_text(encoding="utf-8"))
    if country not in tables:
        raise ValueError(f"there is no layout table for {country!r}; there are: {', '.join(sorted(tables))}")
    return TypeAdapter(tuple[Layout, ...]).validate_python(tables[country])


def _sound(digits: str, layout: Layout) -> bool:
    if layout.check and check_digit(digits[:-1]) != digits[-1]:
        return False
    part = layout.weight or layout.price or layout.count
    if layout.verifier is None or part is None:
        return True
    return str(gs1_price_weight_check_digit(digits[slice(*part.at)])) == digits[layout.verifier]


def _item(digits: str, layout: Layout) -> str:
    number = digits[slice(*layout.item)]
    try:
        if number in layout.items:
            return gtin14(layout.items[number])
        if layout.item_as == "internal":
            return internal_item(number)
    except ValueError:
        return ""
    bare = list(digits[:-1])
    for part in (layout.weight, layout.price, layout.count):
        if part is not None:
            bare[slice(*part.at)] = "0" * (part.at[1] - part.at[0])
    if layout.verifier is not None:
        bare[layout.verifier] = "0"
    body = "".join(bare)
    return (body + check_digit(body)).zfill(14) if layout.length in (8, 12, 13) else ""


def _read(digits: str, layout: Layout, item: str) -> Restricted | None:
    def number(part: Part | None, decimals: int) -> int | None:
        return int(digits[slice(*part.at)]) * 10 ** (decimals - part.decimals) if part else None

    amount, count, minor = number(layout.weight, 3), number(layout.count, 0), number(layout.price, 2)
    if not item or amount == 0 or count == 0 or minor == 0:
        return None  # the bare number itself: it says neither
    return Restricted(item, "kg" if amount else "", amount, count, minor)
