"""docs/asyncapi.yaml and docs/mqtt.md say what the driver does; the examples in both are tried."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloud_sync.contract.events import Sale
from cloud_sync.contract.item import gtin14
from drivers.base import CouponAsk, CouponLent, CouponRefused, DiscountRow, Discounts, PriceRow
from drivers.mqtt.access import PUBLISHED_BY_DEVICE, READ_BY_DEVICE
from drivers.mqtt.payloads import (
    read_coupon,
    read_event,
    read_lease,
    read_state,
    topic_of,
    write_discounts,
    write_granted,
    write_lent,
    write_prices,
    write_receipt,
)
from edge.lane import words as lane
from simulators.till.words import read_discounts, read_granted, read_lent, read_prices, read_receipt

DOCS = Path(__file__).parents[3] / "docs"
SPEC: dict[str, Any] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text(encoding="utf-8"))
PAGE = (DOCS / "mqtt.md").read_text(encoding="utf-8")


def resolve(node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        target: Any = SPEC
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def fits(schema: Any, value: Any) -> bool:
    """The part of JSON Schema that the document uses."""
    schema = resolve(schema)
    if not all(fits(part, value) for part in schema.get("allOf", ())):
        return False
    if "const" in schema and value != schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    kinds: dict[str, type] = {"object": dict, "array": list, "string": str, "integer": int}
    if "type" in schema and not (isinstance(value, kinds[schema["type"]]) and not isinstance(value, bool)):
        return False
    match value:
        case dict():
            known = schema.get("properties", {})
            complete = all(key in value for key in schema.get("required", ()))
            closed = schema.get("additionalProperties", True) or set(value) <= set(known)
            return complete and closed and all(fits(known[key], value[key]) for key in known if key in value)
        case list():
            parts = schema.get("items", {})
            each = parts if isinstance(parts, list) else [parts] * len(value)
            inside = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**6)
            return inside and all(fits(part, item) for part, item in zip(each, value, strict=True))
        case str():
            short = len(value) <= schema.get("maxLength", 10**6)
            return short and re.search(schema.get("pattern", ""), value) is not None
        case int():
            return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True


def examples() -> Iterator[tuple[str, Any, Any]]:
    for name, message in SPEC["components"]["messages"].items():
        for example in message["examples"]:
            yield name, message["payload"], example["payload"]


@pytest.mark.parametrize(("name", "schema", "payload"), list(examples()))
def test_every_example_fits_its_schema_and_is_understood(name: str, schema: Any, payload: Any) -> None:
    assert fits(schema, payload)
    raw = json.dumps(payload).encode()
    match name:
        case "birth" | "will":
            read_state(raw)
        case "sale":
            sale = Sale.model_validate(read_event(raw).body)
            off = sum(coupon.minor for coupon in sale.coupons)
            assert sum(line.total_minor for line in sale.lines) - off == sale.total_minor
            assert all(gtin14(line.item) == line.item for line in sale.lines)
        case "pricesApplied":
            assert read_event(raw).kind == "prices.applied"
        case "prices":
            assert len(read_prices(raw).rows) == len(payload.get("rows", []))
        case "receipt":
            read_receipt(raw)
        case "lease":
            read_lease(raw)
        case "granted":
            read_granted(raw)
        case "discounts":
            assert [rule.id for rule in read_discounts(raw).rules] == [rule["id"] for rule in payload["rules"]]
            assert lane.read_discounts(raw)[0].version == payload["version"]
        case "discountsApplied":
            assert read_event(raw).kind == "discounts.applied"
        case "couponUsed" | "couponReturned":
            assert read_event(raw).kind in ("coupon.used", "coupon.returned")
        case "coupon":
            assert read_coupon("till-1", raw) == CouponAsk(
                "till-1", payload["ask"], payload["coupon"], payload["epoch"]
            )
        case "lent" | "refused":
            assert (read_lent(raw).coupon is None) == (name == "refused")
        case _:
            pytest.fail(f"nobody reads {name}")


def test_what_the_driver_writes_fits_the_document() -> None:
    schemas = SPEC["components"]["schemas"]
    rows = [PriceRow("03850102314218", 8, "Čaj", 189, "EUR", "each")]
    assert all(
        fits(schemas["prices"], json.loads(message)) for message in (*write_prices(rows), *write_prices(rows, 5))
    )
    assert fits(schemas["receipt"], json.loads(write_receipt(5, 7)))
    discounts = Discounts(12, (DiscountRow("gold-10", "Gold", "G", 900, 5, 7), DiscountRow("s", "Silver", "S", 950)))
    assert all(fits(schemas["discounts"], json.loads(write_discounts(discounts, epoch))) for epoch in (None, 5))
    assert lane.read_discounts(write_discounts(discounts, 5)) == (discounts, 5)
    assert fits(schemas["granted"], json.loads(write_granted(5, 60_000)))
    ask = CouponAsk("till-1", 7, "C-2291", 5)
    for item in (None, "03850102314218"):
        assert fits(schemas["lent"], json.loads(write_lent(CouponLent(ask, 1, 50, "EUR", item))))
    assert fits(schemas["refused"], json.loads(write_lent(CouponRefused(ask, "no" * 500))))


@pytest.mark.parametrize(
    ("schema", "payload"),
    [
        ("birth", {"state": "online", "session": 1, "epoch": 0, "kind": "till", "seq": 0}),
        ("event", {"epoch": 5, "seq": 0, "at": 0, "kind": "sale", "body": {}}),
        ("event", {"epoch": 5, "seq": 1, "at": 0, "kind": "Sale", "body": {}}),
        ("will", {"state": "offline"}),
        ("couponAsk", {"ask": 1, "coupon": "no blanks", "epoch": 5}),
        ("couponAsk", {"ask": 0, "coupon": "C-1", "epoch": 5}),
        ("couponAsk", {"ask": 1, "epoch": 5}),
    ],
)
def test_what_the_document_forbids_the_driver_refuses(schema: str, payload: Any) -> None:
    assert not fits(SPEC["components"]["schemas"][schema], payload)
    ask = partial(read_coupon, "till-1")
    readers: dict[str, Callable[[bytes], object]] = {"event": read_event, "couponAsk": ask}
    with pytest.raises(ValueError, match=r"."):
        readers.get(schema, read_state)(json.dumps(payload).encode())


def test_topics_and_who_may_use_them_are_those_of_the_broker() -> None:
    addresses = {name: channel["address"] for name, channel in SPEC["channels"].items()}
    assert addresses == {name: topic_of("{store}", "{device}", name) for name in addresses}
    by_action: dict[str, set[str]] = {"send": set(), "receive": set()}
    for operation in SPEC["operations"].values():
        leaf = operation["channel"]["$ref"].rpartition("/")[2]
        by_action[operation["action"]].add(leaf)
        assert operation["bindings"]["mqtt"] == {"qos": 1, "retain": leaf == "state"}
    assert by_action == {"send": set(PUBLISHED_BY_DEVICE), "receive": set(READ_BY_DEVICE)}
    assert SPEC["asyncapi"] == "3.0.0"


def test_the_examples_of_the_page_are_those_of_the_document() -> None:
    on_page = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    assert len(on_page) == 15
    in_spec = [payload for _name, _schema, payload in examples()]
    bodies = [payload["body"] for payload in in_spec if "body" in payload]
    for found in on_page:
        if found.get("body") == {}:
            found.pop("body")
            assert any(found.items() <= payload.items() for payload in in_spec)
        elif "rows" in found and isinstance(found["rows"][0], dict):
            assert any(found["rows"][0] in payload.get("rows", ()) for payload in in_spec)
        else:
            assert found in in_spec or found in bodies
