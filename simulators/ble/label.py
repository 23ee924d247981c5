"""One simulated label: a bumble peripheral around `firmware`, with the truth of what it showed."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field, replace

from bumble import att, gatt, hci
from bumble.core import UUID
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.transport.common import AsyncPipeSink

from simulators.ble.air import Air, LabelController
from simulators.ble.firmware import Channel, Faults, HangUp, Reaction, Say, Show, State, react
from simulators.ble.glass import MODELS, Glass, Packing, Pixels, develop
from simulators.ble.quiet import QuietHost

COMPANY = 0x5053
SERVICE, COMMAND, IMAGE = UUID.from_16_bits(0xFEF0), UUID.from_16_bits(0xFEF1), UUID.from_16_bits(0xFEF2)
KEPT = 1000
"""Pictures remembered per label."""
ADVERT_BYTES = 31
GOOD = Faults()


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """One label to simulate. `model` is a key of `glass.MODELS`."""

    address: str
    model: int = 0x004B
    battery_mv: int = 3000
    name: str | None = None
    """None: NEMR and the last eight digits of the address."""
    inflates: bool | None = None
    """Whether it unpacks compressed pictures; None: as its model needs."""
    writes_without_response: bool = True
    faults: Faults = GOOD


def label_specs(count: int, model: int = 0x004B, first: str = "FF:FF:92:00:00:01") -> list[LabelSpec]:
    """So many labels of one model with consecutive addresses."""
    start = int(first.replace(":", ""), 16)
    return [LabelSpec((start + i).to_bytes(6, "big").hex(":").upper(), model) for i in range(count)]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a label put on its glass. If it was no picture, `pixels` is None and `trouble` says why."""

    at: int
    """UTC epoch milliseconds."""
    payload: bytes = field(repr=False)
    pixels: Pixels | None = field(repr=False)
    trouble: str = ""


