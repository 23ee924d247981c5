"""What a store may say about its payment terminals."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
ZVT_PORT = 20007


class ZvtOptions(BaseModel):
    """A terminal that speaks ZVT."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    protocol: Literal["zvt"]
    address: str
    """tcp://host[:20007], or a serial device: a path, socket://host:port or rfc2217://host:port."""
    password: SecretStr = SecretStr("000000")
    baudrate: Annotated[int, Field(ge=1200, le=115_200)] = 9600
    config: Annotated[int, Field(ge=0, le=255)] = 0xBE
    """The registration's configuration byte."""

    @property
    def tcp(self) -> tuple[str, int] | None:
        """Host and port; None for a serial line."""
        if not self.address.startswith("tcp://"):
            return None
        url = urlsplit(self.address)
        return url.hostname or "", url.port or ZVT_PORT

    @field_validator("address")
    @classmethod
    def _addressed(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme == "tcp" and (not url.hostname or url.port == 0 or url.username or url.path or url.query):
            raise ValueError("write tcp://host:port")
        if url.scheme not in ("tcp", "socket", "rfc2217", ""):
            raise ValueError("tcp://, socket://, rfc2217:// or the path of a serial device")
        if not value or "\n" in value:
            raise ValueError("one line")
        return value

    @field_validator("password")
    @classmethod
    def _six_digits(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if len(text) != 6 or not (text.isascii() and text.isdigit()):
            raise ValueError("a ZVT password is six digits")
        return value


class NexoKey(BaseModel):
    """The key that the terminal shares with its tills; messages are encrypted with it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    identifier: Annotated[str, Field(min_length=1, max_length=64)]
    version: Annotated[int, Field(ge=0, le=1_000_000)] = 1
    passphrase: SecretStr


class NexoOptions(BaseModel):
    """A terminal that speaks nexo over local HTTPS."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    protocol: Literal["nexo"]
    url: str
    """https://host:8443/nexo"""
    sale_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,32}$")]
    """Who the till is to the terminal."""
    poi_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    """Model and serial number of the terminal, as it calls itself."""
    ca: Path
    """Certificates that may have signed the terminal's."""
    certificate_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9.*-]{1,200}$")]
    """The name in the terminal's certificate; it is checked in place of the host's."""
    encoding: Literal["json", "xml"] = "json"
    key: NexoKey | None = None

    @field_validator("url")
    @classmethod
    def _https(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme != "https" or not url.hostname or url.username or url.query or url.fragment:
            raise ValueError("write https://host:port/path")
        _ = url.port  # raises ValueError when it is none
        return value

    @model_validator(mode="after")
    def _key_needs_json(self) -> "NexoOptions":
        if self.key is not None and self.encoding == "xml":
            raise ValueError("key: only JSON messages are encrypted")
        return self


class PaymentOptions(BaseModel):
    """Options of the driver. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    storage: Path
    """The file that payments are kept in. Its disk has to survive a power cut."""
    terminals: Annotated[
        dict[Id, Annotated[ZvtOptions | NexoOptions, Field(discriminator="protocol")]],
        Field(min_length=1, max_length=64),
    ]
    answer_seconds: Annotated[float, Field(gt=0, le=300)] = 90.0
    """How long a shopper may take at the terminal before the payment is aborted."""
    reply_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    """How long a terminal may take to acknowledge; what needs nobody at the terminal may take three times as long."""
    settle_seconds: Annotated[float, Field(gt=0, le=120)] = 5.0
    """How long after "I know nothing of it" a terminal is asked again before it is believed."""
    tries: Annotated[int, Field(ge=1, le=100)] = 10
    """How often a terminal is asked for an unknown payment before a person is called."""
