"""Coupons that a till is lent: the question and its two answers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CouponAsk:
    """A till asks to be lent a coupon, as its question number `ask`. `epoch`: the journal that would hold it."""

    device: str
    ask: int
    coupon: str
    epoch: int


@dataclass(frozen=True, slots=True)
class CouponLent:
    """The till that asked has the coupon now. It takes off at most `minor_off`, of one item's lines or of all."""

    to: CouponAsk
    lending: int
    minor_off: int
    currency: str
    item: str | None = None


@dataclass(frozen=True, slots=True)
class CouponRefused:
    """The till that asked cannot have the coupon; `why`, for staff."""

    to: CouponAsk
    why: str
