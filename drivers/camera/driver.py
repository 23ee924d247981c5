"""The camera driver: an address in, the newest frames out."""

import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, assert_never

from pydantic import ValidationError

from drivers.base import CameraDriver as AbstractCameraDriver
from drivers.base import Capability, Frame, Sink
from drivers.camera.address import (
    BadAddressError,
    FileSource,
    NameNotFoundError,
    NetSource,
    UsbSource,
    parse_address,
    pin,
)
from drivers.camera.capture import file_rate, open_file, rtsp_pictures, usb_pictures
from drivers.camera.mjpeg import stream_pictures
from drivers.camera.newest import NewestReader, Pictures
from drivers.camera.options import CameraOptions
from drivers.camera.reconnect import Bridge, Event, Phase, step
from drivers.errors import DeviceError, Refused, Unreachable


class CameraDriver(AbstractCameraDriver):
    """Opens files, network streams and USB cameras. Options: see CameraOptions; a bad one is a ValueError."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.SEES_FRAMES})

    def __init__(self, options: Mapping[str, Any]) -> None:
        try:
            self._options = CameraOptions.model_validate(dict(options))
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error

    async def start(self, sink: Sink) -> None:
        """Nothing to listen to: pictures are fetched by `frames`, in a process of the camera's own."""

    async def stop(self) -> None:
        """Nothing to end: whoever runs `frames` closes it."""

    def frames(self, device: str, address: str) -> Iterator[Frame]:
        """Yield the newest frames until the source ends. `Frame.at` counts ms from the first opening.

        Raises Refused (an address that is not allowed, a file that is no video) or Unreachable (nothing
        answers, or the stream broke and a few quick tries did not bring it back).
        """
        try:
            source = parse_address(address)
        except BadAddressError as error:
            raise Refused(device, str(error)) from error
        if isinstance(source, FileSource):
            return self._file_frames(device, source)
        return self._live_frames(device, source)

    def _file_frames(self, device: str, source: FileSource) -> Iterator[Frame]:
        played, rate, zero = 0, 0.0, time.monotonic()
        while True:
            before = played
            with open_file(device, source.path) as capture:
                rate = rate or file_rate(capture, self._options.file_fps)
                while capture.grab():
                    due = zero + played / rate
                    behind = time.monotonic() - due
                    played += 1
                    if self._options.pace and behind > 1 / rate:
                        continue  # a newer frame is due already
                    good, pixels = capture.retrieve()
                    if not good:
                        continue
                    if self._options.pace:
                        time.sleep(max(due - time.monotonic(), 0))
                    yield Frame(pixels, round((played - 1) * 1000 / rate))
            if played == before:
                raise Refused(device, f"{source.path!r} holds no picture that can be read")
            if not self._options.loop:
                return

    def _live_frames(self, device: str, source: NetSource | UsbSource) -> Iterator[Frame]:
        zero = time.monotonic()
        bridge = Bridge(self._options.bridge_tries, self._options.bridge_wait_ms)
        why: DeviceError = Unreachable(device, "the stream ended")
        while bridge.phase is not Phase.GIVEN_UP:
            if bridge.phase is Phase.WAITING:
                time.sleep(bridge.wait_ms / 1000)
                bridge = step(bridge, Event.WAITED)
            with NewestReader(self._pictures(device, source), zero) as reader:
                while (frame := reader.take()) is not None:
                    bridge = step(bridge, Event.FRAME)
                    yield frame
                why = reader.error or Unreachable(device, "the stream ended")
            if isinstance(why, Refused):
                raise why
            bridge = step(bridge, Event.BROKE)
        raise why

    def _pictures(self, device: str, source: NetSource | UsbSource) -> Pictures:
        """How to read this source from its beginning, with the host's name resolved and pinned."""
        match source:
            case UsbSource():
                return partial(usb_pictures, device, source)
            case NetSource():
                try:
                    pinned = pin(source, self._options)
                except BadAddressError as error:
                    raise Refused(device, str(error)) from error
                except NameNotFoundError as error:
                    raise Unreachable(device, str(error)) from error
                read = rtsp_pictures if pinned.scheme == "rtsp" else stream_pictures
                return partial(read, device, pinned, self._options)
            case _:
                assert_never(source)
