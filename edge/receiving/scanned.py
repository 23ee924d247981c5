"""What the code on a box says: item, batch and date, from a GS1-128, a GS1 DataMatrix, a Digital Link or a barcode."""

from dataclasses import dataclass

import biip
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message

from cloud_sync.contract.item import check_batch, gtin14

LONGEST = 200
_ITEM, _BATCH_AI, _BEST_BEFORE, _EXPIRY = "01", "10", "15", "17"


@dataclass(frozen=True, slots=True)
class Scanned:
    """What was read; "" for what the code does not say. `expires` is an ISO date, `item` a GTIN-14."""

    item: str = ""
    batch: str = ""
    expires: str = ""


def read_code(text: str) -> Scanned:
    """Read a scanned or typed code. Raises ValueError with words when there is no item in it."""
    code = text.strip()[:LONGEST]
    said = {one.ai.ai: one for one in _elements(code)}
    if not said:
        return Scanned(gtin14(code))
    if _ITEM not in said:
        raise ValueError("the code names no item; scan the one with (01) in it")
    expires = said.get(_EXPIRY) or said.get(_BEST_BEFORE)
    batch = said.get(_BATCH_AI)
    return Scanned(
        gtin14(said[_ITEM].value),
        check_batch(batch.value) if batch else "",
        expires.date.isoformat() if expires and expires.date else "",
    )


def _elements(code: str) -> list[GS1ElementString]:
    """What a GS1 code says, also as it is printed below it, with brackets; none for a plain barcode."""
    try:
        if code.startswith("("):
            return list(GS1Message.parse_hri(code).element_strings)
        read = biip.parse(code)
    except biip.ParseError as error:
        if code.isdigit():
            return []
        raise ValueError("that is no code that this shop can read; type the number below the bars") from error
    found = read.gs1_message or read.gs1_digital_link_uri
    return list(found.element_strings) if found else []
