"""An agent's objects in the order of their names."""

from bisect import bisect_right
from collections.abc import Callable, Mapping

from simulators.snmp.ber import NO_INSTANCE, Oid

Value = Callable[[], bytes]
"""Gives the object's present value, a whole TLV."""


class Tree:
    """Objects by name."""

    def __init__(self, objects: Mapping[Oid, Value]) -> None:
        self._objects = dict(objects)
        self._names = sorted(self._objects)

    def __contains__(self, name: Oid) -> bool:
        return name in self._objects

    def get(self, name: Oid) -> bytes:
        """The value, or the mark that there is none."""
        found = self._objects.get(name)
        return NO_INSTANCE if found is None else found()

    def after(self, name: Oid) -> tuple[Oid, bytes] | None:
        """The next object behind this name; None at the end."""
        at = bisect_right(self._names, name)
        if at == len(self._names):
            return None
        return self._names[at], self._objects[self._names[at]]()
