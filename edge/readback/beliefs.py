"""What the books say of the labels and items that a picture speaks of."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from edge.labels.digital_link import tag_of
from edge.readback.facts import Verdict

_MOST = 400
"""Labels of the items and tags of one picture, at most."""
_CONTRADICT = tuple(one.value for one in Verdict if one.contradicts)
_TOUCHES = "('label.bound', 'label.sent', 'label.sending', 'label.shown', 'device.retired')"


@dataclass(frozen=True, slots=True)
class LabelBelief:
    """A label. `may`: the (item, version) pairs that it may show now; `unknown`: it has not said what it shows.

    `item` is what it stands for, "" when nothing; `touched` when last something happened that changes its picture;
    `caught` what it was last seen to show against its word, which it may show for no other reason.
    """

    device: str
    tag: str
    place: str = ""
    enrolled: bool = True
    item: str = ""
    may: frozenset[tuple[str, int]] = frozenset()
    unknown: bool = False
    touched: int | None = None
    caught: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ItemBelief:
    """An item. `prices`: version → minor units; `target`: the version in force, None when there is none.

    `charged`: the least and the most that a till may charge now, None when none sells it.
    """

    item: str
    name: str
    prices: Mapping[int, int]
    target: int | None = None
    charged: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Everything that judging a picture needs."""

    items: Mapping[str, ItemBelief]
    labels: Sequence[LabelBelief]

    def tagged(self, tag: str) -> list[LabelBelief]:
        """Labels that have this tag; in an unlucky shop more than one."""
        return [label for label in self.labels if tag and label.tag == tag]

    def bound(self, item: str) -> list[LabelBelief]:
        """Labels in service that stand for the item."""
        return [label for label in self.labels if label.enrolled and label.item == item]


def read_beliefs(sql: sqlite3.Connection, found: Iterable[tuple[str, str]]) -> Beliefs:
    """What is believed about these (item, tag) pairs, as of this transaction."""
    pairs = list(found)
    items = dict.fromkeys(item for item, _ in pairs)
    tags = {tag for _, tag in pairs if tag}
    known = {item: belief for item in items if (belief := _item(sql, item))}
    wanted: dict[str, None] = {}
    for device, item in sql.execute(
        "SELECT d.id, COALESCE(b.item, '') FROM device d LEFT JOIN binding b ON b.device = d.id WHERE d.role = 'label'"
    ):
        if item in items or tag_of(device) in tags:
            wanted[device] = None
    return Beliefs(known, [_label(sql, device) for device in list(wanted)[:_MOST]])


def _item(sql: sqlite3.Connection, item: str) -> ItemBelief | None:
    rows = sql.execute(
        "SELECT version, minor, name, phase IN ('active', 'landed') FROM price WHERE item = ? ORDER BY version", (item,)
    ).fetchall()
    if not rows:
        return None
    in_force = [(version, name) for version, _, name, holds in rows if holds]
    least, most = sql.execute(
        "SELECT MIN(s.minor), MAX(s.minor) FROM showing s LEFT JOIN lease l ON l.device = s.device"
        " WHERE s.item = ? AND s.role = 'till' AND s.until IS NULL AND l.state IS NOT 'ended'",
        (item,),
    ).fetchone()
    return ItemBelief(
        item,
        in_force[-1][1] if in_force else rows[-1][2],
        {version: minor for version, minor, _, _ in rows},
        in_force[-1][0] if in_force else None,
        None if least is None else (least, most),
    )


def _label(sql: sqlite3.Connection, device: str) -> LabelBelief:
    place, enrolled, item = sql.execute(
        "SELECT d.place, d.enrolled, COALESCE(b.item, '') FROM device d LEFT JOIN binding b ON b.device = d.id"
        " WHERE d.id = ?",
        (device,),
    ).fetchone()
    rows = sql.execute(
        "SELECT item, version, confirmed FROM showing WHERE device = ? AND until IS NULL", (device,)
    ).fetchall()
    caught = sql.execute(
        "SELECT item, version FROM label_read WHERE device = ? AND verdict IN (?, ?, ?)", (device, *_CONTRADICT)
    ).fetchone()
    touched = sql.execute(
        f"SELECT at FROM ledger WHERE subject = ? AND kind IN {_TOUCHES} ORDER BY seq DESC LIMIT 1",  # noqa: S608
        (device,),
    ).fetchone()
    return LabelBelief(
        device, tag_of(device), place, bool(enrolled), item,
        frozenset((about, version) for about, version, _ in rows),
        unknown=not any(confirmed for *_, confirmed in rows),
        touched=None if touched is None else touched[0],
        caught=caught,
    )  # fmt: skip
