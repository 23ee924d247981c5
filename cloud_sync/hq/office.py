"""What every part of head office is given: the database, the signing key, the wake-up hub, a clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from securesystemslib.signer import CryptoSigner

from cloud_sync.hq.database import Database, open_database
from cloud_sync.hq.keys import load_signer
from cloud_sync.hq.wake import Hub


class HqError(Exception):
    """Something that was asked for cannot be done. The text says why and what to do; `status` is for HTTP."""

    status = 400


class NotFound(HqError):
    """There is no such store, key or operator."""

    status = 404


class NotAllowed(HqError):
    """Whoever asks may not do that."""

    status = 403


class Conflict(HqError):
    """It is already so, or clashes with what is."""

    status = 409


def clock_ms() -> int:
    """UTC epoch milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Office:
    """One head office."""

    db: Database
    signer: CryptoSigner
    hub: Hub = field(default_factory=Hub)
    now: Callable[[], int] = clock_ms

    def change_keys(self) -> dict[str, str]:
        """Key id → public key in hex: what a store needs to check changes with."""
        key = self.signer.public_key
        return {key.keyid: key.keyval["public"]}


DATABASE_FILE = "database.url"
"""Where a data folder names the database server; without it, the database is a file beside it."""


def open_office(folder: Path) -> Office:
    """Open head office's data folder; make database and signing key at the first start.

    Raises RuntimeError when the database cannot be opened, with what to do.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    named = folder / DATABASE_FILE
    where = named.read_text().strip() if named.exists() else folder / "hq.sqlite"
    return Office(open_database(where), load_signer(folder / "change-key.pem"))
