"""A bleak scanner on a bumble radio."""

from collections import defaultdict
from typing import Any, ClassVar

from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.exc import BleakError
from bleak.uuids import normalize_uuid_16
from bumble.core import AdvertisingData
from bumble.device import Advertisement

from simulators.ble.bleak_radio import BumbleRadio


class BumbleScanner(BaseBleakScanner):
    """Scans with the radio that a subclass is bound to. One scanner at a time."""

    radio: ClassVar[BumbleRadio]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str,
        **_: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"

    async def start(self) -> None:
        """Begin to scan. Raises BleakError when the radio is gone or another scanner runs."""
        if self.radio.scanner is not None:
            raise BleakError("this radio is scanning already")
        self.seen_devices = {}
        self.radio.device.on("advertisement", self._hear)
        self.radio.scanner = self
        try:
            await self.radio.unless_lost(self.radio.device.start_scanning(legacy=True, active=self._active))
        except BleakError:
            self._release()
            raise

    async def stop(self) -> None:
        """End the scan. Safe when the radio is gone."""
        if self.radio.scanner is not self:
            return
        self._release()
        if not self.radio.lost.done():
            await self.radio.unless_lost(self.radio.device.stop_scanning(legacy=True))

    def _release(self) -> None:
        self.radio.device.remove_listener("advertisement", self._hear)
        self.radio.scanner = None

    def _hear(self, advertisement: Advertisement) -> None:
        fields: defaultdict[int, list[bytes]] = defaultdict(list)
        for kind, value in advertisement.data.ad_structures:
            fields[int(kind)].append(bytes(value))
        kinds = AdvertisingData.Type
        names = fields[kinds.COMPLETE_LOCAL_NAME] + fields[kinds.SHORTENED_LOCAL_NAME]
        uuids = b"".join(
            fields[kinds.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS]
            + fields[kinds.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS]
        )
        said = AdvertisementData(
            local_name=names[0].decode(errors="replace") if names else None,
            manufacturer_data={
                int.from_bytes(value[:2], "little"): value[2:]
                for value in fields[kinds.MANUFACTURER_SPECIFIC_DATA]
                if len(value) >= 2
            },
            service_data={
                normalize_uuid_16(int.from_bytes(value[:2], "little")): value[2:]
                for value in fields[kinds.SERVICE_DATA_16_BIT_UUID]
                if len(value) >= 2
            },
            service_uuids=[
                normalize_uuid_16(int.from_bytes(uuids[at : at + 2], "little")) for at in range(0, len(uuids) - 1, 2)
            ],
            tx_power=None,
            rssi=advertisement.rssi,
            platform_data=(),
        )
        if self.is_allowed_uuid(said.service_uuids):
            address = advertisement.address.to_string(False)
            device = self.create_or_update_device(address, address, said.local_name, None, said)
            self.call_detection_callbacks(device, said)
