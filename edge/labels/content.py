"""What one shelf label says, and the refusal to say it badly."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import ClassVar


class CannotDraw(Exception):
    """A label that cannot be drawn whole and legible. Nothing is drawn; the label keeps what it shows."""

    what_now: ClassVar[str] = "The label keeps its old picture. Change the item at head office, or use a larger label."

    def __init__(self, item: str, why: str) -> None:
        super().__init__(f"item {item}: {why}")
        self.item = item
        self.why = why


def tidy_name(name: str) -> str:
    """A name as a label sets it: accents joined to their letters (NFC), one space for each run of white space."""
    return re.sub(r"[ \t\r\n\u00a0\u3000]+", " ", unicodedata.normalize("NFC", name)).strip(" ")


@dataclass(frozen=True, slots=True)
class LabelContent:
    """Everything a label shows of one item. Money is integer minor units of `currency`."""

    item: str
    """GTIN-14."""
    version: int
    """Price version; travels in the code, so that a camera can tell which price the label really shows."""
    name: str
    minor: int
    currency: str
    """ISO 4217, such as "EUR"."""
    per: str
    """What `minor` buys: "each", "kg", "l" or "m"."""
    unit_minor: int | None
    """Price of one `unit`, where the law wants a unit price shown."""
    unit: str | None
    was_minor: int | None
    """The price a promotion compares with. Its presence makes the label a promotion."""
    locale: str
    """How numbers are written: a language such as "hr", "en" or "zh", with or without a country."""
    domain: str
    """Host, with a port where needed, of the shop's GS1 Digital Links."""
    tag: str = ""
    """The label's own tag, which travels in the code as well; see `digital_link.tag_of`."""

    member_minor: int | None = None
    """What members of the shop's programme pay, where that is another price."""

    left: int | None = None
    """How many pieces are left, where the label may say so; see `edge.inventory.hints`."""
    back: date | None = None
    """The day on which what is sold out comes again, by the shop's calendar."""

    @property
    def shown_item(self) -> str:
        """The item as printed under a barcode: a GTIN-8, -13 or -14 without the zeros before it."""
        bare = self.item.lstrip("0")
        return self.item[-next((size for size in (8, 13) if len(bare) <= size), 14) :]
