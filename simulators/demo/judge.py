"""The judge: compares what tills really charged with what labels really showed, and with what head office has.

It believes nobody. A label's picture is read like a phone would read it, with OpenCV's QR reader; what tills sold is
their own memory; what arrived is read from head office's database file.
"""

import re
import sqlite3
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from simulators.ble.label import Label
from simulators.demo.shop import PriceOf, Shop

_LINK = re.compile(r"/01/(\d{14})\?v=(\d+)(?:\.[0-9a-z]{4})?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a label showed from `at` on, in head office's terms."""

    at: int
    item: str
    version: int


@dataclass(frozen=True, slots=True)
class Overcharge:
    """A line that cost more than a label of the item showed at that moment."""

    till: str
    receipt: str
    item: str
    charged: int
    label: str
    showed: int
    at: int


def read_label(pixels: npt.NDArray[np.uint8], inks: tuple[str, ...]) -> tuple[str, int] | None:
    """Item and version in the QR code of a label's picture, or None when no code can be read."""
    dark = np.isin(pixels, [index for index, ink in enumerate(inks) if ink == "black"])
    grey = np.where(dark, 0, 255).astype(np.uint8)
    for scale in (3, 4, 2):
        large = cv2.copyMakeBorder(
            cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST), 24, 24, 24, 24,
            cv2.BORDER_CONSTANT, value=255,
        )  # fmt: skip
        text, _, _ = cv2.QRCodeDetector().detectAndDecode(large)
        if found := _LINK.search(text):
            return found[1], int(found[2])
    return None


def label_history(label: Label) -> list[Seen]:
    """Everything the label showed, oldest first; a picture without a readable code is left out."""
    return [
        Seen(shown.at, *read)
        for shown in label.history
        if shown.pixels is not None and (read := read_label(shown.pixels, label.inks))
    ]


def find_overcharges(shop: Shop, prices: PriceOf, settle_ms: int = 0) -> list[Overcharge]:
    """Every line of every sale that cost more than some label of the item showed when it was sold."""
    histories = {device: label_history(shop.label(device)) for device in shop.bindings}
    wrong = []
    for till, sale in shop.sales():
        for line in sale.lines:
            for device, history in histories.items():
                if sale.at >= shop.taken_down.get(device, sale.at + 1):
                    continue
                at = bisect_right([seen.at for seen in history], sale.at - settle_ms) - 1
                if at < 0 or history[at].item != line.item:
                    continue
                showed = prices[line.item, history[at].version]
                if line.minor > showed:
                    wrong.append(Overcharge(till, sale.receipt, line.item, line.minor, device, showed, sale.at))
    return wrong


Walks = Mapping[tuple[str, str, int], int]
"""(camera, line, minute) → how many people crossed it in that minute, in and out."""


@dataclass(frozen=True, slots=True)
class OfficeRecord:
    """What head office's own database holds about the store."""

    receipts: Counter[str]
    outcomes: Counter[str]
    walks: Walks
    prices: PriceOf
    newest: Mapping[str, int]
    """Item → the newest version that was not refused: what a label should show."""
    senders: Mapping[str, list[tuple[int, int]]]
    """Device → (epoch, sequence) of its events, in the order in which head office has them."""

    @property
    def visits(self) -> int:
        """How many people came and went."""
        return sum(self.walks.values())


def read_office(database: Path, store: str) -> OfficeRecord:
    """Read head office's database file. Raises sqlite3.Error."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as sql:
        rows = sql.execute(
            "SELECT item, sequence, minor, outcome FROM change_rows WHERE store = ?", (store,)
        ).fetchall()
        visits = 'SELECT device, line, minute, entered + "left" FROM visits WHERE store = ?'
        newest: dict[str, int] = {}
        for item, sequence, _, outcome in rows:
            if outcome != "refused":
                newest[item] = max(newest.get(item, 0), sequence)
        senders: dict[str, list[tuple[int, int]]] = {}
        for device, epoch, seq in sql.execute(
            "SELECT device, device_epoch, device_seq FROM events"
            " WHERE store = ? AND device_seq IS NOT NULL ORDER BY epoch, seq",
            (store,),
        ):
            senders.setdefault(device, []).append((epoch, seq))
        return OfficeRecord(
            receipts=Counter(row[0] for row in sql.execute("SELECT receipt FROM sales WHERE store = ?", (store,))),
            outcomes=Counter(row[3] for row in rows),
            walks={(camera, line, at): people for camera, line, at, people in sql.execute(visits, (store,))},
            prices={(item, sequence): minor for item, sequence, minor, _ in rows},
            newest=newest,
            senders=senders,
        )


def read_walks(gateway_database: Path) -> Walks:
    """Crossings that the camera's worker had put on the store's record."""
    with closing(sqlite3.connect(f"file:{gateway_database}?mode=ro", uri=True, timeout=10)) as sql:
        rows = sql.execute("SELECT camera, line, minute, entered + departed FROM visit").fetchall()
    return {(camera, line, minute): people for camera, line, minute, people in rows}


def walks_arrived(at_closing: Walks, now: Walks, office: Walks) -> int:
    """How many of those who were counted at closing are at head office, and whoever is there too many.

    People go on walking by after closing: head office may have more of a minute than it had then, and no more than the
    store has by now.
    """
    return sum(
        min(office.get(place, 0), at_closing.get(place, 0)) + max(0, office.get(place, 0) - now.get(place, 0))
        for place in {*at_closing, *office}
    )


def labels_right(shop: Shop, office: OfficeRecord) -> list[str]:
    """Labels whose picture carries the newest price of their item."""
    right = []
    for device, item in shop.bindings.items():
        label = shop.label(device)
        if label.pixels is not None and read_label(label.pixels, label.inks) == (item, office.newest.get(item)):
            right.append(device)
    return right


def order_kept(office: OfficeRecord) -> bool:
    """Whether every device's events stand at head office in the order in which the device made them."""
    return all(
        [seq for epoch, seq in events if epoch == life] == sorted(seq for epoch, seq in events if epoch == life)
        for events in office.senders.values()
        for life in {epoch for epoch, _ in events}
    )
