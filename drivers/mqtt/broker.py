"""The store's broker: one that is given by URL, a Mosquitto that we run, or the embedded amqtt that we run.

Ours listen on loopback unless told otherwise, let nobody in without a password, and keep nothing on disk.
"""

import asyncio
import contextlib
import json
import logging
import os
import pwd
import shutil
import signal
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

from drivers.errors import Refused, Unreachable
from drivers.mqtt.access import mosquitto_rules, stamp_of
from drivers.mqtt.child import Child
from drivers.mqtt.options import MqttOptions
from drivers.mqtt.payloads import MAX_PACKET

_LOG = logging.getLogger(__name__)
_NAME = "broker"
_MOSQUITTO = "mosquitto"
_PORT_SECONDS = 10.0
"""How long a taken port may stay taken: the broker of a killed gateway needs a moment to follow it."""
_READY_SECONDS = 30.0
_TRIES = 3
_POLL_SECONDS = 0.25


def find_mosquitto() -> str | None:
    """The Mosquitto program; Debian puts it where a user's PATH often does not look."""
    return shutil.which("mosquitto", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))


class Broker:
    """The broker of this store. After `start`, `address` is where it listens, for good."""

    def __init__(self, options: MqttOptions) -> None:
        """Nothing is started yet."""
        self._options = options
        self._child: Child | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._out: dict[str, float] = {}
        """Device → until when (loop time) it is not let in."""
        self._written: tuple[tuple[int, int], frozenset[str]] | None = None
        """The stamp of the password file that our broker was given last, and who was out then."""
        self._news = asyncio.Event()
        self._address: tuple[str, int] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port. Raises Unreachable before `start`."""
        if self._address is None:
            raise Unreachable(_NAME, "it is not started")
        return self._address

    @property
    def pid(self) -> int | None:
        """Of our own broker's process; None for a foreign one."""
        return self._child.pid if self._child is not None else None

    async def start(self) -> None:
        """Make the broker listen. Raises Refused (a person must act) or Unreachable."""
        options = self._options
        if options.foreign:
            url = urlsplit(options.broker)
            self._address = (url.hostname or "", url.port or 1883)
            return
        mosquitto = None if options.broker == "amqtt" else find_mosquitto()
        if options.broker == "mosquitto" and mosquitto is None:
            raise Refused(_NAME, 'no program "mosquitto" is installed; install it or set broker = "amqtt"')
        options.runtime_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        port = await _settle_port(options.bind, options.port)
        self._address = (options.bind, port)
        try:
            self._write_passwords()
        except OSError as error:
            raise Unreachable(_NAME, f"nobody could be let in without {options.credentials}: {error}") from error
        command = _mosquitto(options, mosquitto, port) if mosquitto else _embedded(options, port)
        self._child = Child(_MOSQUITTO if mosquitto else "amqtt", command, _LOG)
        try:
            await self._child.start()
            await self._wait_ready()
        except BaseException:
            await self.stop()
            raise
        self._watcher = asyncio.create_task(self._watch_passwords(), name="watch broker passwords")

    async def stop(self) -> None:
        """End our own broker. Safe to call twice."""
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)
        child, self._child = self._child, None
        if child is not None:
            await child.stop()

    async def _wait_ready(self) -> None:
        deadline = asyncio.get_running_loop().time() + _READY_SECONDS
        while True:
            with contextlib.suppress(OSError):
                _reader, writer = await asyncio.open_connection(*self.address)
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
                return
            child = self._child
            if child is None:
                raise Unreachable(_NAME, "it was stopped before it answered")
            if asyncio.get_running_loop().time() > deadline or child.deaths >= _TRIES:
                raise Unreachable(_NAME, f"it does not answer on {self.address}: {child.last_words}")
            await asyncio.sleep(0.05)

    def put_out(self, device: str, seconds: float) -> None:
        """End a device's connection and let it in again after so long. A foreign broker is not ours to tell."""
        self._out[device] = asyncio.get_running_loop().time() + seconds
        self._news.set()

    async def _watch_passwords(self) -> None:
        """Whoever lost the password, or is out for a while, is out; both brokers end the connections of those."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_POLL_SECONDS):
                    await self._news.wait()
            self._news.clear()
            now = asyncio.get_running_loop().time()
            self._out = {device: until for device, until in self._out.items() if now < until}
            if self._written != (stamp_of(self._options.credentials), frozenset(self._out)):
                try:
                    self._write_passwords()
                except OSError as error:
                    _LOG.warning("who may use the broker could not be written: %s; it is tried again", error)
                    continue
                if self._child is not None and self._child.name == _MOSQUITTO:  # the embedded one looks by itself
                    self._child.signal(signal.SIGHUP)

    def _write_passwords(self) -> None:
        """What our broker reads: the password file without those who are out."""
        source = self._options.credentials
        stamped = stamp_of(source), frozenset(self._out)  # first: what is changed while it is read is read again
        lines = source.read_text(encoding="ascii", errors="replace").splitlines() if source else []
        kept = [line for line in lines if line.partition(":")[0] not in self._out]
        draft = _write(self._options.runtime_dir / "passwords.new", "".join(f"{line}\n" for line in kept))
        draft.replace(_passwords(self._options))
        self._written = stamped


def _mosquitto(options: MqttOptions, program: str, port: int) -> list[str]:
    rules = _write(options.runtime_dir / "mosquitto.acl", mosquitto_rules(options.username, options.store))
    lines = [
        f"listener {port} {options.bind}",
        "allow_anonymous false",
        f"password_file {_passwords(options)}",
        f"acl_file {rules}",
        "persistence false",
        f"user {pwd.getpwuid(os.geteuid()).pw_name}",  # root would become one who cannot read our files
        f"max_inflight_messages {min(options.window, 65_535)}",
        "max_queued_messages 10000",
        f"max_packet_size {MAX_PACKET}",
        "set_tcp_nodelay true",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
    ]
    return [program, "-c", str(_write(options.runtime_dir / "mosquitto.conf", "\n".join(lines) + "\n"))]


def _embedded(options: MqttOptions, port: int) -> list[str]:
    told = {
        "bind": options.bind,
        "port": port,
        "store": options.store,
        "gateway": options.username,
        "credentials": str(_passwords(options)),
    }
    config = _write(options.runtime_dir / "embedded.json", json.dumps(told))
    return [sys.executable, "-P", "-m", "drivers.mqtt.embedded", str(config)]


def _passwords(options: MqttOptions) -> Path:
    """The file that our broker reads."""
    return options.runtime_dir / "passwords"


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


async def _settle_port(bind: str, port: int) -> int:
    """A port we can listen on: the wanted one, once it is free, or any (0). Raises Refused."""
    deadline = asyncio.get_running_loop().time() + _PORT_SECONDS
    while True:
        try:
            family = socket.AF_INET6 if ":" in bind else socket.AF_INET
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((bind, port))
                found: int = probe.getsockname()[1]
                return found
        except OSError as error:
            if asyncio.get_running_loop().time() > deadline:
                what = f"cannot listen on {bind} port {port}: {error.strerror}; free it or set another port"
                raise Refused(_NAME, what) from error
        await asyncio.sleep(0.2)
