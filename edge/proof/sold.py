"""A sale line as the ledger keeps it: short for the many plain ones, with a word more where there is more to say.

`[item, version, unit price, quantity, total]`, and for a line that is weighed, a member's, lowered by staff or by a
discount or of a batch that its code named, a sixth value that says so. Money is minor units; the quantity counts
pieces, or grams, millilitres, millimetres.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cloud_sync.contract.events import Discount, Lowered, SaleLine
from cloud_sync.contract.money import line_total


@dataclass(frozen=True, slots=True)
class Sold:
    """One line of a sale. `charged` buys one `per`."""

    item: str
    version: int
    charged: int
    quantity: int
    total: int
    per: str = "each"
    member: bool = False
    """Whether it is the price for members."""
    lowered: Lowered | None = None
    """Who lowered the price from what, and why."""
    batch: str = ""
    discount: Discount | None = None
    """By which rule a member paid less."""

    def at(self, minor: int) -> int:
        """What the line comes to at this price, rounded once."""
        return line_total(minor, self.quantity, self.per)


def write_line(line: SaleLine) -> tuple[Any, ...]:
    """The line for the ledger."""
    more: dict[str, Any] = {}
    if line.per is not None and line.per != "each":
        more["per"] = line.per
    if line.member:
        more["member"] = True
    if line.lowered is not None:
        more["lowered"] = line.lowered.model_dump()
    if line.batch:
        more["batch"] = line.batch
    if line.discount is not None:
        more["discount"] = line.discount.model_dump()
    row = line.item, line.version, line.minor, line.quantity, line.total_minor
    return (*row, more) if more else row


def read_line(row: Sequence[Any], sold_per: Callable[[str, int], str]) -> Sold:
    """The line back. `sold_per(item, version)`: what a price bought, for lines whose till did not say."""
    item, version, charged, quantity, total, *rest = row
    more = rest[0] if rest else {}
    per = more.get("per") or sold_per(item, version)
    return Sold(
        str(item),
        int(version),
        int(charged),
        int(quantity),
        int(total),
        per,
        more.get("member") is True,
        Lowered.model_validate(more["lowered"]) if "lowered" in more else None,
        str(more.get("batch", "")),
        Discount.model_validate(more["discount"]) if "discount" in more else None,
    )
