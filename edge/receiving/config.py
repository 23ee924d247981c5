"""What an operator says about receiving goods: section [receiving] of the configuration."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cloud_sync.contract.item import check_digit
from edge.coldchain.config import BANDS
from edge.receiving.machine import Keeps, Rules


def _gln(text: str) -> str:
    """A GLN: 13 digits with a GS1 check digit, or none. Raises ValueError."""
    if text and not (text.isascii() and text.isdigit() and len(text) == 13 and check_digit(text[:-1]) == text[-1]):
        raise ValueError(f"{text!r} is no GLN: 13 digits, the last of which checks the others")
    return text


class ReceivingConfig(BaseModel):
    """How deliveries are checked. Degrees are Celsius."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    gln: Annotated[str, AfterValidator(_gln)] = ""
    """The shop's Global Location Number, by which partners know it in EPCIS events."""
    tolerance: Annotated[float, Field(ge=0, le=5)] = 0
    """How far outside its band a reading at the door may be."""
    days_left: Annotated[int, Field(ge=0, le=365)] = 1
    """So many days a batch has to be good for, at the least."""

    def rules(self) -> Rules:
        """The same for the machine."""
        return Rules(round(self.tolerance * 100), self.days_left)


def band_of(keeps: Keeps) -> tuple[int | None, int | None]:
    """(low, high) that goods have to keep, hundredths of a degree; (None, None) for those that need no cold."""
    if keeps is Keeps.AMBIENT:
        return None, None
    low, high = BANDS[keeps.value]
    return None if low is None else round(low * 100), round(high * 100)
