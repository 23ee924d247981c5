"""nexo's messages as bytes: JSON, or XML with short facts as attributes [K]. Reading never raises and is bounded."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from xml.etree import ElementTree

from drivers.payment.nexo.words import Words

LONGEST: Final = 256 * 1024
"""Bytes of one answer. Receipts with a picture are tens of thousands."""
_DEEPEST = 24
_MOST_ELEMENTS = 5000
_AS_ELEMENT = frozenset({"AbortReason", "DocumentQualifier"})


def write_json(words: Words) -> bytes:
    """As UTF-8 JSON."""
    return json.dumps(words, separators=(",", ":"), ensure_ascii=False).encode()


def read_json(data: bytes) -> Words | None:
    """A JSON object, numbers as decimals; None for anything else."""
    if len(data) > LONGEST:
        return None
    try:
        found = json.loads(data, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def write_xml(words: Words) -> bytes:
    """One root element; `words` has one key."""
    ((name, body),) = words.items()
    data: bytes = ElementTree.tostring(_element(name, body), encoding="utf-8", xml_declaration=True)
    return data


def read_xml(data: bytes) -> Words | None:
    """The same dictionaries that JSON gives; None for anything else. A document with its own entities is refused."""
    if len(data) > LONGEST or b"<!" in data:
        return None
    builder = _Bounded()
    parser = ElementTree.XMLParser(target=builder)  # noqa: S314  no document type, no entities, bounded
    try:
        parser.feed(data)
        root: ElementTree.Element = parser.close()
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    return {_local(root.tag): _words(root)}


class _Bounded(ElementTree.TreeBuilder):
    """Builds a tree of bounded depth and size; past that it raises ValueError."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._seen = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> ElementTree.Element:
        """An element begins."""
        self._depth += 1
        self._seen += 1
        if self._depth > _DEEPEST or self._seen > _MOST_ELEMENTS:
            raise ValueError("too deep, or too much")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ElementTree.Element:
        """An element ends."""
        self._depth -= 1
        return super().end(tag)


def _element(name: str, body: Mapping[str, Any]) -> ElementTree.Element:
    element = ElementTree.Element(name)
    for key, value in body.items():
        if isinstance(value, Mapping):
            element.append(_element(key, value))
        elif isinstance(value, list) or key in _AS_ELEMENT:
            for part in value if isinstance(value, list) else [value]:
                child = ElementTree.SubElement(element, key)
                child.text = _text(part)
        else:
            element.set(key, _text(value))
    return element


def _words(element: ElementTree.Element) -> Words:
    found: Words = dict(element.attrib)
    for child in element:
        name = _local(child.tag)
        value: Any = _words(child) if len(child) or child.attrib else (child.text or "")
        if len(child) == 0 and child.attrib and child.text:
            value["Text"] = child.text
        if name in found:
            earlier = found[name]
            found[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            found[name] = value
    return found


def _local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")
