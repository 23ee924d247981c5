"""The SNMP driver: a survey when asked, hints from traps, and the one thing that may be switched."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import ValidationError

from drivers.base import Capability, NetworkDriver, Sink, Watched
from drivers.errors import Refused, Unreachable
from drivers.snmp.client import Client
from drivers.snmp.hanging import HANGING
from drivers.snmp.interfaces import POE, POE_ADMIN, POE_OFF, POE_ON, power_rows
from drivers.snmp.options import SnmpDevice, SnmpOptions
from drivers.snmp.survey import Known, survey
from drivers.snmp.traps import TrapPort

log = logging.getLogger(__name__)

TRIES_ON = 5
"""How often power is switched on again before a person is asked to: off must not be where it ends."""


class SnmpDriver(NetworkDriver):
    """Asks network gear. Options: see SnmpOptions; a bad one is a ValueError."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.WATCHES_NETWORK})

    def __init__(self, options: Mapping[str, Any]) -> None:
        try:
            self._options = SnmpOptions.model_validate(dict(options))
        except ValidationError as error:
            first = error.errors(include_input=False)[0]  # an input may hold a password
            raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
        answer = self._options.answer_ms
        self._clients = {name: Client(name, device, answer) for name, device in self._options.devices.items()}
        self._known = {name: Known() for name in self._clients}
        self._busy = {name: asyncio.Lock() for name in self._clients}
        self._sink: Sink | None = None
        self._traps: TrapPort | None = None
        self.trap_address: tuple[str, int] | None = None

    @property
    def watched(self) -> tuple[Watched, ...]:
        """The devices of the options."""
        return tuple(
            Watched(name, f"{one.address}:{one.port}", one.name, one.place, one.cycle_ports)
            for name, one in self._options.devices.items()
        )

    async def start(self, sink: Sink) -> None:
        """Hear traps, if they are asked for."""
        self._sink = sink
        for name, device in self._options.devices.items():
            if device.community is not None:
                log.warning("%s is asked by SNMP v2c: whoever hears the wire reads its community. Prefer v3.", name)
        if self._options.trap_port is not None:
            self._traps = TrapPort(self._hinted)
            try:
                self.trap_address = await self._traps.open(str(self._options.trap_bind), self._options.trap_port)
            except OSError as error:
                raise Unreachable("snmp", f"traps cannot be heard: {error}") from error

    async def stop(self) -> None:
        """Close every socket."""
        if self._traps is not None:
            self._traps.close()
            self._traps = None
        for client in self._clients.values():
            client.close()

    async def survey(self, device: str) -> None:
        """Ask a device once, within the time that the options give."""
        client, sink = self._clients[device], self._sink
        if sink is None:
            raise Unreachable(device, "the SNMP driver is not started")
        async with self._busy[device]:
            try:
                async with asyncio.timeout(self._options.survey_ms / 1000):
                    found = await survey(device, client, self._known[device])
            except TimeoutError:
                client.close()
                raise Unreachable(device, f"its answers took more than {self._options.survey_ms} ms") from None
        sink.measured(found)

    async def cycle_power(self, device: str, port: int) -> None:
        """Power off, a pause, power on: only on ports that the options name."""
        options = self._options.devices.get(device)
        if options is None or port not in options.cycle_ports:
            raise Refused(device, f"port {port} is not on the list of ports whose power may be switched")
        async with self._busy[device]:
            await self._cycle(device, port, options)

    async def _cycle(self, device: str, port: int, options: SnmpDevice) -> None:
        client = Client(device, options, self._options.answer_ms)  # its own: a survey may be closing the other
        try:
            rows = power_rows(await client.walk(POE), await client.walk(HANGING[:1]))
            if port not in rows:
                raise Refused(device, f"port {port} gives no power over its cable")
            name = (*POE_ADMIN, *rows[port])
            try:
                await client.put(name, POE_OFF)
                await asyncio.sleep(self._options.off_ms / 1000)
            finally:
                await asyncio.shield(asyncio.ensure_future(self._power_on(client, device, port, name)))
        finally:
            client.close()

    async def _power_on(self, client: Client, device: str, port: int, name: tuple[int, ...]) -> None:
        """Off must not be where it ends, even if the answer to "off" was lost."""
        for _ in range(TRIES_ON):
            try:
                await client.put(name, POE_ON)
            except Unreachable:
                continue
            return
        raise Unreachable(device, f"port {port} was switched off and could not be switched on again: do it by hand")

    def _hinted(self, address: str) -> None:
        if self._sink is not None:
            for name, device in self._options.devices.items():
                if str(device.address) == address:
                    self._sink.hinted(name)
