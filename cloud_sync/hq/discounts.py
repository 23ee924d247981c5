"""Discount rules for members of a tier: read from an operator's file, and what each store was ordered last."""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select

from cloud_sync.contract.goods import DiscountRule, SetDiscounts
from cloud_sync.hq.database import upsert
from cloud_sync.hq.office import HqError, Office
from cloud_sync.hq.schema import store_discounts
from cloud_sync.hq.stores import get_store
from cloud_sync.hq.times import parse_instant

_HOW = 'write one [[rules]] for each, with id, name, codes and permille; "rules = []" ends them all'


@dataclass(frozen=True, slots=True)
class Ordered:
    """The set that a store was ordered last. `sequence` is its version at the tills; `at`: UTC epoch milliseconds."""

    sequence: int
    author: str
    at: int
    rules: tuple[DiscountRule, ...]


def read_rules(text: str, timezone: str) -> SetDiscounts:
    """Rules from TOML; times without an offset are by the store's clock. Raises HqError, naming rule and key."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise HqError(f"not valid TOML: {error}") from error
    rules = said.get("rules")
    if set(said) != {"rules"} or not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise HqError(_HOW)
    try:
        return SetDiscounts(rules=tuple(DiscountRule(**_timed(rule, timezone)) for rule in rules))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "rules"
        raise HqError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from error


def keep_discounts(sql: Connection, store: str, sequence: int, author: str, at: int, order: SetDiscounts) -> None:
    """Remember what a store was ordered."""
    rules = json.dumps([rule.model_dump(exclude_none=True) for rule in order.rules])
    row = {"store": store, "sequence": sequence, "author": author, "at": at, "rules": rules}
    upsert(sql, store_discounts, [row])


def read_discounts(office: Office, store: str) -> Ordered | None:
    """What a store was ordered last; None: never anything. Raises NotFound."""
    get_store(office, store)
    with office.db.read() as sql:
        row = sql.execute(select(store_discounts).where(store_discounts.c.store == store)).first()
    if row is None:
        return None
    return Ordered(row.sequence, row.author, row.at, tuple(DiscountRule(**rule) for rule in json.loads(row.rules)))


def say_rules(rules: Sequence[DiscountRule]) -> list[str]:
    """A line for each: id, name, codes, what is paid, and from when until when (UTC epoch milliseconds)."""
    return [
        f"{rule.id}\t{rule.name}\t{rule.codes}\t{rule.permille / 10:g} %\t{_said(rule.begins)}\t{_said(rule.ends)}"
        for rule in rules
    ]


def _timed(rule: dict[str, Any], timezone: str) -> dict[str, Any]:
    """The rule with its times as instants, however they were written."""
    times: dict[str, Any] = {key: rule[key] for key in ("begins", "ends") if key in rule}
    for key, time in times.items():
        if not isinstance(time, str | date | datetime):
            raise HqError(f"{key}: write a time such as 2026-12-01T06:00")
        times[key] = parse_instant(time if isinstance(time, str) else time.isoformat(), timezone)
    return {**rule, **times}


def _said(time: int | None) -> str:
    return "" if time is None else str(time)
