"""A room full of labels and one Bluetooth adapter whose host is another process, over TCP (HCI, H4 framing).

The host may be killed and come back: its links drop at once, and the adapter starts afresh for the next one.
"""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from bumble.core import InvalidPacketError
from bumble.transport.common import PacketParser

from simulators.ble.air import AdapterController, Air
from simulators.ble.label import Label, LabelSpec
from simulators.ble.quiet import quiet_bumble
from simulators.ble.thermometer import Thermometer, ThermometerSpec

UNREAD_BYTES = 1 << 20
"""A host that leaves so much unread is hung, and is cut off."""


class Radio:
    """Labels and an adapter: `async with Radio([LabelSpec("FF:FF:92:00:00:01")]) as radio`.

    `port` 0 takes a free one. Seconds: `link_delay` is how long each data packet is under way,
    `connect_delay` how long a label takes to answer a connection request.
    """

    def __init__(
        self,
        labels: Sequence[LabelSpec],
        port: int = 0,
        link_delay: float = 0.0,
        connect_delay: float = 0.0,
        advertise_every: float = 0.5,
        host: str = "127.0.0.1",
        thermometers: Sequence[ThermometerSpec] = (),
    ) -> None:
        self.port = port
        self.labels: dict[str, Label] = {}
        self.thermometers: dict[str, Thermometer] = {}
        self.air = Air(link_delay, connect_delay)
        self._specs = tuple(labels)
        self._thermometers = tuple(thermometers)
        self._advertise_every = advertise_every
        self._host = host
        self._server: asyncio.Server | None = None
        self._adapter: AdapterController | None = None
        self._plug: _HostPlug | None = None

    @property
    def backend(self) -> str:
        """The driver option `backend` that reaches this radio."""
        return f"bumble:tcp-client:{self._host}:{self.port}"

    @property
    def has_host(self) -> bool:
        """Whether a gateway uses the adapter now."""
        return self._plug is not None

    async def __aenter__(self) -> Self:
        """Switch everything on. Raises OSError when the port is taken."""
        quiet_bumble()
        self._adapter = AdapterController("adapter", link=self.air, public_address="C0:00:00:00:00:01")
        self.air.add_adapter(self._adapter)
        for spec in self._specs:
            label = Label(spec, self.air)
            await label.start(self._advertise_every)
            self.labels[spec.address] = label
        for one in self._thermometers:
            thermometer = Thermometer(one, self.air)
            await thermometer.start(self._advertise_every)
            self.thermometers[one.address] = thermometer
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _HostPlug(self), self._host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Switch everything off."""
        if self._server is not None:
            self._server.close()
        self.unplug()
        for label in self.labels.values():
            await label.stop()
        for thermometer in self.thermometers.values():
            await thermometer.stop()
        # One turn of the loop for what bumble has already queued.
        await asyncio.sleep(0)

    def unplug(self) -> None:
        """Pull the adapter out from under its host, if it has one. The next host is welcome."""
        if self._plug is not None:
            self._plug.cut()

    def plugged(self, plug: "_HostPlug") -> None:
        """A host came; one that was there before is gone."""
        self.unplug()
        self._plug = plug
        if self._adapter is not None:
            self._adapter.host = plug

    def unplugged(self, plug: "_HostPlug") -> None:
        """A host went, however it went."""
        if plug is self._plug and self._adapter is not None:
            self._plug = None
            self._adapter.host = None
            self._adapter.drop_everything()

    def obey(self, packet: bytes) -> None:
        """Hand a packet of the host to the adapter."""
        if self._adapter is not None:
            self._adapter.on_packet(packet)


class _HostPlug(asyncio.Protocol):
    """One host's end of the cable. To the adapter it is the host: `on_packet` takes what goes up."""

    def __init__(self, radio: Radio) -> None:
        self._radio = radio
        self._wire: asyncio.Transport | None = None
        self._parser = PacketParser(_Orders(radio))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A host dialled in."""
        if isinstance(transport, asyncio.Transport):
            self._wire = transport
            self._radio.plugged(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The host closed, or died."""
        self._wire = None
        self._radio.unplugged(self)

    def data_received(self, data: bytes) -> None:
        """Bytes of the host; what is no HCI ends the connection."""
        try:
            self._parser.feed_data(data)
        except InvalidPacketError:
            self.cut()

    def on_packet(self, packet: bytes) -> None:
        """A packet for the host."""
        if self._wire is None:
            return
        if self._wire.get_write_buffer_size() > UNREAD_BYTES:
            self.cut()
        else:
            self._wire.write(packet)

    def cut(self) -> None:
        """End this host's connection now."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.abort()
        self._radio.unplugged(self)


class _Orders:
    """Hands the host's packets to the adapter."""

    def __init__(self, radio: Radio) -> None:
        self._radio = radio

    def on_packet(self, packet: bytes) -> None:
        """A packet of the host."""
        self._radio.obey(packet)
