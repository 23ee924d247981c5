"""The document in which EPCIS 2.0 events are handed on, by a store and by head office alike (JSON-LD binding)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

KIND = "epcis"
"""Kind of the events by which a store tells head office; the body is the EPCIS event as it is."""
MEDIA_TYPE = "application/ld+json"
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def document(events: Sequence[Mapping[str, Any]], at: int) -> dict[str, Any]:
    """A whole document. `at`: when it was made, UTC epoch milliseconds."""
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": iso(at),
        "epcisBody": {"eventList": list(events)},
    }


def iso(at: int) -> str:
    """UTC epoch milliseconds as the standard writes times."""
    return datetime.fromtimestamp(at / 1000, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
