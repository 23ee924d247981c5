"""How a scanner-scale is asked: by `S14`, which it always answers."""

from drivers.base import Balance
from drivers.serial.datalogic.frames import STATE, STATES, Weight, parser
from drivers.serial.talk import OddError, Talk, expect
from drivers.serial.weight import Weighed, at_rest, no_weight

_DIGITS = {"kg": 5, "lb": 4}


class Datalogic:
    """One scanner-scale's scale."""

    def __init__(self, unit: str, answer_ms: int) -> None:
        self._unit = unit
        self._answer_ms = answer_ms
        self._parser = parser()

    def weigh(self, _minor: int | None = None) -> Talk[Weighed]:
        """Ask for the state; the weight comes with it. The price is the till's own affair."""
        frame = yield from expect(self._parser, STATE, self._answer_ms)
        if isinstance(frame, Weight):
            digits = frame.digits
            if len(digits) != _DIGITS[self._unit]:
                raise OddError(f"{len(digits)} digits are not a weight in {self._unit}", frame.raw)
            figure = f"{digits[:2]}.{digits[2:]}"
            return at_rest(figure, self._unit, frame.raw)
        balance = STATES[frame.code]
        if balance is Balance.EMPTY:
            return at_rest("0", self._unit, frame.raw)
        return no_weight(balance, self._unit, frame.raw)

    def check(self) -> Talk[None]:
        """Ask for a sign of life."""
        yield from self.weigh()
