"""What a simulated shop is like."""

from dataclasses import dataclass
from typing import Any

GRACE_SECONDS = 4
"""A real shop gives its shoppers half an hour; two minutes of demo have no room for that."""
TIERS: tuple[dict[str, Any], ...] = (
    {"id": "silver-5", "name": "Silver", "codes": "S", "permille": 950},
    {"id": "gold-10", "name": "Gold", "codes": "G", "permille": 900},
)
"""What members of the shop's tiers pay, in thousandths of what all pay."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the shop is like."""

    labels: int = 24
    tills: int = 3
    items: int = 240
    """Of the price list that is made up where none is given."""
    usual_ports: bool = True
    """The consoles take ports that people know, where those are free."""
    broker: str = "auto"
    grace_seconds: int = GRACE_SECONDS
    poll_seconds: float = 0.5
    """How often a label is on the air."""
    more: str = ""
    """Appended to the gateway's configuration."""
    equipment: bool = False
    """A fridge with a thermometer, and a switch that the last till hangs on."""
    lanes: int = 0
    """Self-checkout lanes with all their peripherals, each a process of its own."""


DEMO = Setting(equipment=True, lanes=2)
