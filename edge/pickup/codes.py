"""Collecting an order by its one-time code. Only a slow hash of the code is here, so it is checked without a line."""

import asyncio
import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from edge.inventory import reservations
from edge.store import Store, Transaction
from edge.store.ledger import encode

MOST_TRIES = 5
LONGEST_CODE = 40
DIGITS = 6
_SCANNED = "pickup:"


class WrongCode(ValueError):
    """The code is not this order's. `left`: how many tries remain."""

    def __init__(self, left: int) -> None:
        super().__init__(f"wrong code; {left} tries left" if left else "wrong code; the order is locked now")
        self.left = left


@dataclass(frozen=True, slots=True)
class Collector:
    """Hands orders out. Every method raises ValueError with words when it cannot be done."""

    store: Store

    async def collect(self, order: str, code: str, by: str) -> None:
        """Hand an order to whoever brings its code, once.

        The try is spent, on disk, before the code is looked at: nobody guesses more often by pulling the plug.
        """
        hashed = await self.store.do(lambda tx: _spend_try(tx, order, by))
        if hashed and not await asyncio.to_thread(_fits, hashed, code.strip()[:LONGEST_CODE]):
            left = await self.store.do(lambda tx: _left(tx, order))
            raise WrongCode(left)

        def work(tx: Transaction) -> None:
            reservations.collect(tx, order, by)
            tx.sql.execute("UPDATE reservation SET tries = 0, code = '' WHERE id = ?", (order,))
            _audit(tx, by, "pickup.collect", order)

        await self.store.do(work)

    async def unlock(self, order: str, by: str) -> None:
        """Somebody made sure who the customer is: the code may be tried again."""

        def work(tx: Transaction) -> None:
            tx.sql.execute("UPDATE reservation SET tries = 0 WHERE id = ?", (order,))
            tx.record("pickup.unlocked", order, {"by": by})
            tx.topics.add("stock")
            _audit(tx, by, "pickup.unlock", order)

        await self.store.do(work)


def new_code() -> tuple[str, str]:
    """A one-time code for a customer, and the hash of it that a store may have."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    return code, PasswordHasher().hash(code)


def read_scanned(text: str) -> tuple[str, str]:
    """Order and code from what a customer's QR code says, "pickup:ORDER:CODE"; ("", the text) for a typed code."""
    if text.startswith(_SCANNED) and text.count(":") == 2:
        _, order, code = text.split(":")
        return order[:LONGEST_CODE], code
    return "", text


def _spend_try(tx: Transaction, order: str, by: str) -> str:
    row = tx.sql.execute("SELECT state, code, tries FROM reservation WHERE id = ?", (order,)).fetchone()
    if row is None:
        raise ValueError(f"there is no order {order[:LONGEST_CODE]}")
    state, hashed, tries = row
    if state != "aside":
        raise ValueError(f"{order} is {state}")
    if tries >= MOST_TRIES:
        raise ValueError("locked after too many wrong codes; a manager can unlock it")
    if hashed:
        tx.sql.execute("UPDATE reservation SET tries = tries + 1 WHERE id = ?", (order,))
        if tries + 1 == MOST_TRIES:
            tx.record("pickup.last-try", order, {"by": by})
        tx.topics.add("stock")
    return str(hashed)


def _left(tx: Transaction, order: str) -> int:
    (tries,) = tx.sql.execute("SELECT tries FROM reservation WHERE id = ?", (order,)).fetchone()
    return max(0, MOST_TRIES - int(tries))


def _fits(hashed: str, code: str) -> bool:
    try:
        return PasswordHasher().verify(hashed, code)
    except (VerificationError, InvalidHashError):
        return False


def _audit(tx: Transaction, who: str, did: str, order: str) -> None:
    body = encode({"order": order})
    tx.sql.execute("INSERT INTO audit (at, who, did, body) VALUES (?, ?, ?, ?)", (tx.now, who, did, body))
