"""What an operator may set, read from one TOML file. An unknown key is an error that names the key and the file."""

import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from edge.alarms.config import AlarmsConfig
from edge.clock.config import ClockConfig, HoursConfig
from edge.coldchain.config import FridgeConfig
from edge.law.config import LawConfig
from edge.network.config import NetworkConfig
from edge.receiving.config import ReceivingConfig
from edge.vision.config import CameraConfig


class ConfigError(Exception):
    """The configuration cannot be used; the message names the file, the key and what is wrong."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(name: str) -> str:
    """A time zone that exists. Raises ValueError."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; write one like Europe/Zagreb") from error


class Shop(_Section):
    """Who and where the shop is."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    name: str = "Shop"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    locale: str = "hr"
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Zagreb"
    domain: str = "id.example.com"
    """Host name in the labels' GS1 Digital Links."""


class PriceLimits(_Section):
    """Sanity limits of incoming prices; see `edge.prices.checks.Limits`."""

    floor_minor: int = 1
    ceiling_minor: int = 1_000_000
    max_raise_percent: int = 100
    max_cut_percent: int = 90
    two_people_raise_percent: int = 1000
    two_people_cut_percent: int = 95


class Prices(_Section):
    """How prices are activated."""

    limits: PriceLimits = PriceLimits()
    grace_seconds: Annotated[int, Field(ge=0, le=86_400)] = 1800
    """How long tills go on charging the lowest price that was shown, for whoever picked the item up before a raise."""
    lease_seconds: Annotated[int, Field(ge=5, le=3600)] = 60
    """How long a till that asks for leases may go on selling without a word from the gateway."""
    held_after_seconds: Annotated[float, Field(ge=1)] = 15
    raise_only_closed: bool = False
    """Raises begin only while the shop is closed; needs opening hours."""


class Console(_Section):
    """Where the local web console listens. Loopback until somebody says otherwise."""

    bind: Annotated[str, AfterValidator(lambda text: str(ip_address(text)))] = "127.0.0.1"
    """An address of this box; 0.0.0.0 for all of them."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080


class HeadOffice(_Section):
    """The line to head office. Without a URL the shop runs alone."""

    url: str = ""
    ca_file: Path | None = None
    """Certificate to trust when head office made its own."""
    poll_seconds: Annotated[float, Field(ge=0.1)] = 30


class Labels(_Section):
    """How labels are driven."""

    at_once: Annotated[int, Field(ge=1, le=64)] = 4
    silent_after_seconds: Annotated[float, Field(ge=1)] = 120
    """A label that gave no sign of life for this long counts as lost."""
    unseen_days: Annotated[float, Field(gt=0, le=3650)] = 7
    """A label that was neither heard nor read in a picture for so long is a task of its own: somebody has to look."""


class Config(_Section):
    """The whole file."""

    shop: Shop
    data: Path = Path("var/gateway")
    queue_megabytes: Annotated[int, Field(ge=1)] = 256
    prices: Prices = Prices()
    law: LawConfig = LawConfig()
    hours: HoursConfig = HoursConfig()
    clock: ClockConfig = ClockConfig()
    console: Console = Console()
    hq: HeadOffice = HeadOffice()
    labels: Labels = Labels()
    network: NetworkConfig = NetworkConfig()
    alarms: AlarmsConfig = AlarmsConfig()
    drivers: dict[str, dict[str, Any]] = {}
    """Driver name → its options; see each driver's own documentation."""
    cameras: tuple[CameraConfig, ...] = ()
    fridges: tuple[FridgeConfig, ...] = ()
    receiving: ReceivingConfig = ReceivingConfig()


def read_config(path: Path) -> Config:
    """Read and check the file. Relative paths in it are relative to the file. Raises ConfigError."""
    try:
        raw = tomllib.loads(path.read_text())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        lines = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        raise ConfigError(f"{path}: " + "; ".join(lines)) from error
    return config.model_copy(update={"data": (path.parent / config.data).resolve()})
