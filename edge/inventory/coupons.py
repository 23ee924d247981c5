"""Coupons that are used once, off-line too: each is in one hand at a time.

Head office lends a coupon to one store and does not redeem it elsewhere until it is back; the gateway lends it to one
till in the same way, and that till may redeem it while nobody can reach it. No lease ends by time: by a clock that is
wrong, two hands would redeem. What a till that lost its journal held is redeemed by nobody any more.
"""

from dataclasses import dataclass

from cloud_sync.contract.goods import LendCoupon
from edge.inventory.records import tell
from edge.inventory.restored import in_doubt, note_restore
from edge.store import Transaction


def go_on_from_backup(tx: Transaction) -> None:
    """Nobody redeems a coupon that the copy has, or that head office lent before now: it may have been used since."""
    note_restore(tx)
    tx.sql.execute("UPDATE coupon SET state = 'lent', till = '', epoch = 0 WHERE state != 'used'")


@dataclass(frozen=True, slots=True)
class Lending:
    """One lending of a coupon: its number, and what the coupon takes off (of the lines of `item`, or of all)."""

    number: int
    minor_off: int
    currency: str
    item: str | None


def take_in(tx: Transaction, word: LendCoupon, sequence: int) -> None:
    """Head office lent it to this store, by this entry of its log. Said again, it changes nothing."""
    coupon = word.id
    if in_doubt(tx, sequence):
        tx.record("coupon.doubted", coupon, {"sequence": sequence})
        return
    row = tx.sql.execute("SELECT state FROM coupon WHERE id = ?", (coupon,)).fetchone()
    if row is None:
        tx.sql.execute(
            "INSERT INTO coupon (id, state, at, minor_off, currency, item) VALUES (?, 'here', ?, ?, ?, ?)",
            (coupon, tx.now, word.minor_off, word.currency, word.item),
        )
    elif row[0] == "returned":  # it went back, and comes again
        tx.sql.execute(
            "UPDATE coupon SET state = 'here', recalled = 0, at = ?, minor_off = ?, currency = ?, item = ?"
            " WHERE id = ?",
            (tx.now, word.minor_off, word.currency, word.item, coupon),
        )
    else:
        return
    tx.record("coupon.received", coupon, {})


def lend(tx: Transaction, coupon: str, till: str, epoch: int) -> Lending:
    """Lend a coupon to a till's present journal. To be answered after the commit.

    The till that has it already gets the same number again. Raises ValueError when another has it, or nobody may.
    """
    row = tx.sql.execute(
        "SELECT state, till, epoch, lending, recalled, minor_off, currency, item FROM coupon WHERE id = ?", (coupon,)
    ).fetchone()
    if row is None:
        raise ValueError(f"coupon {coupon} is not known in this shop")
    state, holder, journal, lending, recalled, *worth = row
    if state == "lent" and (holder, journal) == (till, epoch):
        return Lending(lending, *worth)
    if state == "lent":
        where = f"is at {holder}; only there it can be used" if holder else "may have been used; nobody can take it"
        raise ValueError(f"coupon {coupon} {where}")
    if state != "here" or recalled:
        raise ValueError(f"coupon {coupon} was {'used' if state == 'used' else 'given back to head office'}")
    tx.sql.execute(
        "UPDATE coupon SET state = 'lent', till = ?, epoch = ?, lending = ?, at = ? WHERE id = ?",
        (till, epoch, lending + 1, tx.now, coupon),
    )
    tx.record("coupon.lent", coupon, {"till": till, "epoch": epoch, "lending": lending + 1})
    return Lending(lending + 1, *worth)


def used(tx: Transaction, coupon: str, till: str, epoch: int, lending: int, receipt: str, minor: int) -> bool:
    """A till redeemed it. False, and a row in the ledger, for a till that did not have it: that till is at fault."""
    if not _holds(tx, coupon, till, epoch, lending):
        tx.record("coupon.misused", coupon, {"till": till, "epoch": epoch, "lending": lending, "receipt": receipt})
        tell(tx, "coupon.misused", {"id": coupon, "till": till, "receipt": receipt})
        return False
    tx.sql.execute("UPDATE coupon SET state = 'used', receipt = ?, at = ? WHERE id = ?", (receipt, tx.now, coupon))
    tx.record("coupon.used", coupon, {"till": till, "receipt": receipt, "minor": minor})
    tell(tx, "coupon.used", {"id": coupon, "receipt": receipt, "minor": minor})
    return True


def given_back(tx: Transaction, coupon: str, till: str, epoch: int, lending: int) -> None:
    """A till has it no more, unused."""
    if not _holds(tx, coupon, till, epoch, lending):
        return
    tx.sql.execute("UPDATE coupon SET state = 'here', at = ? WHERE id = ?", (tx.now, coupon))
    tx.record("coupon.back", coupon, {"till": till})
    _go_home(tx, coupon)


def recall(tx: Transaction, coupon: str) -> None:
    """Head office wants it back: at once when it is here, else when its till has given it back unused."""
    tx.sql.execute("UPDATE coupon SET recalled = 1 WHERE id = ? AND state IN ('here', 'lent')", (coupon,))
    _go_home(tx, coupon)


def _holds(tx: Transaction, coupon: str, till: str, epoch: int, lending: int) -> bool:
    row = tx.sql.execute(
        "SELECT 1 FROM coupon WHERE id = ? AND state = 'lent' AND till = ? AND epoch = ? AND lending = ?",
        (coupon, till, epoch, lending),
    ).fetchone()
    return row is not None


def _go_home(tx: Transaction, coupon: str) -> None:
    gone = tx.sql.execute(
        "UPDATE coupon SET state = 'returned', at = ? WHERE id = ? AND state = 'here' AND recalled = 1",
        (tx.now, coupon),
    )
    if gone.rowcount:
        tx.record("coupon.returned", coupon, {})
        tell(tx, "coupon.returned", {"id": coupon})
