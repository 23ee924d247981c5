"""The unit price, recomputed from price and content (98/6/EC Art. 3: selling price and unit price, unambiguous).

Lists round: a tin of 405 g is printed as 0.41 kg while its unit price comes from 405. So what is compared is what is
known: the content lies within half a step of the last digit that was written (`content_within`), and a unit price is
right when some content in that span gives it, to within the tolerance. Whole numbers throughout.
"""

from cloud_sync.contract.change import ChangeRow
from cloud_sync.contract.reasons import say

PARTS = {"kg": 1000, "l": 1000, "m": 1000, "each": 1}
"""Grams, millilitres, millimetres or pieces in one unit."""
_SMALL = {"kg": "g", "l": "ml", "m": "mm", "each": "pieces"}


def unit_price_fault(row: ChangeRow, tolerance: int) -> str:
    """Why the row's unit price cannot be right, or "". `tolerance` in minor units.

    Nothing is said of a row without a unit price, nor of one whose content is not known.
    """
    if row.unit is None or row.unit_minor is None:
        return ""
    if row.per != "each" and row.unit != row.per:
        return say("unit-other", per=row.per, unit=row.unit)
    if row.per != "each":
        content, within = PARTS[row.unit], 0  # sold by the unit: its price is the unit price
    elif row.content is None:
        return ""
    else:
        content, within = row.content, row.content_within
    least, most = unit_prices(row.minor, PARTS[row.unit], content, within, tolerance)
    if least <= row.unit_minor and (most is None or row.unit_minor <= most):
        return ""
    shown = f"{content} {_SMALL[row.unit]}" + (f" ± {within}" if within else "")
    return say(
        "unit-wrong", given=row.unit_minor, unit=row.unit, price=row.minor, content=shown, least=least,
        most="∞" if most is None else most,
    )  # fmt: skip


def unit_prices(minor: int, parts: int, content: int, within: int, tolerance: int) -> tuple[int, int | None]:
    """The least and the greatest unit price in minor units that a content of `content` ± `within` allows.

    Rounded half up as prices are, then widened by the tolerance. No greatest where the content may be next to nothing.
    """
    smallest = content - within
    least = max(0, _rounded(minor * parts, content + within) - tolerance)
    return least, None if smallest <= 0 else _rounded(minor * parts, smallest) + tolerance


def _rounded(above: int, below: int) -> int:
    return (2 * above + below) // (2 * below)
