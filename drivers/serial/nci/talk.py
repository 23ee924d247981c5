"""How an NCI scale is asked."""

from drivers.base import Balance
from drivers.serial.nci.frames import Command, Weight, parser
from drivers.serial.talk import Talk, expect
from drivers.serial.weight import Weighed, agreed, at_rest, no_weight


class Nci:
    """One scale of this family. Its status bits are not known, so two answers must agree before it is a weight."""

    def __init__(self, unit: str, answer_ms: int) -> None:
        self._unit = unit
        self._answer_ms = answer_ms
        self._parser = parser()

    def weigh(self, _minor: int | None = None) -> Talk[Weighed]:
        """Ask for the weight, twice. The price is the till's own affair."""
        return (yield from agreed(self._ask))

    def check(self) -> Talk[None]:
        """Ask for a sign of life."""
        yield from self._ask()

    def _ask(self) -> Talk[Weighed]:
        frame = yield from expect(self._parser, Command.WEIGHT.value, self._answer_ms)
        if isinstance(frame, Weight):
            return at_rest(frame.figure, frame.unit, frame.raw)
        return no_weight(Balance.NOT_READY, self._unit, frame.raw)