class Label:
    """A label on the air. `history` and `pixels` are its truth; set `faults` and `battery_mv` at any time."""

    def __init__(self, spec: LabelSpec, air: Air) -> None:
        """Raises LookupError for a model that is not simulated."""
        self.spec = spec
        self.glass: Glass = MODELS[spec.model]
        self.history: deque[Shown] = deque(maxlen=KEPT)
        self.links = 0
        """How many links were opened so far."""
        self._air = air
        self._faults = spec.faults
        self._battery_mv = spec.battery_mv
        self._address = hci.Address(spec.address, hci.Address.RANDOM_DEVICE_ADDRESS)
        self._controller = LabelController(spec.address, air, self)
        host = QuietHost(self._controller, AsyncPipeSink(self._controller))
        config = DeviceConfiguration(name=self.name, address=self._address)
        self._device = Device(config=config, host=host)
        self._state = State()
        self._link: Connection | None = None
        self._subscribed = False
        self._timers: set[asyncio.TimerHandle] = set()
        self._command = self._add_service(spec.writes_without_response)

    @property
    def address(self) -> str:
        """Six upper-case hex pairs with colons."""
        return self.spec.address

    @property
    def name(self) -> str:
        """What it calls itself."""
        return self.spec.name if self.spec.name is not None else "NEMR" + self.address.replace(":", "")[4:]

    @property
    def inks(self) -> tuple[str, ...]:
        """Its palette."""
        return self.glass.inks

    @property
    def inflates(self) -> bool:
        """Whether it unpacks compressed pictures."""
        if self.spec.inflates is not None:
            return self.spec.inflates
        return self.glass.packing in (Packing.LINES, Packing.QUICKLZ)

    @property
    def pixels(self) -> Pixels | None:
        """What the glass shows now, as upright palette indices; None before the first picture."""
        return next((shown.pixels for shown in reversed(self.history) if shown.pixels is not None), None)

    @property
    def connected(self) -> bool:
        """Whether a link is open."""
        return self._link is not None

    @property
    def open_to_links(self) -> bool:
        """Whether it advertises and takes a link now."""
        return not (self._faults.dead or self._faults.asleep)

    @property
    def silent(self) -> bool:
        """Whether its radio is off for good."""
        return self._faults.dead

    @property
    def faults(self) -> Faults:
        """How it misbehaves."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._faults = faults
        if faults.dead and self._link is not None:
            self._timers.add(self._air.fall_silent(self._address))

    @property
    def battery_mv(self) -> int:
        """What its adverts say, in steps of 100 mV."""
        return self._battery_mv

    @battery_mv.setter
    def battery_mv(self, value: int) -> None:
        self._battery_mv = value
        self._device.advertising_data = self._advert()
        self._controller.le_legacy_advertiser.advertising_data = self._advert()

    async def start(self, advertise_every: float) -> None:
        """Power on and advertise every so many seconds."""
        self._device.on("connection", self._linked)
        await self._device.power_on()
        self._air.add_label(self._address, self._controller)
        # The simulated controller takes its interval, in units of 0.625 ms, for milliseconds.
        interval = advertise_every * 625
        await self._device.start_advertising(
            advertising_data=self._advert(),
            advertising_interval_min=interval,
            advertising_interval_max=interval,
        )

    async def stop(self) -> None:
        """Power off."""
        self._controller.le_legacy_advertiser.stop()
        self._forget_timers()
        await self._device.power_off()

    def _advert(self) -> bytes:
        kind = self.spec.model | (0 if self.inflates else 0x4000)
        firmware = 0x0101 if self.inflates else 0x8101
        said = bytes((kind & 0xFF, self._battery_mv // 100)) + firmware.to_bytes(2, "big") + bytes((kind >> 8,))
        flags = b"\x02\x01\x06"
        facts = bytes((len(said) + 3, 0xFF)) + COMPANY.to_bytes(2, "little") + said
        room = ADVERT_BYTES - len(flags) - len(facts) - 2
        name = self.name.encode()[:room]
        return flags + facts + bytes((len(name) + 1, 0x09)) + name

    def _add_service(self, without_response: bool) -> gatt.Characteristic:
        kinds, write = gatt.Characteristic.Properties, gatt.Characteristic.WRITEABLE
        writes = kinds.WRITE | (kinds.WRITE_WITHOUT_RESPONSE if without_response else kinds(0))
        command = gatt.Characteristic(
            COMMAND,
            writes | kinds.NOTIFY,
            write,
            gatt.CharacteristicValue(_unreadable, lambda link, data: self._written(link, Channel.COMMAND, data)),
        )
        image = gatt.Characteristic(
            IMAGE,
            writes,
            write,
            gatt.CharacteristicValue(_unreadable, lambda link, data: self._written(link, Channel.IMAGE, data)),
        )
        command.on("subscription", self._subscription)
        self._device.add_service(gatt.Service(SERVICE, [command, image]))
        return command

    def _linked(self, link: Connection) -> None:
        self._link, self._state, self._subscribed = link, State(), False
        self.links += 1
        link.on("disconnection", self._unlinked)

    def _unlinked(self, _: int) -> None:
        self._link = None
        self._forget_timers()
        self._controller.restart_advertising()

    def _subscription(self, _: object, notify: bool, __: bool) -> None:
        self._subscribed = notify

    def _written(self, link: Connection, channel: Channel, data: bytes) -> None:
        if link is not self._link:
            return
        self._state, reactions = react(self._state, channel, bytes(data), self._faults)
        for reaction in reactions:
            self._perform(reaction)

    def _perform(self, reaction: Reaction) -> None:
        match reaction:
            case Say(said, 0.0):
                self._say(said)
            case Say(said, after):
                self._timers.add(asyncio.get_running_loop().call_later(after, self._say, said))
            case HangUp():
                self._faults = replace(self._faults, drop_after_parts=None)
                self._air.end(self._address, hci.HCI_ErrorCode.REMOTE_USER_TERMINATED_CONNECTION_ERROR)
            case Show(payload, inflate):
                self._show(payload, inflate)

    def _say(self, said: bytes) -> None:
        if self._link is not None and self._subscribed:
            notification = att.ATT_Handle_Value_Notification(
                attribute_handle=self._command.handle, attribute_value=said
            )
            self._device.gatt_server.send_gatt_pdu(self._link, bytes(notification))

    def _show(self, payload: bytes, inflate: bool) -> None:
        at = time.time_ns() // 1_000_000
        try:
            pixels = develop(self.glass, payload, inflate or (self.inflates and self.glass.packing is Packing.LINES))
        except ValueError as error:
            self.history.append(Shown(at, payload, None, str(error)))
        else:
            self.history.append(Shown(at, payload, pixels))

    def _forget_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()


def _unreadable(_: Connection) -> bytes:
    raise att.ATT_Error(att.ATT_READ_NOT_PERMITTED_ERROR)
