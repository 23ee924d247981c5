"""The change feed: a store asks for what comes after its cursor. All paths that both sides must spell alike."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from cloud_sync.contract.events import U64

ENROL = "/v1/enrol"
EVENTS = "/v1/stores/{store}/events"
CHANGES = "/v1/stores/{store}/changes"
WAKE = "/v1/stores/{store}/wake"
CONTENT_TYPE = "application/vnd.aisle.events+json"
MAX_BATCH_BYTES = 1 << 20
"""Uncompressed bytes of one batch of events; head office refuses more, compressed or not."""


class FeedEntry(BaseModel):
    """One entry of a store's change log. `envelope` is a DSSE envelope as JSON text; see contract.change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    sequence: U64
    envelope: Annotated[str, Field(max_length=400_000)]


class FeedPage(BaseModel):
    """GET …/changes?after=N&limit=M: entries in rising sequence, and the log's last sequence."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    entries: tuple[FeedEntry, ...]
    head: U64
