"""A process that records facts as fast as it can and prints each one's number once it is told that it is on disk.

Run as `python -m tests.store.killed DATABASE FIRST`, to be killed at any moment.
"""

import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from cloud_sync.contract.events import EventClass
from edge.store import Store, Transaction

AHEAD = 400
"""Facts that may wait for their commit at once."""


def record(tx: Transaction, numbers: Sequence[int]) -> list[int]:
    """A lane: each number becomes a ledger row and an event for head office."""
    for number in numbers:
        tx.record("fact", str(number), {"n": number})
        tx.tell(EventClass.SALE, "fact", "till-1", {"n": number})
    return list(numbers)


def main(path: Path, first: int) -> None:
    """Record for ever."""
    store = Store(path, lambda: 1_700_000_000_000, epoch=7)
    room = threading.Semaphore(AHEAD)

    def done(number: int, error: BaseException | None) -> None:
        if error is None:
            os.write(1, b"%d\n" % number)
        room.release()

    while True:
        room.acquire()
        store.post(record, first, done)
        first += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
