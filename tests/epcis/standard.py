"""What the standard demands of a document with object events, as far as this shop writes any (EPCIS 2.0, CBV 2.0).

Written from the standard, apart from what writes events, so that a slip of the one is found by the other.
"""

import re
from collections.abc import Iterator
from typing import Any

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_OFFSET = re.compile(r"[+-]((0\d|1[0-3]):[0-5]\d|14:00)")
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_UNIT = re.compile(r"[A-Z0-9]{2,3}")
_STEPS = {"receiving", "inspecting", "sensor_reporting", "accepting", "holding", "storing", "shipping", "destroying"}
_DISPOSITIONS = {"in_progress", "expired", "non_sellable_other", "returned", "unknown", "recalled", "destroyed"}
"""Those of the vocabulary that a shop's entrance can have; it has many more."""
_EVENT = {
    "type", "eventID", "eventTime", "recordTime", "eventTimeZoneOffset", "errorDeclaration", "action", "bizStep",
    "disposition", "readPoint", "bizLocation", "epcList", "quantityList", "bizTransactionList", "sourceList",
    "destinationList", "sensorElementList",
}  # fmt: skip
_PAPERS = {"bol", "desadv", "inv", "po", "recadv", "rma"}
_VALUES = ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue")
_REPORT = frozenset((*_VALUES, "type", "exception", "deviceID", "time", "uom"))
_METADATA = {"time", "deviceID", "deviceMetadata", "rawData", "startTime", "endTime", "bizRules"}


def faults(document: dict[str, Any]) -> list[str]:
    """Where a document is not as the standard demands; none when it is."""
    found = []
    if "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld" not in document.get("@context", ()):
        found.append("@context: not that of EPCIS 2.0")
    if document.get("type") != "EPCISDocument" or document.get("schemaVersion") not in ("2.0", "2.0.0"):
        found.append("type, schemaVersion: no document of EPCIS 2.0")
    if not _TIME.fullmatch(str(document.get("creationDate"))):
        found.append("creationDate: no time")
    events = document.get("epcisBody", {}).get("eventList")
    if not isinstance(events, list):
        return [*found, "epcisBody.eventList: there is none"]
    names = [event.get("eventID") for event in events]
    if len(set(names)) != len(names):
        found.append("eventID: not unique")
    return found + [f"event {place}: {fault}" for place, event in enumerate(events) for fault in _event(event)]


def _event(event: dict[str, Any]) -> Iterator[str]:
    """Faults of one object event that observes."""
    yield from (f"{key}: unknown" for key in sorted(event.keys() - _EVENT))
    if event.get("type") != "ObjectEvent":
        yield "type: not an ObjectEvent"
    if event.get("action") != "OBSERVE":
        yield "action: a shop only observes"
    if not _TIME.fullmatch(str(event.get("eventTime"))):
        yield "eventTime: no time"
    if not _OFFSET.fullmatch(str(event.get("eventTimeZoneOffset"))):
        yield "eventTimeZoneOffset: none"
    if not _is_uri(event.get("eventID")):
        yield "eventID: no URI"
    if event.get("bizStep") not in _STEPS:
        yield "bizStep: not of the vocabulary"
    if event.get("disposition") not in _DISPOSITIONS:
        yield "disposition: not of the vocabulary"
    for place in ("readPoint", "bizLocation"):
        if place in event and not _is_uri(event[place].get("id")):
            yield f"{place}: no URI"
    what = [key for key in ("epcList", "quantityList") if event.get(key)]
    if not what and not (event.get("sensorElementList") and "readPoint" in event):
        yield "it is about nothing: no goods, and no sensor at a read point"
    yield from _goods(event)
    for element in event.get("sensorElementList", ()):
        yield from _sensor(element)


def _goods(event: dict[str, Any]) -> Iterator[str]:
    for element in event.get("quantityList", ()):
        if not _is_uri(element.get("epcClass")) or element.keys() - {"epcClass", "quantity", "uom"}:
            yield "quantityList: no class"
        if not _is_number(element.get("quantity")) or element["quantity"] <= 0:
            yield "quantityList: no quantity"
        if "uom" in element and not _UNIT.fullmatch(str(element["uom"])):
            yield "quantityList: no unit"
    for paper in event.get("bizTransactionList", ()):
        if paper.get("type") not in _PAPERS or not _is_uri(paper.get("bizTransaction")):
            yield "bizTransactionList: no transaction"


def _sensor(element: dict[str, Any]) -> Iterator[str]:
    metadata, reports = element.get("sensorMetadata", {}), element.get("sensorReport")
    if element.keys() - {"sensorMetadata", "sensorReport"} or metadata.keys() - _METADATA:
        yield "sensorElement: unknown key"
    for key in ("time", "startTime", "endTime"):
        if key in metadata and not _TIME.fullmatch(str(metadata[key])):
            yield f"sensorMetadata.{key}: no time"
    if ("startTime" in metadata) != ("endTime" in metadata):
        yield "sensorMetadata: a span has two ends"
    if "deviceID" in metadata and not _is_uri(metadata["deviceID"]):
        yield "sensorMetadata.deviceID: no URI"
    if not reports:
        yield "sensorReport: there is none"
    for one in reports or ():
        if one.keys() - _REPORT or one.get("type") not in ("Temperature", "RelativeHumidity"):
            yield "sensorReport: unknown"
        if (one.get("type"), one.get("uom")) not in (("Temperature", "CEL"), ("RelativeHumidity", "P1")):
            yield "sensorReport: the unit does not fit"
        if not any(_is_number(one.get(key)) for key in _VALUES):
            yield "sensorReport: no value"
        if one.get("exception", "ALARM_CONDITION") not in ("ALARM_CONDITION", "ERROR_CONDITION"):
            yield "sensorReport.exception: unknown"


def _is_uri(value: object) -> bool:
    return isinstance(value, str) and _URI.fullmatch(value) is not None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
