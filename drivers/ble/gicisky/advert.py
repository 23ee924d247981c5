"""What a label says about itself while it advertises. Every byte comes from the air and may be hostile."""

import re
from dataclasses import dataclass

from drivers.ble.gicisky.models import Model, model_of

COMPANY = 0x5053
"""Manufacturer id in the advert."""
CANNOT_INFLATE = 0x4000
NAME_LENGTH = 32
ADDRESS = re.compile(r"FF:FF(:[0-9A-F]{2}){4}", re.IGNORECASE)
"""The whole family uses addresses that begin with FF:FF."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What one advert tells."""

    model: Model
    battery_mv: int
    """In steps of 100 mV."""
    firmware: str
    """Four hex digits."""
    inflates: bool
    """Whether the label unpacks compressed pictures."""


def device_id(address: str) -> str | None:
    """`ble-` and the twelve hex digits of a label's address; None for an address outside the family."""
    return "ble-" + address.replace(":", "").lower() if ADDRESS.fullmatch(address) else None


def read_advert(said: bytes) -> Facts | None:
    """Read the manufacturer data: [type low][battery 0.1 V][firmware high][firmware low][type high], 5 bytes.

    None for any other length; never raises.
    """
    if len(said) != 5:
        return None
    kind = said[4] << 8 | said[0]
    firmware = said[2] << 8 | said[3]
    return Facts(model_of(kind, firmware), said[1] * 100, f"{firmware:04X}", not kind & CANNOT_INFLATE)


def clean_name(name: str | None) -> str:
    """The advertised name without control, format and private characters, at most 32 characters long."""
    return "".join(c for c in (name or "")[: 8 * NAME_LENGTH] if c.isprintable()).strip()[:NAME_LENGTH]
