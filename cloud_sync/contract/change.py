"""A price change as head office signs it and a store checks it.

DSSE (Dead Simple Signing Envelope) signs bytes, so there is no canonical-JSON trap; keys are Ed25519. One change
is one entry of a store's change log; its sequence is also the price version of every row in it.

A promotion is a change that ends: it carries what its items cost afterwards, as versions of their own, numbered one
after the sequence. Head office gives that number to nothing else, so the end needs no line, and versions never go back.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, Key, SSlibKey

from cloud_sync.contract.item import Item

PAYLOAD_TYPE = "application/vnd.aisle.change+json"
MAX_ROWS = 200
"""Rows in one change. Bounds a transaction, a till message and a retry."""

Minor = Annotated[int, Field(ge=0, le=10**12, strict=True)]
Milliseconds = Annotated[int, Field(ge=0, le=2**53, strict=True)]
Per = Literal["each", "kg", "l", "m"]
OCCASIONS = ("opening", "closing", "opening-day")
"""What a change may wait for besides a time: the store's next opening, closing, or opening of a later day."""
_BEGINS = r"^(2[01]\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d)?|opening|closing|opening-day)$"


class Untrusted(Exception):
    """An envelope that was not signed by a key this store trusts, or whose signed content cannot be read."""


class ChangeRow(BaseModel):
    """One item's new price."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    item: Item
    name: Annotated[str, Field(min_length=1, max_length=120)]
    minor: Minor
    """Price in minor units of the currency."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    per: Per = "each"
    unit_minor: Minor | None = None
    """Price of one `unit`, where the law wants a unit price shown."""
    unit: Literal["kg", "l", "m", "each"] | None = None
    was_minor: Minor | None = None
    """The regular price a promotion compares with. Its presence makes the row a promotion."""
    member_minor: Minor | None = None
    """What members of the shop's programme pay, once they have said who they are; at most `minor`."""
    content: Annotated[int, Field(ge=1, le=10**9, strict=True)] | None = None
    """What one piece holds, to check `unit_minor` by: grams, millilitres, millimetres or pieces, as `unit` says."""
    content_within: Annotated[int, Field(ge=0, le=10**9, strict=True)] = 0
    """How far the true content may lie from `content`, which lists round: 405 g written as 0.41 kg is 410 ± 5."""
    override: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """Who answers for an advertising word in the name. Goes into the store's ledger."""


class Change(BaseModel):
    """A set of rows for one store, each in force from `effective_at`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    store: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    sequence: Annotated[int, Field(ge=1, le=2**53, strict=True)]
    issued_at: Milliseconds
    expires_at: Milliseconds
    effective_at: Milliseconds
    """When it is in force; with `begins`, head office's guess at it, and the moment after which an occasion counts."""
    begins: Annotated[str, Field(pattern=_BEGINS)] | None = None
    """A wall time of the store, "2026-10-25T02:30", or one of OCCASIONS: the store reckons when that is."""
    author: Annotated[str, Field(min_length=1, max_length=80)]
    rows: Annotated[tuple[ChangeRow, ...], Field(min_length=1, max_length=MAX_ROWS)]
    until: Milliseconds | None = None
    """When the promotion that these rows are ends. None: they are no promotion with an end."""
    afterwards: Annotated[tuple[ChangeRow, ...], Field(max_length=MAX_ROWS)] = ()
    """What each item of a promotion costs from `until` on, as version `sequence` + 1."""
    deadline: Milliseconds | None = None
    """The rows are a batch: the store begins with all of them before this time, or with none of them."""

    @model_validator(mode="after")
    def _one_row_per_item(self) -> "Change":
        items = {row.item for row in self.rows}
        if len(items) != len(self.rows):
            raise ValueError("an item appears twice in one change")
        if self.begins is not None and self.begins not in OCCASIONS:
            datetime.fromisoformat(self.begins)
        if self.deadline is not None and self.deadline <= self.effective_at:
            raise ValueError("the batch would have to begin before it may")
        if self.until is None and self.afterwards:
            raise ValueError("prices for afterwards, but no end")
        if self.until is not None:
            if self.until <= self.effective_at:
                raise ValueError("the promotion would end before it begins")
            if len(self.afterwards) != len(items) or {row.item for row in self.afterwards} != items:
                raise ValueError("a promotion has to say what each of its items costs afterwards, and of no other")
        return self

    @property
    def last_version(self) -> int:
        """The highest price version that this change uses."""
        return self.sequence if self.until is None else self.sequence + 1

    @property
    def timed(self) -> bool:
        """Whether it waits for a time, and so needs the store's clock."""
        return self.begins is not None or self.effective_at > self.issued_at


def sign_change(change: Change, signer: CryptoSigner) -> bytes:
    """The change as a signed DSSE envelope, JSON bytes."""
    # What has its default is left out, so that stores that do not know it yet can read the rest.
    envelope = Envelope(change.model_dump_json(exclude_defaults=True).encode(), PAYLOAD_TYPE, {})
    envelope.sign(signer)
    return json.dumps(envelope.to_dict()).encode()


def open_change(envelope: bytes, trusted: Iterable[Key]) -> Change:
    """Check the signature, then read. Raises Untrusted with a reason fit for a person."""
    try:
        parsed = Envelope.from_dict(json.loads(envelope))
        if parsed.payload_type != PAYLOAD_TYPE:
            raise Untrusted(f"signed as {parsed.payload_type!r}, not as a price change")
        parsed.verify(list(trusted), 1)
        return Change.model_validate_json(parsed.payload)
    except VerificationError as error:
        raise Untrusted("not signed by a key of head office that this store trusts") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "change"
        raise Untrusted(f"the signed content is not a price change: {where}: {first['msg']}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Untrusted("not a signed envelope") from error


def public_key(keyid: str, public_hex: str) -> Key:
    """An Ed25519 public key from its 32 bytes in hex, as a key for `open_change`."""
    return SSlibKey(keyid, "ed25519", "ed25519", {"public": public_hex})
