"""Who may speak to the store's MQTT broker: one password file that both brokers read.

A line is `user:$7$iterations$salt$hash`: PBKDF2 with HMAC-SHA-512, salt of 12 bytes and hash of 64 bytes in
base64, the form that Mosquitto reads and writes. Passwords are 192 random bits, made here and shown once.
"""

import base64
import fcntl
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

GATEWAY = "gateway"
"""The gateway's own user. No device can have this id."""

_USER = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_SALT_BYTES = 12
_ITERATIONS = 1000
"""Enough: 192 random bits need no stretching, and a broker checks thousands of them after a power cut."""
_MAX_ITERATIONS = 1_000_000


class CredentialError(Exception):
    """The wish cannot be met; the message says why and what to do."""


def password_line(password: str, salt: bytes, iterations: int = _ITERATIONS) -> str:
    """What stands after `user:` in the file."""
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations)
    return f"$7${iterations}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def password_matches(line: str, password: str) -> bool:
    """Whether the password belongs to what stands after `user:`. An unreadable line matches nothing."""
    parts = line.split("$")
    if len(parts) != 5 or parts[:2] != ["", "7"] or not (parts[2].isascii() and parts[2].isdigit()):
        return False
    if not 1 <= int(parts[2]) <= _MAX_ITERATIONS:
        return False
    try:
        salt = base64.b64decode(parts[3], validate=True)
    except ValueError:
        return False
    return hmac.compare_digest(password_line(password, salt, int(parts[2])).encode(), line.encode())


class Credentials:
    """The password file. Every change is durable, atomic, and safe beside another process that writes."""

    def __init__(self, path: Path) -> None:
        """`path` need not exist yet; its folder must."""
        self._path = path

    @property
    def path(self) -> Path:
        """The file to hand to the broker."""
        return self._path

    def users(self) -> tuple[str, ...]:
        """Everyone who has a password, sorted."""
        return tuple(sorted(self._read()))

    def create(self, user: str) -> str:
        """Give a new device a password and return it; it cannot be read back. Raises CredentialError."""
        with self._changing() as lines:
            if user in lines:
                raise CredentialError(f"{user} has a password already; rotate it, or revoke it first")
            return self._set(lines, user)

    def rotate(self, user: str) -> str:
        """Replace a device's password and return the new one; the old one is dead. Raises CredentialError."""
        with self._changing() as lines:
            if user not in lines:
                raise CredentialError(f"{user} has no password to rotate; create one")
            return self._set(lines, user)

    def renew(self, user: str) -> str:
        """A fresh password whether there was one or not: what the gateway does for itself at every start."""
        with self._changing() as lines:
            return self._set(lines, user)

    def revoke(self, user: str) -> None:
        """Shut a device out; brokers also end its live connection. Raises CredentialError if unknown."""
        with self._changing() as lines:
            if lines.pop(user, None) is None:
                raise CredentialError(f"{user} has no password, so there is nothing to revoke")

    def verify(self, user: str, password: str) -> bool:
        """Whether the broker would let this pair in."""
        line = self._read().get(user)
        return line is not None and password_matches(line, password)

    def _set(self, lines: dict[str, str], user: str) -> str:
        if not _USER.fullmatch(user):
            raise CredentialError(f"{user!r} is not a device id: small letters, digits and hyphens, 1 to 32 of them")
        password = secrets.token_urlsafe(24)
        lines[user] = password_line(password, secrets.token_bytes(_SALT_BYTES))
        return password

    def _read(self) -> dict[str, str]:
        try:
            text = self._path.read_text(encoding="ascii")
        except FileNotFoundError:
            return {}
        except UnicodeDecodeError as error:
            raise CredentialError(f"{self._path} is not a password file; restore it from a backup") from error
        return {user: line for user, _, line in (row.partition(":") for row in text.splitlines()) if line}

    @contextmanager
    def _changing(self) -> Iterator[dict[str, str]]:
        lock = self._path.with_name(self._path.name + ".lock")
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            lines = self._read()
            yield lines
            _replace(self._path, lines)


def _replace(path: Path, lines: Mapping[str, str]) -> None:
    """Old file or new file, never half of one, whenever the power goes; readable by its owner only."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.writelines(f"{user}:{line}\n" for user, line in sorted(lines.items()))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
