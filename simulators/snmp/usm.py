"""The user-based security model (RFC 3414) with HMAC-SHA-2 (RFC 7860) or SHA-1, and AES-128 (RFC 3826)."""

import hashlib
import hmac
import os
from dataclasses import dataclass, field

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES

MACS = {"sha": ("sha1", 12), "sha256": ("sha256", 24), "sha512": ("sha512", 48)}
"""Protocol → hash, and how many bytes of the code travel."""
MEGABYTE = 1 << 20


def localized(password: str, engine: bytes, protocol: str) -> bytes:
    """RFC 3414 A.2: a megabyte of the repeated password, hashed, then bound to one engine."""
    hashed, secret = MACS[protocol][0], password.encode()
    key = hashlib.new(hashed, (secret * (MEGABYTE // len(secret) + 1))[:MEGABYTE]).digest()
    return hashlib.new(hashed, key + engine + key).digest()


@dataclass(frozen=True, slots=True)
class User:
    """Who may ask: authenticated and encrypted, always."""

    name: str
    auth_password: str = field(repr=False)
    priv_password: str = field(repr=False)
    auth: str = "sha256"


@dataclass(frozen=True, slots=True)
class Keys:
    """A user's keys at one engine."""

    auth: str
    auth_key: bytes = field(repr=False)
    priv_key: bytes = field(repr=False)

    @property
    def mac_size(self) -> int:
        """Bytes of a message's authentication code."""
        return MACS[self.auth][1]

    def mac(self, message: bytes) -> bytes:
        """The code of a message whose own code is zeros."""
        hashed, size = MACS[self.auth]
        return hmac.new(self.auth_key, message, hashed).digest()[:size]

    def cipher(self, boots: int, time: int, salt: bytes) -> Cipher[CFB]:
        """AES-128 in CFB; the start vector is made of the engine's clock and the message's salt."""
        vector = boots.to_bytes(4, "big") + time.to_bytes(4, "big") + salt
        return Cipher(AES(self.priv_key), CFB(vector))

    def seal(self, plain: bytes, boots: int, time: int) -> tuple[bytes, bytes]:
        """Encrypt; returns the bytes and the salt."""
        salt = os.urandom(8)
        worker = self.cipher(boots, time, salt).encryptor()
        return worker.update(plain) + worker.finalize(), salt

    def open(self, sealed: bytes, boots: int, time: int, salt: bytes) -> bytes:
        """Decrypt."""
        worker = self.cipher(boots, time, salt).decryptor()
        return worker.update(sealed) + worker.finalize()


def keys_of(user: User, engine: bytes) -> Keys:
    """A user's keys at this engine; costs about 5 ms."""
    return Keys(
        user.auth, localized(user.auth_password, engine, user.auth),
        localized(user.priv_password, engine, user.auth)[:16],
    )  # fmt: skip
