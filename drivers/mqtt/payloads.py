"""The words of docs/mqtt.md as bytes and back. Nothing here trusts a device; nothing here does anything.

Kept small per message: every sale of the store passes through `read_event`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from drivers.base import DEVICE_ID, CouponAsk, CouponLent, CouponRefused, Discounts, MemberRow, PriceRow

MAX_PAYLOAD = 64 * 1024
"""Bytes of one message, either way."""
MAX_PACKET = MAX_PAYLOAD + 1024
"""Bytes of one MQTT packet: a payload, its topic and header. A broker hangs up on a larger one."""
MAX_ROWS = 200
"""Rows of one prices message."""
MAX_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly."""

LONGEST_WHY = 200
"""Characters of a refusal."""

_KIND = re.compile(r"[a-z][a-z0-9.-]{0,39}")
_COUPON = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class UnreadableError(ValueError):
    """A payload or topic that breaks the contract; the message says where."""


class EventWords(NamedTuple):
    """What a device wrote to its `event` topic."""

    epoch: int
    seq: int
    at: int
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Birth:
    """A device says that it is here. `session` numbers this connection; the will carries the same."""

    session: int
    epoch: int
    kind: str
    name: str
    firmware: str
    seq: int
    oldest: int | None = None
    """The first event that is still in its journal; the number after `seq` when none is. None: it does not say."""


@dataclass(frozen=True, slots=True)
class Death:
    """A device, or the broker on its behalf, says that it is gone."""

    session: int


def topic_of(store: str, device: str, leaf: str) -> str:
    """The only way a topic is made: from ids."""
    return f"aisle/1/{store}/{device}/{leaf}"


@lru_cache(maxsize=4096)
def device_of(topic: str) -> str:
    """The device that a topic of ours belongs to. Raises UnreadableError when its id is none."""
    device = topic.split("/", 4)[3] if topic.count("/") == 4 else ""
    if DEVICE_ID.fullmatch(device) is None:
        raise UnreadableError(f"{device[:40]!r} cannot be a device id")
    return device


def read_event(payload: bytes | bytearray) -> EventWords:
    """Read an event. Raises UnreadableError."""
    said = _object(payload)
    kind = said.get("kind")
    if type(kind) is not str or _KIND.fullmatch(kind) is None:
        raise UnreadableError("kind is not a word of small letters, digits, dots and hyphens")
    body = said.get("body")
    if type(body) is not dict:
        raise UnreadableError("body is not an object")
    return EventWords(_integer(said, "epoch", 1), _integer(said, "seq", 1), _integer(said, "at", 0), kind, body)


def read_state(payload: bytes | bytearray) -> Birth | Death:
    """Read a birth or a will. Raises UnreadableError."""
    said = _object(payload)
    match said.get("state"):
        case "offline":
            return Death(_integer(said, "session", 0))
        case "online":
            kind = said.get("kind")
            if type(kind) is not str or _KIND.fullmatch(kind) is None:
                raise UnreadableError("kind is not a word of small letters, digits, dots and hyphens")
            return Birth(
                session=_integer(said, "session", 0),
                epoch=_integer(said, "epoch", 1),
                kind=kind,
                name=_words(said, "name", 80),
                firmware=_words(said, "firmware", 40),
                seq=_integer(said, "seq", 0),
                oldest=_integer(said, "oldest", 1) if "oldest" in said else None,
            )
    raise UnreadableError('state is neither "online" nor "offline"')


def read_lease(payload: bytes | bytearray) -> int:
    """Read a till's request for a lease: its number. Raises UnreadableError."""
    return _integer(_object(payload), "n", 1)


def write_granted(n: int, length_ms: int) -> bytes:
    """The lease that was asked for as number `n` is granted for so long, counted from the asking."""
    return b'{"n":%d,"ms":%d}' % (n, length_ms)


def read_coupon(device: str, payload: bytes | bytearray) -> CouponAsk:
    """Read a till's question for a coupon. Raises UnreadableError."""
    said = _object(payload)
    coupon = said.get("coupon")
    if type(coupon) is not str or _COUPON.fullmatch(coupon) is None:
        raise UnreadableError("coupon is not 1 to 40 letters, digits, dots, hyphens and underscores")
    return CouponAsk(device, _integer(said, "ask", 1), coupon, _integer(said, "epoch", 1))


def write_lent(answer: CouponLent | CouponRefused) -> bytes:
    """The answer to a till that asked for a coupon."""
    to = answer.to
    said: dict[str, Any] = {"ask": to.ask, "coupon": to.coupon, "epoch": to.epoch}
    match answer:
        case CouponRefused(why=why):
            said["refused"] = why[:LONGEST_WHY]
        case CouponLent():
            said |= {"lending": answer.lending, "minor_off": answer.minor_off, "currency": answer.currency}
            if answer.item is not None:
                said["item"] = answer.item
    return orjson.dumps(said)


def write_prices(rows: Iterable[PriceRow | MemberRow], epoch: int | None = None) -> Iterator[bytes]:
    """As few messages as hold the rows, each within MAX_ROWS and MAX_PAYLOAD; prices for members in their own.

    `epoch`: the journal that they are for; None leaves it open.
    """
    all_rows = list(rows)
    head = b"{" if epoch is None else b'{"epoch":%d,' % epoch
    yield from _packed(head + b'"members":[', (row for row in all_rows if isinstance(row, MemberRow)))
    yield from _packed(head + b'"rows":[', (row for row in all_rows if isinstance(row, PriceRow)))


def write_discounts(discounts: Discounts, epoch: int | None = None) -> bytes:
    """The store's discount rules, all in one message; times that are open are left out. `epoch`: as with prices."""
    rules = [{key: value for key, value in asdict(rule).items() if value is not None} for rule in discounts.rules]
    said: dict[str, Any] = {"version": discounts.version, "rules": rules}
    return orjson.dumps(said if epoch is None else {"epoch": epoch, **said})


def _packed(head: bytes, rows: Iterable[PriceRow | MemberRow]) -> Iterator[bytes]:
    parts: list[bytes] = []
    size = 0
    for row in rows:
        part = orjson.dumps(row)
        if parts and (len(parts) == MAX_ROWS or size + len(part) > MAX_PAYLOAD - 100):
            yield head + b",".join(parts) + b"]}"
            parts, size = [], 0
        parts.append(part)
        size += len(part) + 1
    if parts:
        yield head + b",".join(parts) + b"]}"


def write_receipt(epoch: int, seq: int) -> bytes:
    """Everything of this epoch up to `seq` is on the gateway's disk."""
    return b'{"epoch":%d,"seq":%d}' % (epoch, seq)


def _object(payload: bytes | bytearray) -> dict[str, Any]:
    if len(payload) > MAX_PAYLOAD:
        raise UnreadableError(f"{len(payload)} bytes; {MAX_PAYLOAD} are allowed")
    try:
        said = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise UnreadableError(f"not JSON: {error}") from None
    if type(said) is not dict:
        raise UnreadableError("not a JSON object")
    return said


def _integer(said: Mapping[str, Any], key: str, least: int) -> int:
    value = said.get(key)
    if type(value) is not int or not least <= value <= MAX_INTEGER:
        raise UnreadableError(f"{key} is not an integer from {least} to 2^53 - 1")
    return value


def _words(said: Mapping[str, Any], key: str, most: int) -> str:
    """Text for people. Control characters and direction overrides have no place in a name."""
    value = said.get(key, "")
    if type(value) is not str or len(value) > most or not value.isprintable():
        raise UnreadableError(f"{key} is not printable text of at most {most} characters")
    return value
