"""What an operator may set for devices on serial lines. An unknown key is an error that names the key."""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from drivers.serial.cas.frames import Request
from drivers.serial.mt8217.frames import Profile
from drivers.serial.parity import Parity

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Ms = Annotated[int, Field(ge=20, le=60_000)]
_PATH = re.compile(r"(/[\w.:@+-]+)+|COM[0-9]{1,3}")


class LineOptions(BaseModel):
    """One port and how its line is set. Baud, bits and parity mean nothing to a socket."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: Annotated[str, Field(max_length=200)]
    """A device path (/dev/ttyUSB0, better /dev/serial/by-id/…; COM3), socket://host:port or rfc2217://host:port."""
    baud: Annotated[int, Field(ge=300, le=921_600)] = 9600
    bits: Literal[7, 8] = 8
    parity: Parity = Parity.NONE
    stop_bits: Literal[1, 2] = 1
    flow: Literal["none", "rts", "xon"] = "none"
    parity_in_band: bool = False
    """The way carries eight bits and the device wants seven with parity: we make and check the parity bit."""
    check_ms: Ms = 2000
    """How often a device that nobody asks is asked for a sign of life."""

    @field_validator("port")
    @classmethod
    def _port(cls, port: str) -> str:
        return check_port(port)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.bits == 7 and self.parity is Parity.NONE:
            raise ValueError("parity: seven data bits come with even or odd parity")
        if self.parity_in_band and self.bits != 7:
            raise ValueError("parity_in_band: only with bits = 7")
        return self


def check_port(port: str) -> str:
    """The port as it is. Raises ValueError for anything but a path, socket://host:port and rfc2217://host:port."""
    if "://" not in port:
        if not _PATH.fullmatch(port):
            raise ValueError("port: a device path, socket://host:port or rfc2217://host:port")
        return port
    url = urlsplit(port)
    extra = url.path or url.query or url.fragment or url.username or url.password
    if url.scheme not in ("socket", "rfc2217") or not url.hostname or not url.port or extra:
        raise ValueError("port: write socket://host:port or rfc2217://host:port")
    return port


class Mt8217Options(LineOptions):
    """A Mettler-Toledo 8217 or one of its kin."""

    family: Literal["mt8217"]
    bits: Literal[7, 8] = 7
    parity: Parity = Parity.EVEN
    unit: Literal["kg", "lb"] = "kg"
    decimals: Annotated[int, Field(ge=2, le=4)] | None = None
    """How many the scale shows; a weight with another number is refused. Three for kg and two for lb unless set."""
    profile: Profile = Profile.MT
    answer_ms: Ms = 500


class CasOptions(LineOptions):
    """A CAS PD-II that is asked."""

    family: Literal["cas-pd2"]
    type: Literal["0/1", "6"]
    unit: Literal["kg", "lb"] = "kg"
    """For types 0 and 1; type 6 names its unit."""
    decimals: Annotated[int, Field(ge=0, le=4)] = 3
    request: Request | None = None
    """DC1 for type 6 and DC2 for types 0 and 1 unless set."""
    answer_ms: Ms = 500


class CasStreamOptions(LineOptions):
    """A CAS indicator that sends all the time."""

    family: Literal["cas-stream"]
    answer_ms: Ms = 1000


class Dialog06Options(LineOptions):
    """A Dialog 06 scale; with 2400 or 4800 baud also a Dialog 02 or 04."""

    family: Literal["dialog06"]
    bits: Literal[7, 8] = 7
    parity: Parity = Parity.ODD
    polynomial: SecretStr | None = None
    """The vendor's secret, four hex digits (the x^16 is understood). Without it a scale that asks is refused."""
    answer_ms: Ms = 500

    @field_validator("polynomial")
    @classmethod
    def _polynomial(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not re.fullmatch(r"[0-9A-Fa-f]{4}", secret.get_secret_value()):
            raise ValueError("polynomial: four hex digits")
        return secret


class DatalogicOptions(LineOptions):
    """The scale in a Datalogic scanner-scale on a single cable."""

    family: Literal["datalogic"]
    unit: Literal["kg", "lb"] = "kg"
    answer_ms: Ms = 500


class NciOptions(LineOptions):
    """A scale in the manner of NCI ("ECR", "SCP")."""

    family: Literal["nci"]
    bits: Literal[7, 8] = 7
    parity: Parity = Parity.EVEN
    unit: Literal["kg", "lb"] = "kg"
    """What to name where there is no weight; a weight names its own."""
    answer_ms: Ms = 500


class ScannerOptions(LineOptions):
    """A scanner."""

    family: Literal["scanner"]
    prefix: Annotated[str, Field(max_length=8, pattern=r"^[ -~]*$")] = ""
    suffix: Annotated[str, Field(max_length=8, pattern=r"^[ -~]*$")] = ""
    identifiers: bool = False
    """Take only labels with an AIM identifier. Better on: it alone tells GS1 data from plain text."""
    end: Literal["line", "pause"] = "line"
    """ "pause" for scanners that send bursts without CR or LF, as keyboards do."""
    pause_ms: Ms = 60
    repeat_ms: Annotated[int, Field(ge=0, le=10_000)] = 400
    """The same label again within this time is the same scan."""
    enable: bool = False
    """Send E whenever the line is there anew, for scanners that wait for it."""


class EscPosOptions(LineOptions):
    """An ESC/POS receipt printer."""

    family: Literal["escpos"]
    columns: Annotated[int, Field(ge=20, le=120)] = 42
    code_pages: dict[Annotated[int, Field(ge=0, le=255)], str] = {0: "cp437", 18: "cp852", 19: "cp858"}
    """Number in ESC t, and Python's name of that table; tried in this order. Other makes number them otherwise."""
    chinese: bool = False
    """It has the Chinese two-byte characters."""
    answer_ms: Ms = 300
    print_ms: Ms = 10_000

    @field_validator("code_pages")
    @classmethod
    def _pages(cls, pages: dict[int, str]) -> dict[int, str]:
        for name in pages.values():
            try:
                _ = "é".encode(name, "replace")
            except LookupError as error:
                raise ValueError(f"code_pages: no code page is called {name!r}") from error
        return pages


DeviceOptions = Annotated[
    Mt8217Options
    | CasOptions
    | CasStreamOptions
    | Dialog06Options
    | DatalogicOptions
    | NciOptions
    | ScannerOptions
    | EscPosOptions,
    Field(discriminator="family"),
]


class SerialOptions(BaseModel):
    """Options of the driver: what hangs on which port."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    devices: Annotated[dict[Id, DeviceOptions], Field(max_length=64)]

    @model_validator(mode="after")
    def _ports(self) -> Self:
        ports = [device.port for device in self.devices.values()]
        if twice := {port for port in ports if ports.count(port) > 1}:
            raise ValueError(f"devices: two of them are on {min(twice)}")
        return self
