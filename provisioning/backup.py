"""A backup of a gateway: one file, whole and checked, made while the gateway runs.

The file is a copy of the store of record, and one more table with the small files that a new box needs: the tills'
passwords (hashes), the gateway's key and its enrolment. It is as secret as they are, and readable by its owner alone.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp

from edge.store.database import open_for_reading
from edge.store.ledger import Head, read_head, verify
from provisioning.commands import PASSWORDS_FILE
from provisioning.identity import ENROLMENT_FILE, KEY_FILE

STORE_FILE = "store.db"
KEPT_FILES = (PASSWORDS_FILE, KEY_FILE, ENROLMENT_FILE)
"""What goes into a backup besides the store of record. The console's secret does not: people sign in again."""
PAGES = 4_096
"""Pages copied between two words about progress."""

Say = Callable[[str, float], None]
"""Hears what is being done, and how much of it is done (0 … 1)."""


class BackupError(Exception):
    """It cannot be done; the text says why and what to do. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A whole copy. `head`: the ledger's last row in it; `until`: its time, UTC epoch milliseconds (0: no row)."""

    head: Head
    until: int
    size: int


def make_backup(data: Path, file: Path, said: Say) -> Copied:
    """Copy the store of record in `data` as of one moment into `file`, whether or not a gateway runs on it.

    The old file, if there is one, stays until the new one is complete, checked and on disk. Raises BackupError.
    """
    if not (data / STORE_FILE).exists():
        raise BackupError(f"{data / STORE_FILE} does not exist; name the gateway's data folder with --data")
    try:
        handle, name = mkstemp(dir=file.parent, prefix=f"{file.name}.")  # readable by its owner alone
    except OSError as error:
        raise BackupError(f"{file.parent} cannot be written: {error.strerror}") from error
    os.close(handle)
    draft = Path(name)
    try:
        copy_store(data / STORE_FILE, draft, said)
        _add_files(data, draft)
        copied = check_copy(draft, said)
        sync(draft)
        draft.replace(file)
        sync(file.parent)
    except (sqlite3.Error, OSError) as error:
        raise BackupError(f"{file} could not be written: {error}. What was there before is still there.") from error
    finally:
        draft.unlink(missing_ok=True)
        draft.with_name(f"{draft.name}-journal").unlink(missing_ok=True)
    return copied


def copy_store(source: Path, target: Path, said: Say) -> None:
    """Copy a database as of one moment, whoever writes to it meanwhile, into a single file. Raises sqlite3.Error."""
    with closing(open_for_reading(source)) as reader, closing(sqlite3.connect(target, isolation_level=None)) as copy:
        # A copy begins anew whenever somebody writes between two of its steps; inside a reader's transaction it sees
        # one moment, and nobody has to wait for it.
        reader.conn.execute("BEGIN")
        reader.conn.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()
        reader.conn.backup(copy, pages=PAGES, progress=lambda _, left, of: said("copying", 1 - left / max(1, of)))
        copy.execute("PRAGMA journal_mode=DELETE")


def check_copy(file: Path, said: Say) -> Copied:
    """Read all of a copy: pages, indexes, and the ledger's chain. Raises BackupError or sqlite3.Error."""
    with closing(open_for_reading(file)) as reader:
        sql = reader.conn
        if not sql.execute("SELECT 1 FROM sqlite_schema WHERE name = 'backup_file'").fetchone():
            raise BackupError("it was not made by `aisle backup`")
        said("checking the pages", 0.0)
        found = sql.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise BackupError(f"the copy is damaged: {found}. Check the disk; older backups may be whole.")
        said("checking the ledger", 0.0)
        verdict = verify(sql)
        if not verdict.intact:
            raise BackupError(f"the copy's ledger does not hold: {verdict.fault}. Ask who could write to it.")
        row = sql.execute("SELECT at FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
        return Copied(read_head(sql), row[0] if row else 0, file.stat().st_size)


def take_files(sql: sqlite3.Connection) -> dict[str, bytes]:
    """Take the small files out of a checked copy that is being restored."""
    found = sql.execute("SELECT name, content FROM backup_file").fetchall()
    sql.execute("DROP TABLE backup_file")
    return {str(name): bytes(content) for name, content in found if name in KEPT_FILES}


def sync(path: Path) -> None:
    """Wait until a file, or what a folder lists, is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _add_files(data: Path, draft: Path) -> None:
    with closing(sqlite3.connect(draft)) as copy, copy:
        copy.execute("CREATE TABLE backup_file (name TEXT PRIMARY KEY, content BLOB NOT NULL)")
        for name in KEPT_FILES:
            with suppress(FileNotFoundError):
                copy.execute("INSERT INTO backup_file VALUES (?, ?)", (name, (data / name).read_bytes()))
