"""What head office orders about goods: deliveries, levels, reservations, coupons and discounts, signed as prices are.

An order is an entry of the same change log as prices, told apart by its DSSE payload type; one cursor moves past both.
"""

import json
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, Key

from cloud_sync.contract.change import Milliseconds, Untrusted
from cloud_sync.contract.item import Item

GOODS_TYPE = "application/vnd.aisle.goods+json"
MAX_ENTRIES = 200
MAX_QUANTITY = 10**9
MAX_RULES = 20
"""Discount rules of one store."""

Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY, strict=True)]
Level = Annotated[int, Field(ge=0, le=MAX_QUANTITY, strict=True)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GoodsLine(_Entry):
    """So much of one item: pieces, grams, millilitres or millimetres."""

    item: Item
    quantity: Quantity


class Delivered(_Entry):
    """Goods that were handed to the store. The same `id` counts once."""

    kind: Literal["delivery"] = "delivery"
    id: Id
    at: Milliseconds
    lines: Annotated[tuple[GoodsLine, ...], Field(min_length=1, max_length=200)]


class AnnouncedLine(_Entry):
    """A batch that is on its way, as far as head office knows it: the person at the door sees what really came."""

    item: Item
    quantity: Quantity
    batch: Annotated[str, Field(max_length=20)] = ""
    expires: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    keeps: Literal["chilled", "frozen", "ambient"] = "ambient"


class Announce(_Entry):
    """Goods that come to the store and have to be checked there: no stock before somebody accepts them.

    A `delivery` of the same `id` counts the accepted lines no second time.
    """

    kind: Literal["announce"] = "announce"
    id: Id
    due: Milliseconds
    source: Annotated[str, Field(max_length=60)] = ""
    """Who sends it, for people."""
    lines: Annotated[tuple[AnnouncedLine, ...], Field(min_length=1, max_length=200)]


class SetLevels(_Entry):
    """At `safety` or less the store asks for more, at `minimum` or less it asks urgently."""

    kind: Literal["levels"] = "levels"
    item: Item
    minimum: Level
    safety: Level

    @model_validator(mode="after")
    def _in_order(self) -> "SetLevels":
        if self.minimum > self.safety:
            raise ValueError("the minimum is above the safety stock")
        return self


class Reserve(_Entry):
    """Keep goods for a customer until `until`. All lines or none. Head office may promise them once they are aside."""

    kind: Literal["reserve"] = "reserve"
    id: Id
    until: Milliseconds
    lines: Annotated[tuple[GoodsLine, ...], Field(min_length=1, max_length=50)]
    code: Annotated[str, Field(max_length=200, pattern=r"^(\$argon2id\$[ -~]+)?$")] = ""
    """argon2id of the one-time code that the customer brings; the code itself never reaches the store."""

    @model_validator(mode="after")
    def _one_line_per_item(self) -> "Reserve":
        if len({line.item for line in self.lines}) != len(self.lines):
            raise ValueError("an item appears twice in one reservation")
        return self


class Cancel(_Entry):
    """The customer wants it no more."""

    kind: Literal["cancel"] = "cancel"
    id: Id


class LendCoupon(_Entry):
    """This store alone may redeem the coupon, until it says that it gave it back."""

    kind: Literal["coupon"] = "coupon"
    id: Id
    minor_off: Annotated[int, Field(ge=1, le=10**9, strict=True)]
    """What it takes off, at the most."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    item: Item | None = None
    """What it takes off is at most what the basket's lines of this item come to; None: of all its lines."""


class RecallCoupon(_Entry):
    """Head office wants the coupon back. The store answers when no till holds it any more."""

    kind: Literal["recall"] = "recall"
    id: Id


class DiscountRule(_Entry):
    """What members of one tier pay: `permille` of what all pay, from `begins` until before `ends`, by the till's clock.

    `codes`: what their codes begin with, behind the prefix of every member's code: "G" stands for MEMBER-G… .
    """

    id: Id
    name: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,40}$")]
    """For people."""
    codes: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")]
    permille: Annotated[int, Field(ge=1, le=999, strict=True)]
    begins: Milliseconds | None = None
    ends: Milliseconds | None = None

    @model_validator(mode="after")
    def _ends_later(self) -> "DiscountRule":
        if self.begins is not None and self.ends is not None and self.ends <= self.begins:
            raise ValueError("it would end before it begins")
        return self


class SetDiscounts(_Entry):
    """The store's discount rules from now on, all of them; none ends every discount."""

    kind: Literal["discounts"] = "discounts"
    rules: Annotated[tuple[DiscountRule, ...], Field(max_length=MAX_RULES)]

    @model_validator(mode="after")
    def _each_once(self) -> "SetDiscounts":
        for what in ("id", "codes"):
            if len({getattr(rule, what) for rule in self.rules}) != len(self.rules):
                raise ValueError(f"two rules have the same {what}")
        return self


Entry = Annotated[
    Delivered | Announce | SetLevels | Reserve | Cancel | LendCoupon | RecallCoupon | SetDiscounts,
    Field(discriminator="kind"),
]


class StockRequest(BaseModel):
    """Body of an event of kind "stock.request": stock fell to a level. Each crossing is told once."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    item: Item
    level: Literal["safety", "minimum"]
    crossing: Annotated[int, Field(ge=1, le=2**53, strict=True)]
    hand: Annotated[int, Field(ge=-(2**53), le=2**53, strict=True)]
    reserved: Annotated[int, Field(ge=-(2**53), le=2**53, strict=True)]
    safety: Level


class Goods(BaseModel):
    """One order of head office to one store."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    store: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    sequence: Annotated[int, Field(ge=1, le=2**53, strict=True)]
    issued_at: Milliseconds
    author: Annotated[str, Field(min_length=1, max_length=80)]
    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=MAX_ENTRIES)]


def is_goods(envelope: str) -> bool:
    """Whether an entry of the change log says that it is about goods. Nothing of it is checked yet."""
    try:
        parsed = json.loads(envelope)
    except ValueError:
        return False
    return isinstance(parsed, dict) and parsed.get("payloadType") == GOODS_TYPE


def sign_goods(goods: Goods, signer: CryptoSigner) -> bytes:
    """The order as a signed DSSE envelope, JSON bytes."""
    envelope = Envelope(goods.model_dump_json().encode(), GOODS_TYPE, {})
    envelope.sign(signer)
    return json.dumps(envelope.to_dict()).encode()


def open_goods(envelope: bytes, trusted: Iterable[Key]) -> Goods:
    """Check the signature, then read. Raises Untrusted with a reason fit for a person."""
    try:
        parsed = Envelope.from_dict(json.loads(envelope))
        if parsed.payload_type != GOODS_TYPE:
            raise Untrusted(f"signed as {parsed.payload_type!r}, not as an order about goods")
        parsed.verify(list(trusted), 1)
        return Goods.model_validate_json(parsed.payload)
    except VerificationError as error:
        raise Untrusted("not signed by a key of head office that this store trusts") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "order"
        raise Untrusted(f"the signed content is not an order about goods: {where}: {first['msg']}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Untrusted("not a signed envelope") from error
