"""What an operator may set for SNMP. An unknown key is an error that names the key."""

from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from drivers.base import DEVICE_ID

PRIVATE = (IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16"))
"""Where a shop's network gear lives (RFC 1918)."""
Password = Annotated[SecretStr, Field(min_length=8, max_length=128)]
"""RFC 3414 11.2 wants eight characters at least."""
Name = Annotated[str, Field(max_length=60)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Login(_Section):
    """A user of SNMP v3: authenticated and encrypted, always."""

    user: Annotated[str, Field(min_length=1, max_length=32)]
    auth_password: Password
    priv_password: Password
    auth: Literal["sha", "sha256", "sha512"] = "sha256"
    """`sha` is for old devices only."""


class SnmpDevice(_Section):
    """One device. Exactly one of `login` and `community`."""

    address: IPv4Address
    port: Annotated[int, Field(ge=1, le=65_535)] = 161
    name: Name = ""
    place: Name = ""
    login: Login | None = None
    community: SecretStr | None = None
    """SNMP v2c: readable and repeatable by whoever hears the wire. Only where the device cannot do v3."""
    cycle_ports: frozenset[Annotated[int, Field(ge=1, le=9_999)]] = frozenset()
    """Ports whose power a manager may switch off and on. None unless named."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.login is None) == (self.community is None):
            raise ValueError("give either a login (SNMP v3) or a community (SNMP v2c)")
        return self


class SnmpOptions(_Section):
    """Options of the SNMP driver. Times are milliseconds."""

    devices: dict[Annotated[str, Field(pattern=f"^{DEVICE_ID.pattern}$")], SnmpDevice] = {}
    networks: tuple[IPv4Network, ...] = PRIVATE
    """A device must have an address in one of these."""
    allow_special: tuple[IPv4Network, ...] = ()
    """Loopback, link-local and the like are refused even inside `networks`, unless named here."""

    answer_ms: Annotated[int, Field(ge=100, le=10_000)] = 1_000
    """How long one answer may take; asked once more, then the device gave none."""
    survey_ms: Annotated[int, Field(ge=500, le=30_000)] = 8_000
    """How long a whole survey may take."""
    off_ms: Annotated[int, Field(ge=0, le=60_000)] = 5_000
    """How long a port stays without power when it is switched off and on."""

    trap_bind: IPv4Address = IPv4Address("0.0.0.0")  # noqa: S104  traps come from the network
    trap_port: Annotated[int, Field(ge=0, le=65_535)] | None = None
    """Where traps are heard; none unless set. Port 162 needs privilege: point the devices at a high one."""

    @model_validator(mode="after")
    def _allowed(self) -> Self:
        for name, device in self.devices.items():
            if why := self._objection(device.address):
                raise ValueError(f"{name}: {why}")
        return self

    def _objection(self, address: IPv4Address) -> str:
        if any(address in network for network in self.allow_special):
            return ""
        odd = address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
        if odd or address.is_reserved:
            return f"{address} is an address of the machine itself or of its host; no device is there"
        if not any(address in network for network in self.networks):
            return f"{address} is outside the networks that devices are allowed in"
        return ""
