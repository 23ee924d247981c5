"""Going on from a backup: the copy becomes the store of record, and nothing it says of its devices is believed.

Old or new is in the folder, whenever the power goes; what was there before is kept beside it.
"""

import json
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from edge.alarms import restored as tickets
from edge.alone import only_one
from edge.prices.engine import PriceEngine
from edge.prices.restored import go_on_from_backup
from edge.store import SchemaError, Store, StoreError, Transaction
from provisioning.backup import (
    STORE_FILE,
    BackupError,
    Copied,
    Say,
    check_copy,
    copy_store,
    sync,
    take_files,
)
from provisioning.commands import PASSWORDS_FILE
from provisioning.credentials import GATEWAY, Credentials
from provisioning.identity import ENROLMENT_FILE, KEY_FILE

_STAGED = "restoring.db"
_PARTS = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it. `epoch`: the gateway's new one; `former`: the copy's.

    `labels`, `tills`: devices that were in service and wait for a person now. `aside`: where what was in the folder is
    kept. `brought`: the small files that came from the backup, since the folder had none that count.
    """

    copied: Copied
    epoch: int
    former: int
    labels: int
    tills: int
    aside: Path | None
    brought: tuple[str, ...]


def restore_backup(data: Path, file: Path, said: Say, clock: Callable[[], int]) -> Restored:
    """Put the backup in `file` into the data folder. Raises BackupError, and AlreadyRunning while a gateway runs there.

    `clock` gives UTC epoch milliseconds.
    """
    if not file.is_file():
        raise BackupError(f"{file} is not there")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    staged = data / _STAGED
    with only_one(data):
        try:
            _sweep(staged)
            os.close(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            copied, files = _stage(file, staged, said)
            brought = _wanted(data, files)
            said("taking every device out of service", 0.0)
            former, epoch, labels, tills = _begin_anew(staged, clock)
            aside = _put_aside(data, brought, clock())
            for name in brought:
                _write(data / name, files[name])
            sync(staged)
            staged.replace(data / STORE_FILE)
            sync(data)
        except (sqlite3.Error, SchemaError, StoreError, OSError, BackupError) as error:
            raise BackupError(f"{file} could not be restored: {error}") from error
        finally:
            _sweep(staged)
    return Restored(copied, epoch, former, labels, tills, aside, tuple(brought))


def _stage(file: Path, staged: Path, said: Say) -> tuple[Copied, dict[str, bytes]]:
    """Copy the backup beside its future place and look at every byte of it."""
    copy_store(file, staged, said)
    copied = check_copy(staged, said)
    with closing(sqlite3.connect(staged, isolation_level=None)) as sql:
        return copied, take_files(sql)


def _wanted(data: Path, files: dict[str, bytes]) -> list[str]:
    """The small files to take from the backup. What the folder has of its own is newer, and stays.

    A key that head office does not know, or a password file without a device, is what a fresh box made for itself.
    Raises BackupError when the folder belongs to another store.
    """
    here, there = _store_of(_read(data / ENROLMENT_FILE)), _store_of(files.get(ENROLMENT_FILE, b""))
    if here and there and here != there:
        raise BackupError(f"the backup is of store {there}, and {data} is enrolled as store {here}")
    wanted = [] if here else [name for name in (KEY_FILE, ENROLMENT_FILE) if name in files]
    if not set(Credentials(data / PASSWORDS_FILE).users()) - {GATEWAY} and PASSWORDS_FILE in files:
        wanted.append(PASSWORDS_FILE)
    return wanted


def _begin_anew(staged: Path, clock: Callable[[], int]) -> tuple[int, int, int, int]:
    """Begin a new life on the copy; returns the former epoch, the new one, and how many labels and tills wait."""

    def work(tx: Transaction) -> tuple[int, int, int, int]:
        former = int(tx.get_meta("epoch"))
        in_service = dict(
            tx.sql.execute(
                "SELECT role, COUNT(*) FROM device WHERE enrolled = 1 AND role IN ('label', 'till') GROUP BY role"
            )
        )
        go_on_from_backup(tx, PriceEngine(), clock())
        tickets.go_on_from_backup(tx)
        tx.set_meta("ledger.told_at", "0")  # head office gets the head at once: it marks where this life began
        return former, int(tx.get_meta("epoch")), in_service.get("label", 0), in_service.get("till", 0)

    store = Store(staged, clock, epoch=clock(), monotonic=lambda: time.monotonic_ns() // 1_000_000)
    try:
        return store.run(work).result()
    finally:
        store.close()


def _put_aside(data: Path, brought: list[str], now: int) -> Path | None:
    """Move what is about to be replaced into a folder of its own; None when there is nothing."""
    old = data / STORE_FILE
    if old.exists():
        with suppress(sqlite3.Error), closing(sqlite3.connect(old)) as sql:  # so that a whole old store is one file
            sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    leaving = [data / f"{STORE_FILE}{part}" for part in reversed(_PARTS)] + [data / name for name in brought]
    leaving = [path for path in leaving if path.exists()]
    if not leaving:
        return None
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now / 1000))
    aside, number = data / f"before-restore-{stamp}", 1
    while aside.exists():
        aside, number = data / f"before-restore-{stamp}-{number}", number + 1
    aside.mkdir(mode=0o700)
    for path in leaving:
        path.rename(aside / path.name)
    sync(aside)
    return aside


def _write(path: Path, content: bytes) -> None:
    """A small file, readable by its owner alone and on disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _store_of(enrolment: bytes) -> str:
    try:
        return str(json.loads(enrolment or b"{}").get("store", ""))
    except (ValueError, AttributeError):
        return ""


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _sweep(staged: Path) -> None:
    for part in _PARTS:
        staged.with_name(staged.name + part).unlink(missing_ok=True)
