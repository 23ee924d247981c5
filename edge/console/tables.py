"""Lists in and out as CSV. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_BINDINGS = 5_000
_COLUMNS = ("label", "item", "place")


@dataclass(frozen=True, slots=True)
class Binding:
    """A label, the item that it is to stand for, and where it hangs. As written; checked by the gateway."""

    label: str
    item: str
    place: str = ""


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV for a spreadsheet. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    return "\ufeff" + out.getvalue()


def read_bindings(text: str) -> list[Binding]:
    """Bindings from CSV with a header that names label and item, and maybe place, in any order and case.

    Comma, semicolon or tab. Raises ValueError that names the row.
    """
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise ValueError("not a text file")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ValueError(f"not a CSV file: {error}") from error
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    head = [cell.lower() for cell in rows[0]] if rows else []
    if "label" not in head or "item" not in head:
        raise ValueError("the first row must name the columns: label,item,place")
    if len(rows) - 1 > MAX_BINDINGS:
        raise ValueError(f"{len(rows) - 1} rows; at most {MAX_BINDINGS} at once")
    places = [head.index(name) if name in head else None for name in _COLUMNS]
    found = []
    for number, row in enumerate(rows[1:], start=2):
        cells = ["" if at is None or at >= len(row) else row[at] for at in places]
        if not cells[0] or not cells[1]:
            raise ValueError(f"row {number}: label and item must both be there")
        found.append(Binding(*cells))
    return found


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + cell
    return "" if cell is None else cell
