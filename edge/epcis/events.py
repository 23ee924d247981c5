"""EPCIS 2.0 ObjectEvents from facts about goods (GS1 EPCIS 2.0 and CBV 2.0, JSON-LD binding). Pure.

Every event is an observation: this shop watches goods that somebody else brought into being, so it never carries
master data of the item such as its date (`ilmd` belongs to action ADD). Classes and places are GS1 Digital Link
URIs, temperatures degrees Celsius (CEL), humidity per cent (P1); bare words are those of the Core Business Vocabulary.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from cloud_sync.contract.epcis import iso

GS1 = "https://id.gs1.org"
MOST_READINGS = 20
"""Readings that are told one by one; of more, the extremes."""
_NAMES = uuid.UUID("4f1f0f0e-2f4c-5d0a-9a57-6d6a4c7a2b11")
"""Name space of event identifiers, so that an event told twice is the same event."""
Event = dict[str, Any]


class Step(StrEnum):
    """Business steps of the vocabulary that this shop tells of."""

    RECEIVING = "receiving"
    INSPECTING = "inspecting"
    SENSOR_REPORTING = "sensor_reporting"


class Disposition(StrEnum):
    """Dispositions of the vocabulary that this shop tells of."""

    IN_PROGRESS = "in_progress"
    NON_SELLABLE = "non_sellable_other"
    EXPIRED = "expired"
    RETURNED = "returned"
    UNKNOWN = "unknown"
    """Nobody knows the condition of the goods until somebody looks."""


@dataclass(frozen=True, slots=True)
class Site:
    """The shop, as partners know it: by its GLN, or by a URI under its own domain."""

    store: str
    domain: str
    timezone: str
    gln: str = ""

    @property
    def location(self) -> str:
        """The shop's URI."""
        return f"{GS1}/414/{self.gln}" if self.gln else self._home

    def own(self, *path: str) -> str:
        """A fridge, a sensor or a paper of the shop."""
        return "/".join((self._home, *(quote(part, safe="") for part in path)))

    @property
    def _home(self) -> str:
        return f"https://{self.domain}/store/{quote(self.store)}"


@dataclass(frozen=True, slots=True)
class Lot:
    """So much of a batch. `unit`: a UN/ECE unit code such as GRM; "" for pieces."""

    item: str
    batch: str
    quantity: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A sensor's reading. Hundredths of a degree Celsius, and of a per cent; UTC epoch milliseconds."""

    at: int
    centi: int | None = None
    humidity: int | None = None
    sensor: str = ""


def object_event(
    site: Site, name: str, at: int, step: Step, disposition: Disposition, lots: Sequence[Lot],
    sensors: Sequence[dict[str, Any]] = (), spot: str = "", papers: str = "",
) -> Event:  # fmt: skip
    """One event. `name` is unique in the shop; `spot` a fridge or "" for the door; `papers` a delivery's number."""
    place = site.own(spot) if spot else site.location
    event: Event = {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{uuid.uuid5(_NAMES, site.own(name))}",
        "eventTime": iso(at),
        "eventTimeZoneOffset": offset(at, site.timezone),
        "action": "OBSERVE",
        "bizStep": step.value,
        "disposition": disposition.value,
        "readPoint": {"id": place},
        "bizLocation": {"id": site.location},
    }
    if lots:
        event["quantityList"] = [_quantity(lot) for lot in lots]
    if sensors:
        event["sensorElementList"] = list(sensors)
    if papers:
        event["bizTransactionList"] = [{"type": "desadv", "bizTransaction": site.own("delivery", papers)}]
    return event


def readings(site: Site, said: Sequence[Reading]) -> list[dict[str, Any]]:
    """Readings as sensor elements: one by one, or the extremes of many."""
    if not said:
        return []
    if len(said) > MOST_READINGS:
        reports = [
            report(name, unit, minimum=min(values), maximum=max(values))
            for name, unit, values in (
                ("Temperature", "CEL", [one.centi for one in said if one.centi is not None]),
                ("RelativeHumidity", "P1", [one.humidity for one in said if one.humidity is not None]),
            )
            if values
        ]
        span = {"startTime": iso(min(one.at for one in said)), "endTime": iso(max(one.at for one in said))}
        return [{"sensorMetadata": span, "sensorReport": reports}]
    return [_element(site, one) for one in said]


def report(
    name: str, unit: str, value: int | None = None, minimum: int | None = None, maximum: int | None = None,
    *, alarm: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """One measured quantity, given in hundredths of its unit."""
    found: dict[str, Any] = {"type": name, "uom": unit}
    for key, given in (("value", value), ("minValue", minimum), ("maxValue", maximum)):
        if given is not None:
            found[key] = given / 100
    return found | {"exception": "ALARM_CONDITION"} if alarm else found


def offset(at: int, timezone: str) -> str:
    """How far the shop's clock was from UTC then: +01:00."""
    text = datetime.fromtimestamp(at / 1000, tz=ZoneInfo(timezone)).strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


def _quantity(lot: Lot) -> dict[str, Any]:
    element: dict[str, Any] = {"epcClass": lot_uri(lot.item, lot.batch), "quantity": lot.quantity}
    return element | {"uom": lot.unit} if lot.unit else element


def lot_uri(item: str, batch: str) -> str:
    """A batch of an item as a GS1 Digital Link URI."""
    return f"{GS1}/01/{item}/10/{quote(batch, safe='')}"


def _element(site: Site, one: Reading) -> dict[str, Any]:
    metadata = {"time": iso(one.at)} | ({"deviceID": site.own(one.sensor)} if one.sensor else {})
    reports = []
    if one.centi is not None:
        reports.append(report("Temperature", "CEL", one.centi))
    if one.humidity is not None:
        reports.append(report("RelativeHumidity", "P1", one.humidity))
    return {"sensorMetadata": metadata, "sensorReport": reports}
