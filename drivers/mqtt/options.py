"""What a store may say about its MQTT link."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from drivers.mqtt.flood import AT_ONCE

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]


class MqttOptions(BaseModel):
    """Options of the driver. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    store: Id
    broker: str = "auto"
    """ "auto" (Mosquitto where installed, else amqtt), "mosquitto", "amqtt", or a running one: mqtt://host:port."""
    bind: str = "127.0.0.1"
    """Address our own broker listens on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 1883
    """Port our own broker listens on; 0 takes any free one and keeps it while the gateway runs."""
    runtime_dir: Path = Path("run/mqtt")
    """Where our own broker's configuration is written, anew at every start."""
    credentials: Path | None = None
    """Password file of our own broker."""
    username: Id = "gateway"
    password: SecretStr
    window: Annotated[int, Field(ge=1, le=60_000)] = 1000
    """Events that may wait for their commit at once; then the broker has to wait."""
    at_once: Annotated[int, Field(ge=100, le=1_000_000)] = AT_ONCE
    """Messages that one device may have saved up; see `drivers.mqtt.flood`."""
    away_seconds: Annotated[float, Field(gt=0, le=3600)] = 30.0
    """After our link was down: how long a device that was here has to say that it still is."""

    @property
    def foreign(self) -> bool:
        """Whether somebody else runs the broker."""
        return self.broker.startswith("mqtt://")

    @model_validator(mode="after")
    def _complete(self) -> "MqttOptions":
        if self.foreign:
            url = urlsplit(self.broker)
            if not url.hostname or url.username or url.password or url.path not in ("", "/") or url.query:
                raise ValueError("broker: write mqtt://host:port; user and password are options of their own")
            _ = url.port  # raises ValueError when it is none
        elif self.broker not in ("auto", "mosquitto", "amqtt"):
            raise ValueError('broker: "auto", "mosquitto", "amqtt" or mqtt://host:port')
        elif self.credentials is None:
            raise ValueError("credentials: the password file of the store's own broker is missing")
        if any("\n" in text or "\r" in text for text in (self.bind, str(self.credentials), str(self.runtime_dir))):
            raise ValueError("bind, credentials and runtime_dir are single lines")
        return self
