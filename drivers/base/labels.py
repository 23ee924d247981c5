"""Drivers of shelf labels."""

from abc import abstractmethod
from collections.abc import Callable

from drivers.base.driver import Driver
from drivers.base.panel import PanelImage


class LabelDriver(Driver):
    """Drives devices that show a label."""

    @abstractmethod
    async def show(self, device: str, image: PanelImage, progress: Callable[[float], None] | None = None) -> None:
        """Put the image on the label; return only on the label's own word that it has all of it.

        Raises Unreachable, Asleep, Refused (wrong panel, empty battery) or Misspoke.
        """


MOST_BLINK_SECONDS = 60.0
"""A lamp drains a coin cell: nobody asks for more at once."""


class BlinkingLabelDriver(LabelDriver):
    """Drives labels that have a lamp to be found by; says so with `Capability.BLINKS`."""

    @abstractmethod
    async def blink(self, device: str, seconds: float) -> None:
        """Let the lamp blink for so long (above 0, at most `MOST_BLINK_SECONDS`); return once the label has taken it.

        The label ends it by itself, also when the radio is lost. Raises Unreachable, Asleep, Refused (this model has no
        lamp) or Misspoke.
        """
