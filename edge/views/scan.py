"""From a scanned code to the labels that it may be on."""

import re
from dataclasses import dataclass

from sqlite_utils import Database

from cloud_sync.contract.item import gtin14
from edge.labels import digital_link
from edge.views.labels import LabelRow, read_labels

MOST = 24
"""Labels of one item that a person is asked to choose from."""
LONGEST = 200
"""Characters of a code that are looked at."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a code named: one device by its own number, or the labels of an item.

    `device`: the label whose own id or radio address this is, in service or not; "" for an item's code.
    """

    code: str
    device: str = ""
    item: str = ""
    labels: tuple[LabelRow, ...] = ()


def find_scanned(database: Database, code: str, now: int) -> Hit | None:
    """What a code is about: a label's id or address, the code on its display, or an item's barcode. None: nothing.

    A display's code says item and version only, so every label of the item may be meant; one that confirmed this very
    version comes first.
    """
    code = code.strip()[:LONGEST]
    if device := _own_number(database, code):
        return Hit(code, device, labels=tuple(read_labels(database, [device], now)))
    item, version = _item_of(code)
    if not item:
        return None
    bound = database.conn.execute(
        "SELECT b.device FROM binding b JOIN twin t ON t.device = b.device WHERE b.item = ?"
        " ORDER BY t.reported_version != ?, b.device LIMIT ?",
        (item, version, MOST),
    )
    return Hit(code, item=item, labels=tuple(read_labels(database, [row[0] for row in bound], now)))


def _own_number(database: Database, code: str) -> str:
    bare = re.sub(r"[^0-9A-F]", "", code.upper())
    row = database.conn.execute(
        "SELECT id FROM device WHERE role = 'label' AND (id = ?1 OR (?2 != '' AND length(?2) = 12"
        " AND replace(upper(address), ':', '') = ?2)) ORDER BY id != ?1 LIMIT 1",
        (code.lower(), bare),
    ).fetchone()
    return row[0] if row else ""


def _item_of(code: str) -> tuple[str, int]:
    try:
        return digital_link.parse(code)
    except ValueError:
        pass
    try:
        return gtin14(code), 0
    except ValueError:
        return "", 0
