"""JPEG pictures over HTTP (multipart/x-mixed-replace, RFC 2046), as most network cameras offer them.

Read by hand and not by the video library, because that follows redirects and play-lists to wherever a stream
points. Pictures are found by the JPEG's own marks (FF D8 … FF D9), since cameras disagree about boundaries
and lengths; anything between pictures is thrown away unread.
"""

import time
from collections.abc import Iterator
from dataclasses import replace

import cv2
import httpx
import numpy as np

from drivers.camera.address import NetSource
from drivers.camera.flow import MOST_BYTES, MOST_PICTURES, Flow, Verdict, came
from drivers.camera.options import CameraOptions
from drivers.camera.picture import Pixels
from drivers.errors import Misspoke, Refused, Unreachable

START, END = b"\xff\xd8\xff", b"\xff\xd9"
MAX_JPEG = 8 << 20
"""Bytes. A 4K picture of good quality has about 3 MB."""
MAX_BAD = 20
"""Pictures in a row that cannot be decoded before the camera counts as broken."""


class JpegSplitter:
    """Bytes in, whole JPEG pictures out; never holds more than `limit` bytes."""

    def __init__(self, limit: int = MAX_JPEG) -> None:
        self._held = bytearray()
        self._limit = limit
        self._searched = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield every picture that is complete now. A picture above the limit is skipped."""
        self._held += data
        while True:
            if not self._held.startswith(START) and not self._drop_to_start():
                return
            end = self._held.find(END, max(self._searched - 1, len(START)))
            if end < 0:
                self._searched = len(self._held)
                if len(self._held) > self._limit:
                    del self._held[: len(START)]
                    self._drop_to_start()
                return
            picture = bytes(self._held[: end + len(END)])
            del self._held[: end + len(END)]
            self._searched = 0
            if len(picture) <= self._limit:
                yield picture

    def _drop_to_start(self) -> bool:
        """Throw away what comes before the next picture. False when none has begun."""
        self._searched = 0
        start = self._held.find(START)
        if start >= 0:
            del self._held[:start]
            return True
        del self._held[: max(len(self._held) - len(START) + 1, 0)]
        return False


def stream_pictures(device: str, source: NetSource, options: CameraOptions) -> Iterator[Pixels]:
    """Yield pictures from a pinned address until the stream ends. Raises Unreachable, Refused, Misspoke."""
    timeout = httpx.Timeout(options.read_timeout_ms / 1000, connect=options.open_timeout_ms / 1000)
    url = f"http://{source.netloc}{source.tail}"
    with httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client:
        try:
            auth = _auth(client, url, source)
            with client.stream("GET", url, auth=auth) as response:
                _check(device, source, response)
                yield from _decode(device, response.iter_bytes())
        except httpx.TransportError as error:
            raise Unreachable(device, f"{source.safe}: {str(error) or type(error).__name__}") from error


def _auth(client: httpx.Client, url: str, source: NetSource) -> httpx.Auth | None:
    """Digest where the camera offers it; Basic only to a camera that knows nothing better."""
    if not source.user:
        return None
    with client.stream("GET", url) as response:
        offered = response.headers.get("www-authenticate", "").lower()
    if "digest" in offered:
        return httpx.DigestAuth(source.user, source.password)
    return httpx.BasicAuth(source.user, source.password)


def _check(device: str, source: NetSource, response: httpx.Response) -> None:
    if response.is_redirect:
        raise Refused(device, f"{source.safe} sends us elsewhere; redirects are not followed, give the final address")
    if response.status_code in (401, 403):
        raise Refused(device, f"{source.safe} did not take the name and password")
    if response.status_code != 200:
        raise Unreachable(device, f"{source.safe} answers {response.status_code}")


def _decode(device: str, chunks: Iterator[bytes]) -> Iterator[Pixels]:
    splitter, flow, bad = JpegSplitter(), Flow(), 0
    for chunk in chunks:
        flow, verdict = came(flow, time.monotonic(), len(chunk))
        for jpeg in splitter.feed(chunk) if verdict is not Verdict.FLOOD else ():
            flow, verdict = came(flow, time.monotonic(), 0, pictures=1)
            if verdict is Verdict.FLOOD:
                break
            if verdict is Verdict.SKIP:
                continue
            pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
            if pixels is not None:
                bad = 0
                yield pixels
                continue
            bad, flow = bad + 1, replace(flow, decoded=float("-inf"))  # nothing was shown: the next one may be
            if bad >= MAX_BAD:
                # Its head only: not a byte of what a picture shows goes into a log.
                raise Misspoke(device, f"{bad} pictures in a row cannot be decoded", jpeg[:16])
        if verdict is Verdict.FLOOD:
            raise Misspoke(device, f"it sends more than {MOST_PICTURES} pictures or {MOST_BYTES >> 20} MiB in a second")
