"""A disk that takes no more: nothing is acknowledged, nothing is half there, and all goes on when there is room."""

import resource
import signal
import subprocess
import sys
from pathlib import Path

from edge.store import Store, StoreError
from edge.store.ledger import verify
from tests.store.rig import held_back, ledger_of, opened, queued, tell

BIG = "x" * 30_000


def limit_pages(store: Store, pages: int) -> None:
    """Let the database file grow to this many pages, and no further: SQLite answers as on a full disk."""
    for _ in range(100):  # on a full disk it may share its commit with what does not fit
        if store.run(lambda tx: tx.sql.execute(f"PRAGMA max_page_count={pages}").fetchone()).exception() is None:
            return
    raise AssertionError("the limit could not be set")


def pages_of(store: Store) -> int:
    with store.reading() as db:
        return int(db.conn.execute("PRAGMA page_count").fetchone()[0])


def test_a_full_disk_acknowledges_nothing_and_recovers(tmp_path: Path) -> None:
    with opened(tmp_path / "store.db") as store:
        store.run(lambda tx: tell(tx, "before")).result()
        limit_pages(store, pages_of(store) + 2)
        with held_back(store):
            futures = [store.run(lambda tx: tell(tx, "too big", text=BIG)) for _ in range(5)]
        assert all(isinstance(future.exception(), StoreError) for future in futures)
        assert ledger_of(store) == ["before"]
        limit_pages(store, 1 << 30)
        store.run(lambda tx: tell(tx, "after", text=BIG)).result()
        assert ledger_of(store) == ["before", "after"]
        with store.reading() as db:
            assert [event.seq for event in queued(db.conn, store)] == [1, 2]
            assert verify(db.conn).intact


def test_what_still_fits_goes_on_beside_what_does_not(tmp_path: Path) -> None:
    with opened(tmp_path / "store.db") as store:
        store.run(lambda tx: tell(tx, "before")).result()
        limit_pages(store, pages_of(store) + 2)
        with held_back(store):
            big = store.run(lambda tx: tell(tx, "too big", text=BIG))
            small = store.run(lambda tx: tell(tx, "small"))
        assert isinstance(big.exception(), StoreError)
        recorded = ledger_of(store)
        assert recorded == (["before"] if small.exception() else ["before", "small"])
        with store.reading() as db:
            assert len(queued(db.conn, store)) == len(recorded)
            assert verify(db.conn).intact


def test_a_log_that_cannot_grow_is_survived(tmp_path: Path) -> None:
    """The operating system itself refuses to write (a limit on file size), first to the log, later to the file."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.store.test_full_disk", str(tmp_path / "store.db")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["refused", "recovered"]
    with opened(tmp_path / "store.db") as store:
        recorded = ledger_of(store)
        with store.reading() as db:
            assert verify(db.conn).intact
    assert recorded[-1] == "after"
    assert recorded == [f"fact-{n}" for n in range(len(recorded) - 1)] + ["after"]


def starve(path: Path) -> None:
    """Write until the system refuses, then get room again. Prints what came of it."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with opened(path) as store:
        acknowledged = 0
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
        refused = None
        while refused is None:
            fact = f"fact-{acknowledged}"
            refused = store.run(lambda tx, fact=fact: tell(tx, fact, text="y" * 5000)).exception()  # type: ignore[misc]
            acknowledged += refused is None
        assert isinstance(refused, StoreError)
        assert len(ledger_of(store)) == acknowledged
        print("refused")
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        store.run(lambda tx: tell(tx, "after")).result()
        assert len(ledger_of(store)) == acknowledged + 1
        print("recovered")


if __name__ == "__main__":
    starve(Path(sys.argv[1]))
