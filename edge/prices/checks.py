"""What a store checks before a signed change may touch anything. Pure; every verdict names its rule."""

from collections.abc import Callable
from dataclasses import dataclass

from cloud_sync.contract.change import Change, ChangeRow


@dataclass(frozen=True, slots=True)
class Limits:
    """Sanity limits of a store. Percentages are of the price in force; prices in minor units."""

    currency: str = "EUR"
    floor_minor: int = 1
    ceiling_minor: int = 10_000_00
    max_raise_percent: int = 100
    max_cut_percent: int = 90


@dataclass(frozen=True, slots=True)
class Known:
    """The price in force for an item. `settled`: it has landed everywhere and nothing newer is on its way."""

    version: int
    row: ChangeRow
    settled: bool


@dataclass(frozen=True, slots=True)
class Accept:
    """The row may go ahead."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The row waits for a person's approval."""

    why: str


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
    return ""


def check_row(row: ChangeRow, known: Known | None, limits: Limits, undrawable: Callable[[str], str]) -> Verdict:
    """Judge one row. `undrawable(name)` says why a name cannot be drawn on a label, or ""."""
    if known is not None and known.settled and known.row == row:
        return Same()
    if row.currency != limits.currency:
        return Refuse(f"currency: {row.currency} is not this store's {limits.currency}")
    if not limits.floor_minor <= row.minor <= limits.ceiling_minor:
        return Refuse(f"floor and ceiling: {row.minor} is outside {limits.floor_minor} to {limits.ceiling_minor}")
    if row.was_minor is not None and row.was_minor <= row.minor:
        return Refuse(f"promotion: the regular price {row.was_minor} is not above {row.minor}")
    if (row.unit_minor is None) != (row.unit is None):
        return Refuse("unit price: a unit price needs its unit, and a unit its price")
    if why := undrawable(row.name):
        return Refuse(f"name: {why}")
    if known is not None:
        if known.row.per != row.per:
            return Refuse(f"unit: sold per {known.row.per} now; prices per {row.per} cannot be compared with it")
        return _check_jump(row.minor, known.row.minor, limits)
    return Accept()


def _check_jump(new: int, old: int, limits: Limits) -> Verdict:
    if old and new > old and (new - old) * 100 > limits.max_raise_percent * old:
        return Hold(f"jump limit: from {old} to {new} is a raise of more than {limits.max_raise_percent} %")
    if old and new < old and (old - new) * 100 > limits.max_cut_percent * old:
        return Hold(f"jump limit: from {old} to {new} is a cut of more than {limits.max_cut_percent} %")
    return Accept()
