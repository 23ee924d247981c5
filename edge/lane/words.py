"""The words of docs/mqtt.md, as a lane says and hears them. What cannot be read is dropped whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from drivers.base import DiscountRow, Discounts, MemberRow, PriceRow
from edge.lane.basket import Coupon
from edge.lane.journal import Entry

MAX_PAYLOAD = 65_536
Whole = Annotated[int, Field(ge=0, le=2**53 - 1, strict=True)]
Number = Annotated[int, Field(ge=1, le=2**53 - 1, strict=True)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Gtin = Annotated[str, Field(pattern=r"^[0-9]{14}$")]


class NotUnderstood(ValueError):
    """A message of which no part may be used."""


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


T = TypeVar("T", bound=_Said)


class _Price(_Said):
    item: Gtin
    version: Whole
    name: Annotated[str, Field(max_length=120)]
    minor: Whole
    currency: Currency
    per: Literal["each", "kg", "l", "m"]


class _Member(_Said):
    item: Gtin
    version: Whole
    minor: Whole


class _Prices(_Said):
    epoch: Whole | None = None
    rows: Annotated[tuple[_Price, ...], Field(max_length=200)] = ()
    members: Annotated[tuple[_Member, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _each_once(self) -> "_Prices":
        for rows in (self.rows, self.members):
            if len({row.item for row in rows}) != len(rows):
                raise ValueError("an item stands in it twice")
        if not self.rows and not self.members:
            raise ValueError("neither rows nor members")
        return self


class _Receipt(_Said):
    epoch: Whole
    seq: Whole


class _Granted(_Said):
    n: Whole
    ms: Annotated[int, Field(ge=0, le=86_400_000, strict=True)]


class _Lent(_Said):
    ask: Whole
    coupon: Annotated[str, Field(min_length=1, max_length=40)]
    epoch: Whole
    lending: Number | None = None
    minor_off: Number = 1
    currency: Currency = "XXX"
    item: Gtin | None = None
    refused: Annotated[str, Field(max_length=1000)] = ""


class _Rule(_Said):
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
    name: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,40}$")]
    codes: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")]
    permille: Annotated[int, Field(ge=1, le=999, strict=True)]
    begins: Whole | None = None
    ends: Whole | None = None


class _Discounts(_Said):
    epoch: Whole | None = None
    version: Number
    rules: Annotated[tuple[_Rule, ...], Field(max_length=20)]

    @model_validator(mode="after")
    def _each_once(self) -> "_Discounts":
        if len({rule.id for rule in self.rules}) != len(self.rules):
            raise ValueError("a rule stands in it twice")
        return self


@dataclass(frozen=True, slots=True)
class Prices:
    """Charge these from now on."""

    rows: tuple[PriceRow, ...]
    members: tuple[MemberRow, ...]
    epoch: int | None = None
    """The journal that they are for; None: whichever is kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    """To a question for a coupon: lent, or why not."""

    ask: int
    name: str
    epoch: int
    coupon: Coupon | None
    why: str


def read_prices(payload: bytes) -> Prices:
    """Raises NotUnderstood."""
    said = _read(_Prices, payload)
    rows = tuple(PriceRow(row.item, row.version, row.name, row.minor, row.currency, row.per) for row in said.rows)
    return Prices(rows, tuple(MemberRow(row.item, row.version, row.minor) for row in said.members), said.epoch)


def read_receipt(payload: bytes) -> tuple[int, int]:
    """Epoch and number. Raises NotUnderstood."""
    said = _read(_Receipt, payload)
    return said.epoch, said.seq


def read_granted(payload: bytes) -> tuple[int, int]:
    """The number of the question, and for how many milliseconds. Raises NotUnderstood."""
    said = _read(_Granted, payload)
    return said.n, said.ms


def read_discounts(payload: bytes) -> tuple[Discounts, int | None]:
    """The rules, and the journal that they are for; None: whichever is kept. Raises NotUnderstood."""
    said = _read(_Discounts, payload)
    return Discounts(said.version, tuple(DiscountRow(**rule.model_dump()) for rule in said.rules)), said.epoch


def read_lent(payload: bytes) -> Answer:
    """Raises NotUnderstood."""
    said = _read(_Lent, payload)
    if said.lending is None:
        return Answer(said.ask, said.coupon, said.epoch, None, said.refused or "refused")
    if not {"minor_off", "currency"} <= said.model_fields_set:
        raise NotUnderstood("a coupon that is lent without saying what it takes off")
    coupon = Coupon(said.coupon, said.lending, said.minor_off, said.currency, said.item or "")
    return Answer(said.ask, said.coupon, said.epoch, coupon, "")


def write(words: Mapping[str, Any]) -> bytes:
    """One JSON object."""
    return orjson.dumps(words)


def write_event(epoch: int, entry: Entry) -> bytes:
    """Payload of `event`."""
    return write({"epoch": epoch, "seq": entry.seq, "at": entry.at, "kind": entry.kind, "body": entry.body})


def _read(kind: type[T], payload: bytes) -> T:
    if len(payload) > MAX_PAYLOAD:
        raise NotUnderstood(f"{len(payload)} bytes")
    try:
        return kind.model_validate(orjson.loads(payload))
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise NotUnderstood(f"not what docs/mqtt.md says: {str(error).splitlines()[0][:200]}") from None
