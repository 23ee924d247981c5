"""Zones and floors of whole days at head office: kept whole, replaced by the later word, and never with a picture."""

from cloud_sync.contract.footfall import DAY_KIND, HEAT_KIND
from cloud_sync.hq.schema import misfits
from cloud_sync.hq.sums import footfall
from tests.hq.conftest import HeadOffice
from tests.hq.gateway import NOW, Gateway
from tests.hq.test_events import rows

DAY = 86_400_000


def day(passed: int, **more: object) -> dict[str, object]:
    return {"day": NOW, "end": NOW + DAY, "entered": 9, "departed": 8, "again": 0, "parties": 7, "passed": passed,
            "zones": [{"zone": "fruit", "kind": "browse", "spans": []}], **more}  # fmt: skip


def test_the_later_word_on_a_day_replaces_the_earlier(head_office: HeadOffice, gateway: Gateway) -> None:
    heat = {"day": NOW, "end": NOW + DAY, "cells": [{"x": 4, "y": 2, "side": 2, "visits": 9, "dwell_ms": 1}]}
    gateway.committed([
        gateway.event(DAY_KIND, day(20)), gateway.event(HEAT_KIND, heat),
        gateway.event(DAY_KIND, day(25)),
    ])  # fmt: skip
    found = footfall(head_office.office, gateway.store, NOW, NOW + 1)
    assert [(one["camera"], one["kind"], one.get("passed")) for one in found] == [
        ("till-1", DAY_KIND, 25), ("till-1", HEAT_KIND, None)
    ]  # fmt: skip
    assert footfall(head_office.office, gateway.store, NOW + 1, NOW + DAY) == []


def test_a_field_that_nobody_agreed_on_is_not_taken(head_office: HeadOffice, gateway: Gateway) -> None:
    gateway.committed([gateway.event(DAY_KIND, day(20, picture="/9j/4AAQ"))])
    assert footfall(head_office.office, gateway.store, NOW, NOW + 1) == []
    assert len(rows(head_office, misfits, gateway.store)) == 1
