"""What a lane is told in lane.toml. An unknown key is an error that names the key and the file."""

import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from cloud_sync.contract.item import gtin14
from edge.lane.codes import Reading
from edge.lane.layouts import Layout, country_layouts
from edge.lane.state import Rules

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Name = Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]
Prefix = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[\x21-\x7e]+$")]


class LaneConfigError(Exception):
    """The file cannot be used; the message names the file, the key and what is wrong."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Gateway(_Section):
    """The store's broker, and this lane's password for it, in a file of its own that only the lane may read."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65_535)] = 1883
    password_file: Path
    ca: Path | None = None
    """Certificates that may have signed the broker's; none: no TLS, for a network of its own."""


class Parts(_Section):
    """Which device is what, by their names under [drivers]. `bags`: a scale under the bags, "" where there is none."""

    scanner: Id
    scale: Id | None = None
    printer: Id
    terminal: Id
    bags: Id | None = None


class Screen(_Section):
    """Where the lane's own screen is served: on this machine only. Port 0: any that is free."""

    port: Annotated[int, Field(ge=0, le=65_535)] = 8090
    names: Annotated[tuple[str, ...], Field(max_length=8)] = ("127.0.0.1", "localhost", "[::1]")
    """By which the screen may be called."""


class Codes(_Section):
    """How this store reads codes."""

    country: str = ""
    """Table of restricted-circulation numbers: "cn", "de", …; see `layouts.json`."""
    layouts: Annotated[tuple[Layout, ...], Field(max_length=50)] = ()
    """The store's own, which go first."""
    member: Prefix = "MEMBER-"
    coupon: Prefix = "C-"
    badge: Prefix = "STAFF-"

    @model_validator(mode="after")
    def _known(self) -> "Codes":
        if self.country:
            country_layouts(self.country)
        return self


class Person(_Section):
    """Somebody of the staff: a name, and the SHA-256 of the badge's text, as `aisle lane badge` makes it."""

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
    badge: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ItemRule(_Section):
    """What the lane has to know of some items beside their prices."""

    items: Annotated[tuple[Annotated[str, AfterValidator(gtin14)], ...], Field(min_length=1, max_length=10_000)]
    age: Annotated[int, Field(ge=1, le=99)] | None = None
    grams: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """What a piece weighs, for the scale under the bags."""


class Bags(_Section):
    """The check of weight under the bags."""

    tolerance_grams: Annotated[int, Field(ge=1, le=1000)] = 25


class LaneConfig(_Section):
    """The whole file."""

    store: Id
    device: Id
    name: Name = "Self-checkout"
    shop: Name = ""
    """Head of the receipt."""
    language: Annotated[str, Field(pattern=r"^(en|zh)$")] = "en"
    locale: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")] = "hr"
    """How amounts are written."""
    timezone: str = "Europe/Zagreb"
    data: Path = Path("var/lane")
    gateway: Gateway
    parts: Parts
    screen: Screen = Screen()
    codes: Codes = Codes()
    staff: Annotated[tuple[Person, ...], Field(max_length=500)] = ()
    rules: Annotated[tuple[ItemRule, ...], Field(max_length=1000)] = ()
    bags: Bags = Bags()
    left_seconds: Annotated[float, Field(ge=10, le=3600)] = 180
    """A basket that nobody touches for so long calls somebody."""
    drivers: dict[str, dict[str, Any]]
    """Driver name → its options, as in docs/serial.md and docs/payment.md."""

    @model_validator(mode="after")
    def _fits(self) -> "LaneConfig":
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, OSError, ValueError):
            raise ValueError(f"timezone: {self.timezone!r} is none; write one like Europe/Zagreb") from None
        if self.device == "gateway":
            raise ValueError("device: nothing may be called gateway")
        missing = {"serial", "payment"} - self.drivers.keys()
        if missing:
            raise ValueError(f"drivers: a lane needs drivers.{min(missing)}")
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    def reading(self) -> Reading:
        """How codes are read."""
        country = country_layouts(self.codes.country) if self.codes.country else ()
        return Reading((*self.codes.layouts, *country), self.codes.member, self.codes.coupon, self.codes.badge)

    def machine_rules(self) -> Rules:
        """What the state machine has to know."""
        return Rules(
            {item: rule.age for rule in self.rules if rule.age for item in rule.items},
            {item: rule.grams for rule in self.rules if rule.grams for item in rule.items},
            self.bags.tolerance_grams,
            round(self.left_seconds * 1000),
            bags=self.parts.bags is not None,
        )

    def badges(self) -> Mapping[str, str]:
        """SHA-256 of a badge's text → whose it is."""
        return {person.badge: person.name for person in self.staff}


def read_lane_config(path: Path) -> LaneConfig:
    """Read and check the file. Relative paths in it are relative to the file. Raises LaneConfigError."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LaneConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LaneConfigError(f"{path}: not valid TOML: {error}") from error
    try:
        config = LaneConfig.model_validate(raw)
    except ValidationError as error:
        lines = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        raise LaneConfigError(f"{path}: " + "; ".join(lines)) from error
    gateway = config.gateway
    near = path.resolve().parent
    gateway = gateway.model_copy(
        update={"password_file": near / gateway.password_file, "ca": near / gateway.ca if gateway.ca else None}
    )
    return config.model_copy(update={"data": near / config.data, "gateway": gateway})
