"""Secrets that head office keeps in files: made once, readable by its own user only."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.signer import CryptoSigner


def load_signer(path: Path) -> CryptoSigner:
    """The Ed25519 key that signs price changes; made at the first start. Raises RuntimeError."""
    pem = load_or_make(path, lambda: CryptoSigner.generate_ed25519().private_bytes)
    try:
        key = load_pem_private_key(pem, None)
    except ValueError as error:
        raise RuntimeError(f"{path} is not a private key; restore it from the backup") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise RuntimeError(f"{path} is not an Ed25519 key; restore it from the backup")
    return CryptoSigner(key)


def load_secret(path: Path) -> str:
    """A random text that signs browser cookies; made at the first start."""
    return load_or_make(path, lambda: secrets.token_urlsafe(32).encode()).decode()


def load_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's bytes. Where there is none, make it whole or not at all, mode 600."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # unlike a rename, never replaces a key that another process just made
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
