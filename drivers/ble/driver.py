"""The Bluetooth label driver: what it has heard, and how one picture is shown."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from drivers.base import Capability, LabelDriver, Panel, PanelImage, Sighting, Sink
from drivers.ble.gicisky.advert import COMPANY, Facts, clean_name, device_id, read_advert
from drivers.ble.gicisky.models import Memory
from drivers.ble.gicisky.pixels import encode
from drivers.ble.listener import Listener
from drivers.ble.options import BleOptions
from drivers.ble.session import connected, upload
from drivers.errors import Asleep, Refused, Unreachable

MUTE_RSSI = 127
"""Bluetooth's way to say that the strength is not known."""


@dataclass(slots=True)
class Heard:
    """The last advert of one label, and when it came (loop time, seconds)."""

    target: BLEDevice
    facts: Facts
    at: float


class BleDriver(LabelDriver):
    """Shows pictures on Gicisky / PICKSMART labels over Bluetooth. Options: `BleOptions`."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.SHOWS_LABEL})

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Raises ValueError for options that are wrong or unknown."""
        self._options = BleOptions.model_validate(dict(options))
        self._listener = Listener(self._options, self._hear)
        self._sink: Sink | None = None
        self._labels: OrderedDict[str, Heard] = OrderedDict()
        self._mumblers: set[str] = set()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def start(self, sink: Sink) -> None:
        """Begin to listen for adverts. Raises Unreachable when there is no working Bluetooth radio."""
        self._sink = sink
        await self._listener.start()

    async def stop(self) -> None:
        """Stop listening and give the radio back. Whoever runs an upload cancels it first."""
        await self._listener.stop()

    async def show(self, device: str, image: PanelImage, progress: Callable[[float], None] | None = None) -> None:
        """Put the image on the label, over a link of its own; return on the label's word that it has it all.

        One upload per label at a time; a second waits. Raises as `LabelDriver.show` says.
        """
        lock = self._locks.setdefault(device, asyncio.Lock())
        async with lock:
            label = self._awake(device)
            memory = self._fit(device, label.facts, image)
            backend = self._listener.backend
            if backend is None:
                raise Unreachable(device, "the Bluetooth radio is gone; Aisle is reopening it")
            wire = encode(image.pixels, len(image.panel.inks), memory, label.facts.inflates)
            async with connected(device, label.target, backend.client, self._options) as session:
                await upload(session, device, wire, self._options, progress)
            # A label does not advertise while connected, so the upload itself is its latest sign of life.
            label.at = asyncio.get_running_loop().time()

    def _awake(self, device: str) -> Heard:
        label = self._labels.get(device)
        if label is None:
            raise Asleep(device, "the label has not been heard since the driver started")
        ago = asyncio.get_running_loop().time() - label.at
        if ago > self._options.asleep_after:
            raise Asleep(device, f"the label was last heard {ago:.0f} s ago")
        return label

    def _fit(self, device: str, facts: Facts, image: PanelImage) -> Memory:
        model = facts.model
        if model.panel is None or model.memory is None:
            raise Refused(device, f"label model {model.name} is not supported: its picture format is not known")
        if image.panel != model.panel:
            want = f"{_size(model.panel)} (model {model.name})"
            raise Refused(device, f"the picture is {_size(image.panel)}, the label is {want}")
        if facts.battery_mv < self._options.lowest_battery_mv:
            raise Refused(device, f"the label's battery is empty ({facts.battery_mv} mV); replace it")
        return model.memory

    def _hear(self, target: BLEDevice, advert: AdvertisementData) -> None:
        said = advert.manufacturer_data.get(COMPANY)
        device = device_id(target.address)
        if said is None or device is None or self._sink is None:
            return
        facts = read_advert(said)
        if facts is None:
            # Adverts come several times a second; a label that keeps talking rubbish is reported once.
            if device not in self._mumblers and len(self._mumblers) < self._options.most_labels:
                self._mumblers.add(device)
                self._sink.misspoke(device, "the label's advert is not five bytes long", said[:64])
            return
        self._mumblers.discard(device)
        self._labels[device] = Heard(target, facts, asyncio.get_running_loop().time())
        self._labels.move_to_end(device)
        if len(self._labels) > self._options.most_labels:
            self._labels.popitem(last=False)
        self._sink.seen(
            Sighting(
                device,
                target.address.upper(),
                clean_name(advert.local_name),
                facts.model.name,
                facts.firmware,
                facts.model.panel,
                facts.battery_mv,
                None if advert.rssi == MUTE_RSSI else advert.rssi,
            )
        )


def _size(panel: Panel) -> str:
    return f"{panel.width}x{panel.height} {'/'.join(panel.inks)}"
