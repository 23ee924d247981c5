"""Goods kept for customers. Held in the book at once; a promise only when a person has taken them off the shelf.

A shopper with a piece in the hand can always buy it, at a till that nobody can reach. So the book alone can promise
nothing: taking a piece off the shelf is the one act that a shopper and a picker cannot both do with the same piece.
"""

from cloud_sync.contract.goods import Cancel, Reserve
from edge.inventory.facts import Kind, Movement
from edge.inventory.records import balance_of, note, tell
from edge.inventory.restored import in_doubt
from edge.store import Transaction

OPEN = ("held", "aside")


def reserve(tx: Transaction, wish: Reserve, sequence: int, issued_at: int) -> str:
    """Hold goods for a customer, all lines or none; returns the state. Repeating it changes nothing.

    It is held for as long as head office gave it when it ordered it (`issued_at`): too long rather than too short,
    should the clock here be wrong. What was ordered (as `sequence` of the log) before this store of record was set
    back to a copy may stand aside already, and be promised: the book cannot refuse it, a person has to look.
    """
    known = state_of(tx, wish.id)
    if known:
        return known
    why = "" if in_doubt(tx, sequence) else _objection(tx, wish)
    state = "refused" if why else "held"
    tx.sql.execute(
        "INSERT INTO reservation (id, state, why, until, ends, at, began, changed_at, code)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (wish.id, state, why, wish.until, tx.steady + max(0, wish.until - issued_at), tx.now, tx.steady, tx.now,
         wish.code),
    )  # fmt: skip
    tx.sql.executemany(
        "INSERT INTO reservation_line VALUES (?, ?, ?)", [(wish.id, line.item, line.quantity) for line in wish.lines]
    )
    if not why:
        _move(tx, wish.id, Kind.RESERVE, hand=0, reserved=1)
    _tell(tx, wish.id, state, why)
    return state


def _objection(tx: Transaction, wish: Reserve) -> str:
    if wish.until <= tx.now:
        return "it came after its end"
    for line in wish.lines:
        free = balance_of(tx, line.item).free
        if free < line.quantity:
            return f"{line.item}: {max(0, free)} free, {line.quantity} wanted"
    return ""


def set_aside(tx: Transaction, reservation: str, by: str) -> None:
    """A person took the goods off the shelf: from now on head office may promise them. Raises ValueError."""
    _expect(tx, reservation, "held")
    _change(tx, reservation, "aside", by=by)


def missing(tx: Transaction, reservation: str, by: str) -> None:
    """A person did not find the goods: nothing was promised, and head office hears of it. Raises ValueError."""
    _expect(tx, reservation, "held")
    _release(tx, reservation, "refused", "not found on the shelf", by)


def collect(tx: Transaction, reservation: str, by: str) -> None:
    """The customer has the goods; once. Raises ValueError."""
    _expect(tx, reservation, "aside")
    _move(tx, reservation, Kind.COLLECTED, hand=-1, reserved=-1, by=by)
    _change(tx, reservation, "collected", by=by)


def cancel(tx: Transaction, word: Cancel) -> None:
    """Head office's customer wants it no more. What is over already, or was refused, stays as it is."""
    state = state_of(tx, word.id)
    if state in OPEN:
        _release(tx, word.id, "cancelled", "cancelled by head office")


def expire(tx: Transaction) -> int:
    """Let go what nobody collected in time; returns how many. Counted in steady time: never early by a wrong clock."""
    over = tx.sql.execute(
        "SELECT id FROM reservation WHERE state IN ('held', 'aside') AND ends <= ? ORDER BY id", (tx.steady,)
    ).fetchall()
    for (reservation,) in over:
        _release(tx, reservation, "expired", "not collected in time")
    return len(over)


def state_of(tx: Transaction, reservation: str) -> str:
    """A reservation's state; "" when there is none."""
    row = tx.sql.execute("SELECT state FROM reservation WHERE id = ?", (reservation,)).fetchone()
    return row[0] if row else ""


def _expect(tx: Transaction, reservation: str, state: str) -> None:
    now = state_of(tx, reservation)
    if now != state:
        raise ValueError(f"{reservation} is {now}" if now else f"there is no order {reservation}")


def _release(tx: Transaction, reservation: str, state: str, why: str, by: str = "") -> None:
    _move(tx, reservation, Kind.RELEASE, hand=0, reserved=-1, by=by)
    _change(tx, reservation, state, why, by)


def _move(tx: Transaction, reservation: str, kind: Kind, hand: int, reserved: int, by: str = "") -> None:
    lines = tx.sql.execute(
        "SELECT item, quantity FROM reservation_line WHERE reservation = ? ORDER BY item", (reservation,)
    ).fetchall()
    note(
        tx,
        [
            Movement(
                f"{kind}:{reservation}:{item}", item, kind, tx.now, hand * quantity, reserved * quantity, by=by,
                why=reservation,
            )
            for item, quantity in lines
        ],
    )  # fmt: skip


def _change(tx: Transaction, reservation: str, state: str, why: str = "", by: str = "") -> None:
    tx.sql.execute(
        "UPDATE reservation SET state = ?, why = ?, changed_at = ? WHERE id = ?", (state, why, tx.now, reservation)
    )
    _tell(tx, reservation, state, why, by)


def _tell(tx: Transaction, reservation: str, state: str, why: str, by: str = "") -> None:
    tx.record("reservation", reservation, {"state": state, "why": why, "by": by})
    tell(tx, "stock.reservation", {"id": reservation, "state": state, "why": why})
    tx.topics.add("stock")
