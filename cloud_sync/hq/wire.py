"""A batch of events off the wire: bounded before, while and after it is unpacked."""

import io
import itertools
from collections.abc import AsyncIterator

import zstandard
from pydantic import ValidationError

from cloud_sync.contract.events import Batch
from cloud_sync.contract.feed import MAX_BATCH_BYTES
from cloud_sync.hq.office import HqError

_MAX_WINDOW = 8 << 20
"""Bytes of memory that a zstd frame may ask for: what every level up to 19 needs for a batch of this size."""


class TooLarge(HqError):
    """More bytes than a batch may have, packed or unpacked."""

    status = 413


class WrongEncoding(HqError):
    """Packed in a way that head office does not read."""

    status = 415


class BadBatch(HqError):
    """Bytes that are no batch of events. The store must not send them again as they are."""

    status = 422


async def read_bounded(stream: AsyncIterator[bytes], declared: str | None) -> bytes:
    """The request's body; gives up as soon as it is, or says it is, too large. Raises TooLarge."""
    too_large = TooLarge(f"a batch has at most {MAX_BATCH_BYTES} bytes; send fewer events at once")
    if declared is not None and declared.isdigit() and int(declared) > MAX_BATCH_BYTES:
        raise too_large
    body = bytearray()
    async for chunk in stream:
        body += chunk
        if len(body) > MAX_BATCH_BYTES:
            raise too_large
    return bytes(body)


def unpack(body: bytes, encoding: str) -> Batch:
    """Decompress and validate; never holds more than a batch may have. Raises HqError leaves."""
    if encoding != "zstd":
        raise WrongEncoding("send the batch with Content-Encoding: zstd")
    unpacker = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
    try:
        with unpacker.stream_reader(io.BytesIO(body)) as reader:
            text = reader.read(MAX_BATCH_BYTES + 1)
    except zstandard.ZstdError as error:
        raise BadBatch("the body is not zstd data, or wants too much memory to unpack") from error
    if len(text) > MAX_BATCH_BYTES:
        raise TooLarge(f"unpacked, a batch has at most {MAX_BATCH_BYTES} bytes; send fewer events at once")
    try:
        batch = Batch.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "batch"
        raise BadBatch(f"not a batch of events: {where}: {first['msg']}") from error
    seqs = [event.seq for event in batch.events]
    if any(later <= earlier for earlier, later in itertools.pairwise(seqs)):
        raise BadBatch("the sequence goes back within the batch")
    return batch
