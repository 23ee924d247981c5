"""What an operator may set for network gear."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from drivers.base import DEVICE_ID

Mac = Annotated[str, Field(pattern=r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$")]


class NetworkConfig(BaseModel):
    """How network gear is watched. The devices themselves stand in the driver's options."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every_seconds: Annotated[float, Field(ge=0.2, le=3600)] = 60
    """How often each device is asked."""
    at_once: Annotated[int, Field(ge=1, le=64)] = 8
    """How many are asked at the same time."""
    hint_gap_seconds: Annotated[float, Field(ge=0, le=3600)] = 5
    """A device whose traps keep coming is not asked more often than this."""
    history_hours: Annotated[int, Field(ge=1, le=24 * 31)] = 24
    """How long figures are kept, in steps of ten minutes."""
    hanging: dict[Annotated[str, Field(pattern=f"^{DEVICE_ID.pattern}$")], Mac] = {}
    """Hardware addresses of devices of the shop (a camera's, a till's), to find the ports that they hang on."""
