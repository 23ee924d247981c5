"""What a till says and hears, as bytes. Written from docs/mqtt.md alone."""

import json
from dataclasses import dataclass
from typing import Any

from simulators.till.coupons import Coupon, Lent
from simulators.till.discounts import Rule, RuleSet
from simulators.till.journal import Event, MemberPrice, Price

_MAX_ROWS = 200
_MAX_RULES = 20
_MAX_INTEGER = 2**53 - 1
_PER = ("each", "kg", "l", "m")


class NotUnderstoodError(ValueError):
    """A message from the gateway that a till must ignore."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything of `epoch` up to `seq` is safe with the gateway."""

    epoch: int
    seq: int


def write(words: dict[str, Any]) -> bytes:
    """JSON without blanks, UTF-8."""
    return json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()


def write_event(epoch: int, event: Event) -> bytes:
    """The payload of an `event` message."""
    return write({"epoch": epoch, "seq": event.seq, "at": event.at, "kind": event.kind, "body": event.body})


@dataclass(frozen=True, slots=True)
class Prices:
    """A `prices` message: rows for all, and rows for members."""

    rows: tuple[Price, ...] = ()
    members: tuple[MemberPrice, ...] = ()
    epoch: int | None = None
    """The journal that they are for; None: whichever is kept."""


def read_prices(payload: bytes) -> Prices:
    """A `prices` message. Raises NotUnderstoodError, and then no row may be used."""
    said = _object(payload)
    rows, members = said.get("rows", []), said.get("members", [])
    for of in (rows, members):
        if not isinstance(of, list) or len(of) > _MAX_ROWS:
            raise NotUnderstoodError(f"rows or members is not a list of up to {_MAX_ROWS}")
    if not rows and not members:
        raise NotUnderstoodError("neither rows nor members")
    epoch = _integer(said, "epoch") if "epoch" in said else None
    return Prices(tuple(map(_price, rows)), tuple(map(_member, members)), epoch)


def read_granted(payload: bytes) -> tuple[int, int]:
    """A `granted` message: the number of the request, and milliseconds. Raises NotUnderstoodError."""
    said = _object(payload)
    return _integer(said, "n"), _integer(said, "ms")


def read_lent(payload: bytes) -> Lent:
    """A `lent` message. Raises NotUnderstoodError."""
    said = _object(payload)
    ask, epoch, name, refused = _integer(said, "ask"), _integer(said, "epoch"), said.get("coupon"), said.get("refused")
    if not isinstance(name, str) or not name:
        raise NotUnderstoodError("coupon is no name")
    if isinstance(refused, str):
        return Lent(ask, name, epoch, refused=refused)
    currency = said.get("currency")
    if not isinstance(currency, str) or len(currency) != 3:
        raise NotUnderstoodError("currency is none")
    item = _item(said) if said.get("item") is not None else None
    lent = Coupon(name, _integer(said, "lending"), _integer(said, "minor_off"), currency, item)
    return Lent(ask, name, epoch, lent)


def read_discounts(payload: bytes) -> RuleSet:
    """A `discounts` message. Raises NotUnderstoodError, and then no rule may be used."""
    said = _object(payload)
    rules = said.get("rules")
    if not isinstance(rules, list) or len(rules) > _MAX_RULES:
        raise NotUnderstoodError(f"rules is not a list of up to {_MAX_RULES}")
    epoch = _integer(said, "epoch") if "epoch" in said else None
    return RuleSet(_integer(said, "version"), tuple(map(_rule, rules)), epoch)


def read_receipt(payload: bytes) -> Receipt:
    """A `receipt` message. Raises NotUnderstoodError."""
    said = _object(payload)
    return Receipt(_integer(said, "epoch"), _integer(said, "seq"))


def _price(row: object) -> Price:
    if not isinstance(row, dict):
        raise NotUnderstoodError("a row is not an object")
    item = _item(row)
    name, currency, per = (row.get(key) for key in ("name", "currency", "per"))
    if not isinstance(name, str) or not isinstance(currency, str) or len(currency) != 3 or per not in _PER:
        raise NotUnderstoodError(f"{item}: name, currency or per is not what it should be")
    return Price(item, _integer(row, "version"), name, _integer(row, "minor"), currency, str(per))


def _member(row: object) -> MemberPrice:
    if not isinstance(row, dict):
        raise NotUnderstoodError("a row is not an object")
    return MemberPrice(_item(row), _integer(row, "version"), _integer(row, "minor"))


def _rule(row: object) -> Rule:
    if not isinstance(row, dict):
        raise NotUnderstoodError("a rule is not an object")
    id_, name, codes = (row.get(key) for key in ("id", "name", "codes"))
    if not (isinstance(id_, str) and id_ and isinstance(name, str) and isinstance(codes, str) and codes):
        raise NotUnderstoodError("a rule without id, name or codes")
    permille = _integer(row, "permille")
    if not 1 <= permille <= 999:
        raise NotUnderstoodError(f"{id_}: permille is not from 1 to 999")
    begins, ends = (_integer(row, key) if key in row else None for key in ("begins", "ends"))
    return Rule(id_, name, codes, permille, begins, ends)


def _item(row: dict[str, Any]) -> str:
    item = row.get("item")
    if not isinstance(item, str) or len(item) != 14 or not (item.isascii() and item.isdigit()):
        raise NotUnderstoodError("item is not 14 digits")
    return item


def _object(payload: bytes) -> dict[str, Any]:
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise NotUnderstoodError("not JSON") from error
    if not isinstance(said, dict):
        raise NotUnderstoodError("not an object")
    return said


def _integer(said: dict[str, Any], key: str) -> int:
    value = said.get(key)
    if type(value) is not int or not 0 <= value <= _MAX_INTEGER:
        raise NotUnderstoodError(f"{key} is not an integer from 0 to 2^53 - 1")
    return value
