"""When this store of record was set back to a copy: what head office ordered before then may have been done already.

Told by the numbers of head office's log, never by a clock: this one may be wrong. What head office had issued when it
was first heard again is in doubt, whether it is from before or not.
"""

from edge.store import Transaction

_DOUBTED = "goods.doubted"
_ALL = "all"


def note_restore(tx: Transaction) -> None:
    """It was set back to a copy just now."""
    tx.set_meta(_DOUBTED, _ALL)


def hear_head(tx: Transaction, head: int) -> None:
    """Head office says how far its log goes now. Once is enough: later orders are new."""
    if tx.get_meta(_DOUBTED) == _ALL:
        tx.set_meta(_DOUBTED, str(head))


def in_doubt(tx: Transaction, sequence: int) -> bool:
    """Whether an order of this number may have been carried out once already, and forgotten."""
    doubted = tx.get_meta(_DOUBTED, "0")
    return doubted == _ALL or sequence <= int(doubted)
