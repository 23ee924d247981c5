"""How an 8217 is asked."""

from drivers.base import Balance
from drivers.serial.mt8217.frames import Command, NoWeight, Profile, Weight, parser, why_no_weight
from drivers.serial.talk import OddError, Talk, expect
from drivers.serial.weight import Weighed, at_rest, no_weight

DECIMALS = {"kg": 3, "lb": 2}
"""What a scale shows unless its settings here say otherwise; the frame itself does not name its unit."""


class Mt8217:
    """One scale of this family. `decimals` guards against a scale that was switched to another unit."""

    def __init__(self, unit: str, decimals: int | None, profile: Profile, answer_ms: int) -> None:
        self._unit = unit
        self._decimals = DECIMALS[unit] if decimals is None else decimals
        self._profile = profile
        self._answer_ms = answer_ms
        self._parser = parser()

    def weigh(self, _minor: int | None = None) -> Talk[Weighed]:
        """Ask for the weight. The price is the till's own affair."""
        frame = yield from expect(self._parser, Command.WEIGHT.value, self._answer_ms)
        match frame:
            case Weight(figure, net, raw):
                if len(figure.partition(".")[2]) != self._decimals:
                    raise OddError(
                        f"its weight {figure} does not have the {self._decimals} decimals of {self._unit}", raw
                    )
                return at_rest(figure, self._unit, raw, net=net)
            case NoWeight(status, raw):
                balance, net = why_no_weight(status, self._profile)
                return no_weight(balance, self._unit, raw, net=net)
            case other:
                return no_weight(Balance.NOT_READY, self._unit, other.raw)

    def check(self) -> Talk[None]:
        """Ask for a sign of life."""
        yield from self.weigh()
