"""Passwords at a store and at head office: what is checked where there is no account of that name."""

import secrets
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.low_level import ARGON2_VERSION


def nobodys(hasher: PasswordHasher) -> str:
    """A hash that no known password has, as a string in the format of Argon2's reference code.

    To check a password against it takes as long as against anybody's, so that nobody learns who has an account; and
    it costs nothing to make.
    """
    salt, digest = (
        b64encode(secrets.token_bytes(length)).rstrip(b"=").decode() for length in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2{hasher.type.name.lower()}$v={ARGON2_VERSION}${costs}${salt}${digest}"
