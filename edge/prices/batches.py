"""Batches: a change that begins with all of its rows, or with none when its deadline passes first.

What can be all or nothing is the decision to begin: it is one commit. It is taken when every row could go at once, as
far as can be known: checked, approved, not overtaken, and every device whose word it needs first is there and owes no
answer. What a label or till does afterwards is not ours to decide. From then on each item goes as its own change:
a label that dies in that moment holds back its own raise and nothing else, for the promise to the shopper outranks
the batch, and to take the rest back would be raises too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cloud_sync.contract.reasons import say
from edge.prices.activation import Book, Offer, Role
from edge.prices.books import load_books
from edge.store import Transaction

Rule = Callable[[Transaction, str, int], str]
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a batch. `gone`: why it cannot begin any more; `waits`: why it cannot yet. "" when neither."""

    item: str
    gone: str = ""
    waits: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """All rows begin now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """None begins yet, because of this item; "" while only its time has not come."""

    item: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Abort:
    """None ever begins, because of this item; "" when it was merely too late."""

    item: str = ""
    why: str = ""

    @property
    def words(self) -> str:
        """The reason as every row of the batch gets it."""
        return say("batch-given-up", item=self.item, why=self.why) if self.item else say("batch-late")


def decide(rows: Sequence[Row], starts: int, deadline: int, now: int) -> Start | Wait | Abort:
    """Decide on a batch that has not begun. Times are UTC epoch milliseconds."""
    for row in rows:
        if row.gone:
            return Abort(row.item, row.gone)
    held = next((row for row in rows if row.waits), None)
    if now >= deadline:
        return Abort(held.item, held.waits) if held else Abort()
    if held is not None:
        return Wait(held.item, held.waits)
    return Wait() if now < starts else Start()


def missing(book: Book, offer: Offer, here: Mapping[str, bool], member: Offer | None = None) -> tuple[str, ...]:
    """The devices whose word this offer needs first, tills of a cut and labels of a raise, that are away or owe one.

    `here`: device → whether it is there as far as is known. `member`: what the offer is for members.
    """
    members = missing(book.member, member, here) if book.member is not None and member is not None else ()
    charged = [shown.offer.minor for face in book.faces.values() if face.role is Role.TILL for shown in face.may]
    cut, rise = any(offer.minor < minor for minor in charged), any(offer.minor > minor for minor in charged)
    found = []
    for face in book.faces.values():
        needed = rise if face.role is Role.LABEL else cut
        if (
            face.bound
            and needed
            and not face.stopped
            and face.covered is None
            and not (here.get(face.device, False) and face.owes_nothing)
        ):
            found.append(face.device)
    return tuple(dict.fromkeys([*found, *members]))


def name_devices(devices: Sequence[str]) -> str:
    """A few of them by name."""
    more = len(devices) - MOST_NAMED
    return ", ".join(devices[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def unbegun(tx: Transaction) -> dict[int, int]:
    """Sequence → deadline of every batch that has neither begun nor been given up."""
    return dict(tx.sql.execute("SELECT sequence, deadline FROM batch WHERE state = 'preparing'").fetchall())


def close_batch(tx: Transaction, sequence: int, state: str, why: str) -> None:
    """Write down how a batch went on, before any of its rows does."""
    tx.record(f"batch.{state}", f"change-{sequence}", {"why": why} if why else {})
    tx.sql.execute("UPDATE batch SET state = ?, why = ? WHERE sequence = ?", (state, why, sequence))


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that has not begun, with what is known of its rows."""

    rows: tuple[Row, ...]
    starts: int


def look_at(tx: Transaction, sequence: int, objection: Rule, hold: Rule) -> Batch:
    """Read what stands against each row. `objection`, `hold`: see `PriceEngine`."""
    found = tx.sql.execute(
        "SELECT item, minor, COALESCE(member_minor, minor), phase, why, effective_at FROM price"
        " WHERE version = ? ORDER BY item",
        (sequence,),
    ).fetchall()
    books = load_books(tx, [row[0] for row in found])
    here = {device: state not in _AWAY for device, state in tx.sql.execute("SELECT id, state FROM device")}
    rows = []
    for item, minor, member, phase, why, starts in found:
        book, offer = books[item], Offer(sequence, minor)
        if phase in ("refused", "superseded"):
            rows.append(Row(item, gone=why))
        elif book.target is not None and book.target.version > sequence:
            rows.append(Row(item, gone=say("superseded", newer=book.target.version)))
        elif phase == "held":
            rows.append(Row(item, waits=why))
        elif starts <= tx.now and (objected := objection(tx, item, sequence)):
            rows.append(Row(item, gone=objected))
        elif starts <= tx.now and (held := hold(tx, item, sequence)):
            rows.append(Row(item, waits=held))
        else:
            absent = missing(book, offer, here, Offer(sequence, member))
            rows.append(Row(item, waits=f"waiting for {name_devices(absent)}" if absent else ""))
    return Batch(tuple(rows), max((row[5] for row in found), default=0))


_AWAY = ("lost", "fault")
