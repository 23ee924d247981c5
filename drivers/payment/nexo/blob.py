"""Encrypted messages, as Adyen's local terminals want them [C, the vendor's own client]: AES-256-CBC over the whole
message, with an HMAC over
the plain text and the header in the clear. Keys come from a passphrase by PBKDF2 (SHA-1, 4000 rounds).
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from drivers.payment.nexo.words import Words

_SALT = b"AdyenNexoV1Salt"
_ROUNDS = 4000


@dataclass(frozen=True, slots=True)
class Key:
    """A shared key, worked out once."""

    identifier: str
    version: int
    hmac_key: bytes = field(repr=False)
    cipher_key: bytes = field(repr=False)
    start: bytes = field(repr=False)

    @classmethod
    def derive(cls, identifier: str, version: int, passphrase: str) -> "Key":
        """80 bytes: 32 for the HMAC, 32 for the cipher, 16 for the start vector."""
        derived = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), _SALT, _ROUNDS, 80)
        return cls(identifier, version, derived[:32], derived[32:64], derived[64:])


def seal(name: str, header: Mapping[str, Any], plain: bytes, key: Key, nonce: bytes) -> Words:
    """The message around the message.

    `name` is SaleToPOIRequest or SaleToPOIResponse; `nonce` 16 fresh random bytes.
    """
    padder = PKCS7(128).padder()
    encryptor = _cipher(key, nonce).encryptor()
    blob = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    trailer = {
        "AdyenCryptoVersion": 1,
        "KeyIdentifier": key.identifier,
        "KeyVersion": key.version,
        "Nonce": b64encode(nonce).decode(),
        "Hmac": b64encode(_hmac(key, plain)).decode(),
    }
    return {name: {"MessageHeader": dict(header), "NexoBlob": b64encode(blob).decode(), "SecurityTrailer": trailer}}


def unseal(sealed: Mapping[str, Any], key: Key) -> bytes | None:
    """The plain text; None when it was not written with this key, whatever is wrong with it."""
    trailer = sealed.get("SecurityTrailer")
    if not isinstance(trailer, Mapping):
        return None
    blob, nonce, said = (_bytes(value) for value in (sealed.get("NexoBlob"), trailer.get("Nonce"), trailer.get("Hmac")))
    if not blob or len(blob) % 16 or len(nonce) != 16:
        return None
    decryptor = _cipher(key, nonce).decryptor()
    unpadder = PKCS7(128).unpadder()
    try:
        plain = unpadder.update(decryptor.update(blob) + decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        return None
    return plain if hmac.compare_digest(_hmac(key, plain), said) else None


def _cipher(key: Key, nonce: bytes) -> "Cipher[modes.CBC]":
    vector = bytes(a ^ b for a, b in zip(key.start, nonce, strict=True))
    return Cipher(algorithms.AES256(key.cipher_key), modes.CBC(vector))


def _hmac(key: Key, plain: bytes) -> bytes:
    return hmac.digest(key.hmac_key, plain, "sha256")


def _bytes(value: object) -> bytes:
    try:
        return b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError:
        return b""
