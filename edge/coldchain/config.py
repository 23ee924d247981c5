"""What an operator says about fridges and freezers: sections [[fridges]] of the configuration."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from drivers.base import DEVICE_ID
from edge.coldchain.machine import Band

Id = Annotated[str, Field(pattern=f"^{DEVICE_ID.pattern}$")]
Degrees = Annotated[float, Field(ge=-90, le=60)]
BANDS: dict[str, tuple[float | None, float]] = {"chilled": (0.0, 4.0), "frozen": (None, -18.0)}


class FridgeConfig(BaseModel):
    """One fridge or freezer, and the sensor in it. Degrees are Celsius."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Id
    name: Annotated[str, Field(max_length=60)] = ""
    place: Annotated[str, Field(max_length=60)] = ""
    sensor: Id
    """The device that measures: a sensor of the driver `bthome`, or network gear with a thermometer."""
    measure: Annotated[str, Field(max_length=60)] = "temperature"
    """What the device calls it: "temperature" over Bluetooth, "sensor.3.value" over SNMP."""
    band: Literal["chilled", "frozen"] = "chilled"
    """0 to 4 °C, or at most -18 °C."""
    low: Degrees | None = None
    high: Degrees | None = None
    """Instead of the band's own."""
    after_minutes: Annotated[float, Field(ge=0.01, le=240)] = 10
    """How long it may be outside its band before it is an excursion."""
    silent_minutes: Annotated[float, Field(ge=1, le=240)] = 15

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        band = self.limits()
        if band.low is not None and band.low + 2 * band.margin >= band.high:
            raise ValueError(
                f"fridge {self.id}: a band from low to high has to be wider than {2 * band.margin / 100} °C"
            )
        return self

    def limits(self) -> Band:
        """The band that it has to keep."""
        usual_low, usual_high = BANDS[self.band]
        low, high = usual_low if self.low is None else self.low, usual_high if self.high is None else self.high
        return Band(
            None if low is None else round(low * 100), round(high * 100), round(self.after_minutes * 60_000),
            silent_ms=round(self.silent_minutes * 60_000),
        )  # fmt: skip
