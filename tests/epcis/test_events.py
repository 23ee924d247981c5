"""Events are as the standard demands, whatever they are about; and what is not is found out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from cloud_sync.contract.epcis import document
from edge.epcis.events import Disposition, Lot, Reading, Site, Step, object_event, readings
from tests.epcis.standard import faults

HERE = Site("0204", "id.example.com", "Europe/Zagreb")
KNOWN = Site("0204", "id.example.com", "Asia/Kolkata", "4012345000009")
LOTS = st.builds(
    Lot, st.just("03850123456782"), st.from_regex(r"[!-\"%-?A-Z_a-z]{1,20}", fullmatch=True), st.integers(1, 10**9),
    st.sampled_from(["", "GRM", "MLT"]),
)  # fmt: skip
READINGS = st.builds(
    Reading, st.integers(0, 4 * 10**12), st.integers(-9_000, 9_000), st.none() | st.integers(0, 10_000),
    st.sampled_from(["", "tag-1"]),
)  # fmt: skip


@given(
    st.sampled_from([HERE, KNOWN]), st.integers(0, 4 * 10**12), st.sampled_from(Step), st.sampled_from(Disposition),
    st.lists(LOTS, min_size=1, max_size=3), st.lists(READINGS, max_size=25), st.sampled_from(["", "D-1.a_b"]),
)  # fmt: skip
@hypothesis(max_examples=150, deadline=None)
def test_every_event_is_as_the_standard_demands(
    site: Site, at: int, step: Step, disposition: Disposition, lots: list[Lot], said: list[Reading], papers: str
) -> None:
    event = object_event(site, "x-1", at, step, disposition, lots, readings(site, said), papers=papers)
    assert faults(document([event], at)) == []


def event() -> dict[str, Any]:
    lot, said = Lot("03850123456782", "L/7", 3), readings(HERE, [Reading(0, 210, 5_500, "tag-1")])
    return object_event(HERE, "x-1", 0, Step.RECEIVING, Disposition.IN_PROGRESS, [lot], said)


def test_an_event_that_is_told_twice_is_the_same_event() -> None:
    assert event() == event()
    assert faults(document([event(), event()], 0)) == ["eventID: not unique"]


def test_the_offset_is_the_shops_at_that_time() -> None:
    winter, summer = 1_793_619_600_000, 1_782_000_000_000
    lots = [Lot("03850123456782", "L", 1)]
    offsets = [
        object_event(HERE, "x", at, Step.RECEIVING, Disposition.IN_PROGRESS, lots)["eventTimeZoneOffset"]
        for at in (winter, summer)
    ]
    assert offsets == ["+01:00", "+02:00"]


def test_a_batch_with_a_slash_is_one_part_of_its_uri() -> None:
    assert event()["quantityList"][0]["epcClass"] == "https://id.gs1.org/01/03850123456782/10/L%2F7"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"action": "ADD"}, "action"),
        ({"bizStep": "urn:epcglobal:cbv:bizstep:receiving"}, "bizStep"),
        ({"disposition": "sold"}, "disposition"),
        ({"eventTime": "2026-11-02"}, "eventTime"),
        ({"eventTimeZoneOffset": "+0100"}, "eventTimeZoneOffset"),
        ({"eventID": "17"}, "eventID"),
        ({"ilmd": {}}, "ilmd"),
        ({"quantityList": []}, ""),
        ({"quantityList": [{"epcClass": "LOT", "quantity": 1}]}, "quantityList"),
        ({"quantityList": [{"epcClass": "urn:x:1", "quantity": "1"}]}, "quantityList"),
        ({"sensorElementList": [{"sensorReport": []}]}, "sensorReport"),
        ({"sensorElementList": [{"sensorReport": [{"type": "Temperature", "uom": "FAH", "value": 1}]}]}, "unit"),
        ({"sensorElementList": [{"sensorReport": [{"type": "Temperature", "uom": "CEL"}]}]}, "no value"),
        ({"quantityList": [], "sensorElementList": []}, "about nothing"),
        ({"readPoint": {"id": "door"}}, "readPoint"),
    ],
)
def test_what_is_not_as_the_standard_demands_is_found(change: dict[str, Any], fault: str) -> None:
    found = faults(document([event() | change], 0))
    assert fault in " ".join(found)
    assert bool(found) is bool(fault)


def test_a_document_has_a_head() -> None:
    for key in ("@context", "schemaVersion", "creationDate", "epcisBody"):
        broken = document([event()], 0)
        del broken[key]
        assert faults(broken)
