"""Labels and panels that the tests draw."""

import csv
from pathlib import Path

from cloud_sync.contract.item import internal_item
from drivers.base import Ink, Panel
from edge.labels import LabelContent

LIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "pricelists" / "0204.csv"
BW = (Ink.BLACK, Ink.WHITE)
BWR = (*BW, Ink.RED)
BWY = (*BW, Ink.YELLOW)
BWRY = (*BWY, Ink.RED)
SIZES = [
    (196, 96), (212, 104), (250, 122), (250, 128), (296, 128), (400, 300), (640, 384), (640, 480), (800, 480),
    (960, 640), (240, 416), (280, 480),
]  # fmt: skip
PANELS = [Panel(width, height, inks) for width, height in SIZES for inks in (BW, BWR, BWY, BWRY)]
COMMON = Panel(296, 128, BWR)


def label(name: str = "MLIJEKO TRAJNO 2,8% M.M. 1L", minor: int = 119, **rest: object) -> LabelContent:
    """A label of a Croatian shop."""
    facts: dict[str, object] = {
        "item": "03850334043641",
        "version": 1234,
        "currency": "EUR",
        "per": "each",
        "unit_minor": 119,
        "unit": "l",
        "was_minor": None,
        "locale": "hr",
        "domain": "labels.shop.example",
    }
    return LabelContent(name=name, minor=minor, **{**facts, **rest})  # type: ignore[arg-type]


def real_labels() -> list[LabelContent]:
    """Every item of a real price list, as head office would send it."""
    found: list[LabelContent] = []
    with LIST.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 1):
            regular, special, unit = (_cents(row[key]) for key in ("Price", "SpecialPrice", "UnitPrice"))
            minor = special or regular
            if minor is None:
                continue
            was = regular if special and regular and regular > special else None
            item, of = internal_item(str(number)), "kg" if unit is not None else None
            found.append(
                label(row["Product"], minor, item=item, version=number, unit_minor=unit, unit=of, was_minor=was)
            )
    return found


def _cents(text: str) -> int | None:
    if not text:
        return None
    whole, _, rest = text.partition(".")
    return int(whole or "0") * 100 + int(rest.ljust(2, "0")[:2])
