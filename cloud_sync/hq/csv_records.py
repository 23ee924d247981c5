"""From the bytes of a CSV file to its records, so that one broken line costs one record and never the rest.

Python's own reader swallows everything after an unclosed quote. Here every line is read for itself; a quoted
field may go on over a few lines, and when it does not close there, the first line alone is broken.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

DELIMITERS = ",;\t|"
MAX_LINE = 20_000
"""Characters of one line. A longer one is no price row."""

_JOIN = 8
_LINE_END = re.compile(rb"\r\n|\n|\r")


class Unreadable(Exception):
    """The file as a whole cannot be read. The text says why and what a person can do."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it stands in the file. `line` counts from 1. `fault`: why it cannot be read."""

    line: int
    fields: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header and the records after it."""

    header: tuple[str, ...]
    records: tuple[Record, ...]
    encoding: str
    delimiter: str


def read_table(data: bytes) -> Table:
    """Find encoding, delimiter and header, then read every line that is not blank. Raises Unreadable."""
    data, encoding = _decodable(data)
    lines = _LINE_END.split(data)
    at, header = next(((at, line) for at, line in enumerate(lines) if line.strip()), (0, b""))
    if not header or len(header) > MAX_LINE:
        raise Unreadable("the file has no header line; the first line must name the columns")
    try:
        names = header.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(f"the header line is not {encoding} text; save the file as UTF-8") from error
    delimiter = max(DELIMITERS, key=names.count)
    parsed, fault = _parse(names, delimiter)
    if fault:
        raise Unreadable(f"the header line cannot be read: {fault}")
    columns = tuple(name.strip() for name in parsed)
    records = tuple(_records(lines, at + 1, encoding, delimiter, len(columns)))
    return Table(columns, records, encoding, delimiter)


def _records(lines: list[bytes], start: int, encoding: str, delimiter: str, width: int) -> Iterator[Record]:
    place = start
    while place < len(lines):
        record, used = _record(lines, place, encoding, delimiter, width)
        if record is not None:
            yield record
        place += used


def _record(lines: list[bytes], place: int, encoding: str, delimiter: str, width: int) -> tuple[Record | None, int]:
    """The record that begins at `place` and how many lines it takes; None for a blank line."""
    line = lines[place]
    if not line.strip():
        return None, 1
    if len(line) > MAX_LINE:
        return Record(place + 1, (line[:200].decode(encoding, "replace"),), "the line is too long"), 1
    if b"\0" in line:
        shown = line.replace(b"\0", b"?").decode(encoding, "replace")
        return Record(place + 1, (shown,), "the line has a NUL byte in it"), 1
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError as error:
        why = f"byte {error.start + 1} of the line is not {encoding} text"
        return Record(place + 1, (line.decode(encoding, "replace"),), why), 1
    fields, fault = _parse(text, delimiter)
    if fault == _OPEN:
        joined = _joined(lines, place, encoding, delimiter, width)
        if joined is not None:
            return joined
    if fault:
        return Record(place + 1, (text,), fault), 1
    if len(fields) != width:
        return Record(place + 1, fields, f"has {len(fields)} columns, the header has {width}"), 1
    return Record(place + 1, fields), 1


def _joined(lines: list[bytes], place: int, encoding: str, delimiter: str, width: int) -> tuple[Record, int] | None:
    """A record whose quoted field goes on in the next lines, or None when it does not close there."""
    for used in range(2, _JOIN + 1):
        part = b"\n".join(lines[place : place + used])
        if place + used > len(lines) or len(part) > MAX_LINE or b"\0" in part:
            return None
        try:
            fields, fault = _parse(part.decode(encoding), delimiter)
        except UnicodeDecodeError:
            return None
        if fault == _OPEN:
            continue
        return (Record(place + 1, fields), used) if not fault and len(fields) == width else None
    return None


_OPEN = "a quoted field is not closed"


def _parse(text: str, delimiter: str) -> tuple[tuple[str, ...], str]:
    """The fields of one record and, instead of them, what is wrong."""
    if '"' not in text:
        return tuple(text.split(delimiter)), ""
    try:
        parsed = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return (), _OPEN if "unexpected end" in str(error) else f"broken quoting: {error}"
    if len(parsed) != 1:
        return (), "broken quoting: a line break outside quotes"
    return tuple(parsed[0]), ""


def _decodable(data: bytes) -> tuple[bytes, str]:
    """The bytes without byte order mark, in an encoding whose line ends are single bytes, and which."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode(), "utf-8"
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data, _mostly(data)
    return data, "utf-8"


def _mostly(data: bytes) -> str:
    """UTF-8 with a few broken lines, or the code page of a Central European Windows."""
    good = bad = 0
    for line in _LINE_END.split(data):
        if not line.isascii():
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return "utf-8" if good > bad else "windows-1250"
