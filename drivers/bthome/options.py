"""What an operator can set for BTHome sensors."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from drivers.base import DEVICE_ID

Address = Annotated[str, Field(pattern=r"^[0-9A-F]{2}(:[0-9A-F]{2}){5}$")]
Key = Annotated[SecretStr, Field(min_length=32, max_length=32)]


class Sensor(BaseModel):
    """One sensor. `key`: 32 hex digits, where it encrypts what it says."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    address: Address
    name: Annotated[str, Field(max_length=60)] = ""
    key: Key | None = None


class BthomeOptions(BaseModel):
    """Options of `BthomeDriver`. Times are seconds. An unknown option is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    sensors: dict[Annotated[str, Field(pattern=f"^{DEVICE_ID.pattern}$")], Sensor] = {}
    backend: str | None = Field(default=None, pattern=r"^[a-z0-9_-]{1,32}(:.{0,200})?$")
    """See `drivers.ble.options.BleOptions`: the same radio may serve labels and sensors."""
    adapter: str | None = Field(default=None, pattern=r"^[a-z0-9]{1,16}$")
    scan: Literal["active", "passive"] = "active"
    silence: float = Field(default=120.0, gt=0)
    every: float = Field(default=10.0, ge=0, le=300)
    """Adverts come several times a second; one that says the same as the last is passed on this often."""
