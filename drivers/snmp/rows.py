"""What a device answered, and how to get at it without believing its types."""

from collections.abc import Iterator
from dataclasses import dataclass, field

Oid = tuple[int, ...]
Value = int | bytes | Oid
MIB2: Oid = (1, 3, 6, 1, 2, 1)
MOST_TEXT = 80


@dataclass(slots=True)
class Rows:
    """Objects by name. `odd`: names whose value was of another type than was asked for."""

    found: dict[Oid, Value] = field(default_factory=dict)
    odd: set[Oid] = field(default_factory=set)

    def number(self, name: Oid) -> int | None:
        """A whole number, or None."""
        value = self.found.get(name)
        if value is not None and not isinstance(value, int):
            self.odd.add(name)
            return None
        return value

    def words(self, name: Oid) -> str:
        """Text without control characters, at most 80 of them; "" when there is none."""
        value = self.octets(name)
        if value is None:
            return ""
        text = value.rstrip(b"\x00").decode("utf-8", "replace")
        return "".join(char if char.isprintable() else " " for char in text).strip()[:MOST_TEXT]

    def octets(self, name: Oid) -> bytes | None:
        """Bytes, or None."""
        value = self.found.get(name)
        if value is not None and not isinstance(value, bytes):
            self.odd.add(name)
            return None
        return value

    def indices(self, column: Oid) -> Iterator[Oid]:
        """What stands behind the column's name, for each of its objects."""
        size = len(column)
        for name in self.found:
            if name[:size] == column and len(name) > size:
                yield name[size:]
