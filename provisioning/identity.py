"""Who this gateway is: its Ed25519 key, made once and never sent, and its enrolment at head office.

Two files in the gateway's data folder, readable by their owner only. Both are written whole or not at all.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import Annotated

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cloud_sync.contract.enrolment import fingerprint
from cloud_sync.link.side import Enrolment

KEY_FILE = "gateway-key.pem"
ENROLMENT_FILE = "enrolment.json"


class IdentityError(Exception):
    """The identity cannot be read or written; the message names the file and what to do."""


class _Record(BaseModel):
    """The enrolment file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    url: str = ""
    store: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]{0,31})?$")] = ""
    code: Annotated[str, Field(pattern=r"^([A-Z0-9-]{8,40})?$")] = ""
    change_keys: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = {}


@dataclass(frozen=True, slots=True)
class Identity:
    """A gateway's identity, kept in a folder."""

    folder: Path
    key: Ed25519PrivateKey

    @classmethod
    def open(cls, folder: Path) -> "Identity":
        """Load the key, or make it the first time; the folder is made too. Raises IdentityError."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / KEY_FILE
            if not path.exists():
                _make_key(path)
            return cls(folder, _load_key(path))
        except OSError as error:
            raise IdentityError(f"{error.filename or folder}: {error.strerror}. Check the folder's owner.") from error

    @property
    def fingerprint(self) -> str:
        """What a person at head office compares before approving; see `fingerprint`."""
        return fingerprint(self.key.public_key().public_bytes_raw().hex())

    def enrolment(self, url: str = "") -> Enrolment:
        """What is on file; empty when there is none, or when it is about another head office than `url`.

        Raises IdentityError when the file cannot be read.
        """
        record = self._record()
        if url and record.url and url.rstrip("/") != record.url.rstrip("/"):
            return Enrolment()
        return Enrolment(record.store, record.code, dict(record.change_keys))

    @property
    def url(self) -> str:
        """The head office that the enrolment is about; empty when there is none. Raises IdentityError."""
        return self._record().url

    def keep(self, enrolment: Enrolment, url: str) -> None:
        """Put an enrolment on disk; old or new is there, whenever the power goes. Raises IdentityError."""
        record = _Record(url=url, store=enrolment.store, code=enrolment.code, change_keys=dict(enrolment.change_keys))
        try:
            fresh = _write_beside(self.folder / ENROLMENT_FILE, record.model_dump_json(indent=2).encode() + b"\n")
            fresh.replace(self.folder / ENROLMENT_FILE)
            _sync_folder(self.folder)
        except OSError as error:
            raise IdentityError(f"{self.folder / ENROLMENT_FILE}: cannot be written: {error.strerror}") from error

    def _record(self) -> _Record:
        path = self.folder / ENROLMENT_FILE
        try:
            return _Record.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return _Record()
        except OSError as error:
            raise IdentityError(f"{path}: cannot be read: {error.strerror}") from error
        except ValidationError as error:
            why = "is not an enrolment. Restore it from a backup, or remove it and enrol again"
            raise IdentityError(f"{path} {why}.") from error


def _load_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        why = "holds no key. Restore it from a backup, or remove it and enrol again"
        raise IdentityError(f"{path} {why}.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise IdentityError(f"{path} holds a key of another kind than Ed25519. Restore it from a backup.")
    return key


def _make_key(path: Path) -> None:
    """Whoever links the file first made the key; everybody else uses that one."""
    fresh = _write_beside(
        path, Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    _sync_folder(path.parent)


def _write_beside(path: Path, content: bytes) -> Path:
    """A new file of mode 600 beside `path`, on disk. Nothing is left behind when that fails."""
    handle, name = mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(name).unlink()
        raise
    return Path(name)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
