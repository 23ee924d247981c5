"""How a store's gateway becomes known to head office, and how it proves who it is on every call."""

import hashlib
import time
from typing import Annotated, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field

TOKEN_SECONDS = 300
AUDIENCE = "aisle-hq"


class EnrolRequest(BaseModel):
    """POST /v1/enrol: the one-time code a person typed, and the public half of the key that the gateway made."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    code: Annotated[str, Field(pattern=r"^[A-Z0-9-]{8,40}$")]
    public_key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    gateway: Annotated[str, Field(min_length=1, max_length=80)]


class EnrolAnswer(BaseModel):
    """Pending until a person at head office approves; the gateway asks again with the same request."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    status: Literal["pending", "approved"]
    store: str | None = None
    change_keys: dict[str, str] = {}
    """Key id → Ed25519 public key in hex: who may sign price changes for this store."""


def fingerprint(public_key: str) -> str:
    """What two people compare before an approval: SHA-256 of the key, its first 16 bytes in groups of four digits."""
    digest = hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:32]
    return " ".join(digest[place : place + 4] for place in range(0, 32, 4))


def make_token(store: str, key: Ed25519PrivateKey, now: float | None = None) -> str:
    """A short-lived EdDSA token for the Authorization header. `now` in seconds."""
    issued = int(time.time() if now is None else now)
    claims = {"sub": store, "aud": AUDIENCE, "iat": issued, "exp": issued + TOKEN_SECONDS}
    return jwt.encode(claims, key, algorithm="EdDSA")


def token_store(token: str) -> str:
    """The store that a token claims to be from, unchecked: only good to look up whose key to check it with."""
    return str(jwt.decode(token, options={"verify_signature": False}).get("sub", ""))


def check_token(token: str, key: Ed25519PublicKey) -> str:
    """The store that the token was made by. Raises jwt.InvalidTokenError."""
    claims = jwt.decode(
        token, key, algorithms=["EdDSA"], audience=AUDIENCE, leeway=60, options={"require": ["exp", "sub"]}
    )
    return str(claims["sub"])
