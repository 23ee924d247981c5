"""What an operator can set for the Bluetooth label driver."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class BleOptions(BaseModel):
    """Options of `BleDriver`. Times are seconds. An unknown option is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: str | None = Field(default=None, pattern=r"^[a-z0-9_-]{1,32}(:.{0,200})?$")
    """None: the system's own Bluetooth. Else "NAME:ARGUMENT", NAME an entry point in `aisle.ble_backends`."""
    adapter: str | None = Field(default=None, pattern=r"^[a-z0-9]{1,16}$")
    """Which of several BlueZ adapters, such as "hci1"."""
    scan: Literal["active", "passive"] = "active"
    connect_timeout: float = Field(default=20.0, gt=0, le=120)
    """For finding the label, connecting and learning its services."""
    answer_timeout: float = Field(default=10.0, gt=0, le=120)
    """For each answer of a label during an upload."""
    upload_timeout: float = Field(default=300.0, gt=0, le=3600)
    """For a whole upload, however the label paces it."""
    asleep_after: float = Field(default=120.0, gt=0)
    """A label not heard for this long counts as asleep."""
    silence: float = Field(default=120.0, gt=0)
    """When nothing at all was heard for this long, the scan starts afresh: adapters die without a word."""
    lowest_battery_mv: int = Field(default=2200, ge=0)
    """Below this a refresh may stop half way; the label is refused."""
    most_labels: int = Field(default=4096, gt=0, le=65536)
    """How many labels are remembered; the one heard longest ago is forgotten first."""
