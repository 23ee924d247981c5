"""Books on disk: reading what is known of items, and writing down what was sent and confirmed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cloud_sync.contract.change import ChangeRow
from edge.prices.activation import Book, Face, Offer, Role, Shown
from edge.prices.checks import Known
from edge.store import Transaction

CHUNK = 250
"""Items read by one statement; SQLite bounds the parameters of a statement."""
_ROLES = {role.value: role for role in Role}


@dataclass(frozen=True, slots=True)
class Sending:
    """One offer that one device is about to be sent."""

    device: str
    role: Role
    item: str
    offer: Offer
    member: int | None = None
    """For a label: what it shows members, where that is a price of its own."""
    to_members: bool = False
    """For a till: the offer is what members pay."""


def load_books(tx: Transaction, items: Iterable[str]) -> dict[str, Book]:
    """The books of these items, as of this transaction."""
    wanted = list(dict.fromkeys(items))
    books: dict[str, Book] = {}
    tills = [
        (till, bool(stopped))
        for till, stopped in tx.sql.execute(
            "SELECT d.id, l.state IS 'ended' FROM device d LEFT JOIN lease l ON l.device = d.id"
            " WHERE d.role = 'till' AND d.enrolled = 1 ORDER BY d.id"
        )
    ]
    covered = dict(tx.sql.execute("SELECT device, since FROM covered").fetchall())
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        marks = ",".join("?" * len(part))
        targets = {
            item: Offer(version, minor)
            for item, version, minor in tx.sql.execute(
                # SQLite takes `minor` from the row of the maximum. Only "?" is put into the text.
                "SELECT item, MAX(version), minor FROM price"  # noqa: S608
                f" WHERE item IN ({marks}) AND phase IN ('active', 'landed') GROUP BY item",
                part,
            )
        }
        seats: dict[str, dict[str, tuple[Role, bool, bool]]] = {
            item: {till: (Role.TILL, True, stopped) for till, stopped in tills} for item in part
        }
        for device, item in tx.sql.execute(f"SELECT device, item FROM binding WHERE item IN ({marks})", part):  # noqa: S608
            seats[item][device] = (Role.LABEL, True, False)
        may: dict[tuple[str, str], list[Shown]] = {}
        for device, role, item, version, minor, confirmed, until in tx.sql.execute(
            f"SELECT device, role, item, version, minor, confirmed, until FROM showing WHERE item IN ({marks})"  # noqa: S608
            " ORDER BY device, version",
            part,
        ):
            seats[item].setdefault(device, (_ROLES[role], False, False))
            may.setdefault((item, device), []).append(Shown(Offer(version, minor), bool(confirmed), until))
        faces = {
            item: {
                device: Face(device, role, bound, tuple(may.get((item, device), ())), stopped, covered.get(device))
                for device, (role, bound, stopped) in of.items()
            }
            for item, of in seats.items()
        }
        of_members = _member_prices(tx, part)
        held = _members_at_tills(tx, list(of_members))
        for item in part:
            book = Book(item, targets.get(item), faces[item])
            prices = of_members.get(item)
            books[item] = replace(book, member=_member_book(book, prices, held.get(item, {}))) if prices else book
    return books


def _member_prices(tx: Transaction, items: Sequence[str]) -> dict[str, dict[int, int]]:
    """Item → version → what members pay by it, for those of the items that ever had a price for members."""
    marks = ",".join("?" * len(items))
    found: dict[str, dict[int, int]] = {}
    for item, version, minor in tx.sql.execute(
        f"SELECT item, version, member_minor FROM price WHERE item IN ({marks}) AND member_minor IS NOT NULL",  # noqa: S608
        items,
    ):
        found.setdefault(item, {})[version] = minor
    return found


def _members_at_tills(tx: Transaction, items: Sequence[str]) -> dict[str, dict[str, list[Shown]]]:
    """Item → till → the offers for members that it may charge, oldest version first."""
    found: dict[str, dict[str, list[Shown]]] = {}
    if not items:
        return found
    marks = ",".join("?" * len(items))
    for item, device, version, minor, confirmed in tx.sql.execute(
        f"SELECT item, device, version, minor, confirmed FROM member WHERE item IN ({marks}) ORDER BY version",  # noqa: S608
        items,
    ):
        found.setdefault(item, {}).setdefault(device, []).append(Shown(Offer(version, minor), bool(confirmed)))
    return found


def _member_book(book: Book, prices: Mapping[int, int], held: Mapping[str, Sequence[Shown]]) -> Book:
    """The same item as members see it: labels by what their pictures say, tills by what they have for members."""
    faces = {}
    for device, face in book.faces.items():
        if face.role is Role.LABEL:
            may = tuple(
                Shown(Offer(of.version, prices.get(of.version, of.minor)), shown.confirmed, shown.until)
                for shown in face.may
                for of in (shown.offer,)
            )
        else:
            may = tuple(held.get(device, ()))
            if not any(shown.confirmed for shown in may):
                may += tuple(Shown(Offer(0, shown.offer.minor), shown.confirmed, shown.until) for shown in face.may)
        faces[device] = Face(device, face.role, face.bound, may, face.stopped, face.covered)
    target = book.target
    members = None if target is None else Offer(target.version, prices.get(target.version, target.minor))
    return Book(book.item, members, faces)


def known_prices(tx: Transaction, items: Sequence[str]) -> dict[str, Known]:
    """The price in force of each item: what a new one is compared with."""
    found: dict[str, Known] = {}
    for start in range(0, len(items), CHUNK):
        part = items[start : start + CHUNK]
        marks = ",".join("?" * len(part))
        coming = dict(
            tx.sql.execute(
                "SELECT item, MAX(version) FROM price"  # noqa: S608  only "?" is put into the text
                f" WHERE item IN ({marks}) AND phase IN ('active', 'landed', 'waiting', 'held') GROUP BY item",
                part,
            ).fetchall()
        )
        after = dict(
            tx.sql.execute(
                f"SELECT item || ends, minor FROM price WHERE item IN ({marks}) AND phase = 'waiting'"  # noqa: S608
                " AND ends IS NOT NULL",
                part,
            ).fetchall()
        )
        for row in tx.sql.execute(
            "SELECT item, MAX(version), phase, name, minor, currency, per, unit_minor, unit, was_minor, member_minor"  # noqa: S608
            f" FROM price WHERE item IN ({marks}) AND phase IN ('active', 'landed') GROUP BY item",
            part,
        ):
            item, version, phase, name, minor, currency, per, unit_minor, unit, was_minor, member_minor = row
            found[item] = Known(
                version,
                ChangeRow(
                    item=item, name=name, minor=minor, currency=currency, per=per,
                    unit_minor=unit_minor, unit=unit, was_minor=was_minor, member_minor=member_minor,
                ),
                settled=phase == "landed" and coming[item] == version,
                regular=after.get(f"{item}{version}", minor),
            )  # fmt: skip
    return found


def write_sendings(tx: Transaction, sendings: Sequence[Sending]) -> None:
    """Note, before anything leaves, what each device may present from now on: the ledger first, then the books."""
    by_till: dict[str, dict[str, list[list[object]]]] = {}
    for one in sendings:
        row: list[object] = [one.item, one.offer.version, one.offer.minor]
        if one.role is Role.TILL:
            by_till.setdefault(one.device, {}).setdefault("members" if one.to_members else "rows", []).append(row)
        else:
            member = {} if one.member is None else {"member": one.member}
            facts = {"item": one.item, "version": one.offer.version, "minor": one.offer.minor}
            tx.record("label.sent", one.device, facts | member)
    for till, rows in by_till.items():
        tx.record("till.sent", till, rows)
    tx.sql.executemany(
        "INSERT OR IGNORE INTO member (device, item, version, minor, at) VALUES (?, ?, ?, ?, ?)",
        [(one.device, one.item, one.offer.version, one.offer.minor, tx.now) for one in sendings if one.to_members],
    )
    sendings = [one for one in sendings if not one.to_members]
    last = {
        device: tx.sql.execute("SELECT COALESCE(MAX(n), 0) FROM showing WHERE device = ?", (device,)).fetchone()[0]
        for device in {one.device for one in sendings}
    }
    rows_in = []
    for one in sendings:
        last[one.device] += 1
        rows_in.append(
            (one.device, one.role.value, one.item, one.offer.version, one.offer.minor, last[one.device], tx.now)
        )
    tx.sql.executemany(
        "INSERT OR IGNORE INTO showing (device, role, item, version, minor, n, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        rows_in,
    )


def send_anew(tx: Transaction, label: str, item: str, grace_ms: int) -> None:
    """The label is bound to an item again, after another's image may be on its way to it or after it was taken away.

    The newest version that it was sent of the item comes last once more, unconfirmed. The label counts as showing it
    as it is, so sending it again asks nobody.
    """
    tx.sql.execute(
        "UPDATE showing SET confirmed = 0, until = NULL, at = ?1,"
        " n = 1 + (SELECT MAX(n) FROM showing WHERE device = ?2)"
        " WHERE device = ?2 AND item = ?3 AND (until IS NULL OR ?5 - until < ?4)"
        " AND version = (SELECT MAX(version) FROM showing WHERE device = ?2 AND item = ?3)"
        " AND (until IS NOT NULL OR n < (SELECT MAX(n) FROM showing WHERE device = ?2))",
        (tx.now, label, item, grace_ms, tx.steady),
    )


def confirm_till(
    tx: Transaction, till: str, held: Sequence[tuple[str, int]], members: Sequence[tuple[str, int]] = ()
) -> list[str]:
    """A till says which version of each item its table holds, for all and for members. Returns what changed by it.

    No grace here: what a till charged a minute ago harms nobody who pays now.
    """
    changed = []
    for item, version in held:
        row = tx.sql.execute(
            "UPDATE showing SET confirmed = 1 WHERE device = ? AND item = ? AND version = ?", (till, item, version)
        )
        if row.rowcount:
            changed.append(item)
            _retire(tx, "device = ? AND item = ? AND version < ?", (till, item, version), grace_ms=0)
    for item, version in members:
        key = (till, item, version)
        if tx.sql.execute(
            "UPDATE member SET confirmed = 1 WHERE device = ? AND item = ? AND version = ?", key
        ).rowcount:
            changed.append(item)
            tx.sql.execute("DELETE FROM member WHERE device = ? AND item = ? AND version < ?", key)
            tx.topics.add("sendings")  # the price for all waited for this one
    if changed:
        said = {"rows": [list(pair) for pair in held]} | (
            {"members": [list(pair) for pair in members]} if members else {}
        )
        tx.record("till.applied", till, said)
    return list(dict.fromkeys(changed))


def confirm_label(tx: Transaction, label: str, item: str, version: int, digest: str, grace_ms: int) -> list[str]:
    """A label has completed an image. All that it was sent before is gone from it, whatever the item was.

    Returns every item that changed by it: the one shown, and one that the label showed before it was bound anew.
    """
    row = tx.sql.execute(
        "SELECT n FROM showing WHERE device = ? AND item = ? AND version = ?", (label, item, version)
    ).fetchone()
    if row is None:
        return []
    others = tx.sql.execute("SELECT DISTINCT item FROM showing WHERE device = ? AND n < ?", (label, row[0])).fetchall()
    tx.record("label.shown", label, {"item": item, "version": version, "pixels": digest})
    tx.sql.execute(
        "UPDATE showing SET confirmed = 1, until = NULL WHERE device = ? AND item = ? AND version = ?",
        (label, item, version),
    )
    _retire(tx, "device = ? AND n < ?", (label, row[0]), grace_ms)
    return list(dict.fromkeys([item, *(other[0] for other in others)]))


def forget_face(tx: Transaction, device: str, grace_ms: int) -> list[str]:
    """A person took the device out of the shop: it presents nothing any more. Returns the items it had.

    What shoppers read on a label before it left counts for the grace window, as if a new price had replaced it.
    """
    tx.sql.execute(  # what may have changed unheard is not known any more
        "UPDATE twin SET reported = '{}' WHERE device = ?1"
        " AND EXISTS (SELECT 1 FROM showing WHERE device = ?1 AND confirmed = 0)",
        (device,),
    )
    items = items_of(tx, device)
    hidden = tx.sql.execute("SELECT since FROM covered WHERE device = ?", (device,)).fetchone()
    _retire(tx, "device = ? AND role = 'label'", (device,), grace_ms, hidden[0] if hidden else None)
    tx.sql.execute("DELETE FROM showing WHERE device = ? AND role = 'till'", (device,))
    tx.sql.execute("DELETE FROM covered WHERE device = ?", (device,))
    tx.sql.execute("DELETE FROM member WHERE device = ?", (device,))
    tx.sql.execute("DELETE FROM binding WHERE device = ?", (device,))
    return items


def items_of(tx: Transaction, device: str) -> list[str]:
    """Every item that the device presents, may still present, or should."""
    found = tx.sql.execute(
        "SELECT item FROM showing WHERE device = ?1 UNION SELECT item FROM binding WHERE device = ?1", (device,)
    )
    return [row[0] for row in found]


def end_grace(tx: Transaction, grace_ms: int) -> list[str]:
    """Drop what has been gone from the shelf for longer than the grace window. Returns the items concerned."""
    past = (tx.steady - grace_ms,)
    items = [row[0] for row in tx.sql.execute("SELECT DISTINCT item FROM showing WHERE until <= ?", past)]
    if items:
        tx.sql.execute("DELETE FROM showing WHERE until <= ?", past)
    hidden = tx.sql.execute("SELECT device FROM covered WHERE counted = 1 AND since <= ?", past).fetchall()
    if hidden:
        tx.sql.execute("UPDATE covered SET counted = 0 WHERE since <= ?", past)
        items += [item for (device,) in hidden for item in items_of(tx, device)]
    return list(dict.fromkeys(items))


def _retire(tx: Transaction, where: str, values: tuple[object, ...], grace_ms: int, gone: int | None = None) -> None:
    """Take replaced offers out; with a grace window they stay counted until it ends. `gone`: since when; None: now."""
    if grace_ms:
        since = tx.steady if gone is None else gone
        tx.sql.execute(f"UPDATE showing SET until = COALESCE(until, ?) WHERE {where}", (since, *values))  # noqa: S608
    else:
        tx.sql.execute(f"DELETE FROM showing WHERE {where}", values)  # noqa: S608  `where` is one of ours
