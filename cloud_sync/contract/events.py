"""What a store tells head office: one ordered stream per store, each event once in effect."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from cloud_sync.contract.change import Milliseconds, Per

SCHEMA = 1
U64 = Annotated[int, Field(ge=0, le=2**63 - 1, strict=True)]


class EventClass(StrEnum):
    """What is shed first when a store's queue is full. SALE and PRICE are never shed."""

    SALE = "sale"
    PRICE = "price"
    VISIT = "visit"
    TELEMETRY = "telemetry"


SHED_ORDER = (EventClass.TELEMETRY, EventClass.VISIT)


class Event(BaseModel):
    """One fact. `seq` counts within the gateway's epoch, without gaps but for what was shed."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seq: U64
    cls: EventClass
    kind: Annotated[str, Field(max_length=40)]
    device: Annotated[str, Field(max_length=40)]
    device_epoch: U64 | None = None
    device_seq: U64 | None = None
    at: Milliseconds
    """When it happened, by the device's clock."""
    received_at: Milliseconds
    """When the gateway had it, by the gateway's clock."""
    version: int = SCHEMA
    body: dict[str, Any]


class Batch(BaseModel):
    """Events of one epoch in rising `seq`. Travels as zstd-compressed JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    epoch: U64
    events: Annotated[tuple[Event, ...], Field(min_length=1, max_length=1000)]


class Committed(BaseModel):
    """Head office's answer: everything of this epoch up to `seq` is on its disk."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    epoch: U64
    seq: U64


class Lowered(BaseModel):
    """A member of staff lowered a line's price at the till, for this shopper and this once; never raised it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    by: Annotated[str, Field(min_length=1, max_length=80)]
    reason: Annotated[str, Field(min_length=1, max_length=120)]
    from_minor: U64
    """What the till would have charged: the price of the line's version."""


class Discount(BaseModel):
    """A rule for members of one tier lowered a line's price. It says which tier, never who."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
    from_minor: U64
    """What everybody else would have paid: the price of the line's version."""


class SaleLine(BaseModel):
    """One line of a receipt; carries the price version, so that every receipt can be judged later."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    item: str
    version: U64
    minor: U64
    """Price of one `each`, or of one kg, l or m."""
    quantity: U64
    """Pieces, or grams, millilitres, millimetres."""
    total_minor: U64
    """`minor` × `quantity` for pieces, a thousandth of it for what is measured; rounded once, half up."""
    per: Per | None = None
    """What `minor` buys. None: the till does not say; then it is what the price of this version says."""
    member: bool = False
    """Whether it is the price for members, and the shopper had said to be one. Nothing says which."""
    lowered: Lowered | None = None
    """`minor` is less than the price of the version, because somebody said so. What is not less is judged, not lost."""
    batch: Annotated[str, Field(max_length=20)] = ""
    """The batch or lot, where the code that was scanned says it. "": nobody knows which batch was sold."""
    discount: Discount | None = None
    """`minor` is less than the price of the version by this rule."""

    @field_validator("discount")
    @classmethod
    def _lowers(cls, discount: Discount | None, line: ValidationInfo) -> Discount | None:
        """Asked of lines with a discount only: every sale of the store passes through here."""
        if discount is not None and discount.from_minor < line.data.get("minor", 0):
            raise ValueError("a discount cannot raise the price")
        return discount


class CouponTaken(BaseModel):
    """What a coupon took off a sale, beside its lines: these say what each item costs, coupon or none."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    coupon: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
    minor: Annotated[int, Field(ge=1, le=2**53, strict=True)]
    item: str | None = None


class Sale(BaseModel):
    """Body of an event of kind "sale"."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    receipt: Annotated[str, Field(max_length=64)]
    currency: str
    lines: Annotated[tuple[SaleLine, ...], Field(min_length=1, max_length=200)]
    coupons: Annotated[tuple[CouponTaken, ...], Field(max_length=20)] = ()
    total_minor: U64
    """The sum of the lines, less what coupons took off."""


Outcome = Literal["landed", "held", "refused"]


class RowOutcome(BaseModel):
    """How one row of a change ended, or why it waits. A later word on the same row replaces an earlier one."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    item: str
    outcome: Outcome
    why: str = ""


class ChangeOutcome(BaseModel):
    """Body of an event of kind "price.outcome". No rows means: all of the change (it could not be read)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    sequence: U64
    outcome_of_all: RowOutcome | None = None
    rows: tuple[RowOutcome, ...] = ()


class VisitMinute(BaseModel):
    """Body of an event of kind "visit.minute": people over one counting line in one minute, so far.

    A later event of the same device, line and minute replaces the earlier one: a running total heals what was shed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    line: Annotated[str, Field(max_length=40)]
    minute: Milliseconds
    entered: U64
    left: U64
