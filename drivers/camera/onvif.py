"""Asks an ONVIF camera where its streams are: GetProfiles and GetStreamUri of the media service (ONVIF Media 1).

The talking is done by `onvif-zeep-async`. What it would do besides is held off here: addresses that the camera names
are never followed to another machine (`nat_override`, and a session that goes to the asked machine alone, follows no
redirect and reads no long answer), nothing is cached on disk. It changes its process's environment and is large, so
it belongs into a process of its own (`aisle cameras`), never into the gateway's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from drivers.camera.address import BadAddressError, NameNotFoundError, NetSource, parse_address, pin
from drivers.camera.discovery import MAX_WORD
from drivers.camera.options import CameraOptions
from drivers.errors import Misspoke, Refused, Unreachable

LONGEST_S = 20.0
"""The whole conversation."""
MAX_ANSWER = 1 << 20
"""Bytes. A camera with many profiles says some 50 KB."""
MOST_STREAMS = 16


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream that a camera offers. Its words are as it said them, cut."""

    name: str
    address: str
    """As a camera's address in the configuration, without name and password; or "" (see `why`)."""
    width: int
    height: int
    why: str = ""
    """Why its address cannot be used."""


async def offered_streams(address: str, user: str, password: str, options: CameraOptions) -> list[Stream]:
    """What the camera with this device service offers. Raises Refused, Unreachable or Misspoke."""
    source = parse_device(address, options)
    with _words_for(source.safe):
        async with asyncio.timeout(LONGEST_S):
            return await _ask(source, user, password, options)


def parse_device(address: str, options: CameraOptions) -> NetSource:
    """The pinned address of a device service. Raises Refused or Unreachable."""
    try:
        source = parse_address(address if "://" in address else f"http://{address}/onvif/device_service")
        if not isinstance(source, NetSource) or source.scheme != "http":
            raise BadAddressError("a camera is asked by http")
        return pin(source, options)
    except BadAddressError as error:
        raise Refused("camera", str(error)) from error
    except NameNotFoundError as error:
        raise Unreachable("camera", str(error)) from error


async def _ask(source: NetSource, user: str, password: str, options: CameraOptions) -> list[Stream]:
    from onvif import ONVIFCamera

    camera = ONVIFCamera(
        source.host, source.port, user, password, no_cache=True, adjust_time=True, nat_override=True
    )  # fmt: skip
    setup = camera.create_onvif_service

    async def guarded(*arguments: Any, **more: Any) -> Any:
        service = await setup(*arguments, **more)
        if not isinstance(service.transport.session, _OneMachine):
            service.transport.session = _OneMachine(service.transport.session, source)
        return service

    camera.create_onvif_service = guarded
    try:
        await camera.update_xaddrs()
        media = await camera.create_media_service()
        profiles = list(await media.GetProfiles())[:MOST_STREAMS]
        return [await _stream(media, profile, source, options) for profile in profiles]
    finally:
        await camera.close()


async def _stream(media: Any, profile: Any, source: NetSource, options: CameraOptions) -> Stream:
    name = "".join(char for char in str(profile.Name) if char.isprintable())[:MAX_WORD]
    size = getattr(getattr(profile, "VideoEncoderConfiguration", None), "Resolution", None)
    width, height = (_count(getattr(size, side, 0)) for side in ("Width", "Height"))
    setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
    answer = await media.GetStreamUri({"StreamSetup": setup, "ProfileToken": profile.token})
    try:
        told = parse_address(str(answer.Uri))
        if not isinstance(told, NetSource):
            raise BadAddressError("the camera gave no address of a stream")
        if pin(told, options).host != source.host:
            raise BadAddressError(f"the camera points to {told.host}, another machine; add that one itself")
        query = "?" + told.tail.partition("?")[2] if "?" in told.tail else ""
        return Stream(name, told.safe + query, width, height)
    except (BadAddressError, NameNotFoundError) as error:
        return Stream(name, "", width, height, str(error))


def _count(said: Any) -> int:
    return said if isinstance(said, int) and 0 < said <= 100_000 else 0


class _OneMachine:
    """An aiohttp session that talks to one machine, goes nowhere else when told to, and reads no long answer."""

    def __init__(self, session: Any, source: NetSource) -> None:
        self._session, self._host, self._port = session, source.host, source.port

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    async def post(self, address: str, **more: Any) -> "_Answer":
        """As the session's own."""
        return await self._bounded(self._session.post, address, more)

    async def get(self, address: str, **more: Any) -> "_Answer":
        """As the session's own."""
        return await self._bounded(self._session.get, address, more)

    async def _bounded(self, verb: Callable[..., Awaitable[Any]], address: str, more: dict[str, Any]) -> "_Answer":
        from yarl import URL

        url = URL(address)
        if (url.host, url.port) != (self._host, self._port):
            raise Refused("camera", f"the camera points to {url.host}, another machine")
        response = await verb(address, **{**more, "allow_redirects": False, "proxy": None})
        if 300 <= response.status < 400:
            response.close()
            raise Refused("camera", "the camera sends us elsewhere; redirects are not followed, give the final address")
        content = b""
        async for part in response.content.iter_chunked(64 << 10):
            content += part
            if len(content) > MAX_ANSWER:
                response.close()
                raise Misspoke("camera", f"an answer of more than {MAX_ANSWER >> 20} MiB")
        return _Answer(response, content)


class _Answer:
    """A response that has been read."""

    def __init__(self, response: Any, content: bytes) -> None:
        self._response, self._content = response, content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._response, name)

    async def read(self) -> bytes:
        """What was read."""
        return self._content


@contextmanager
def _words_for(address: str) -> Iterator[None]:
    """Put the libraries' complaints into our own errors, which never quote a password."""
    import aiohttp
    import zeep.exceptions
    from lxml.etree import LxmlError
    from onvif.exceptions import ONVIFError

    try:
        yield
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise Unreachable("camera", f"{address} does not answer as an ONVIF camera ({type(error).__name__})") from error
    except zeep.exceptions.Fault as error:
        words = f"{error.code or ''} {error.message or ''} {' '.join(map(str, error.subcodes or ()))}".lower()
        if "auth" in words or "sender" in words:
            raise Refused("camera", f"{address} did not take the name and password") from error
        raise Refused("camera", f"{address} says no to the question for its streams") from error
    except zeep.exceptions.TransportError as error:
        if error.status_code in (401, 403):
            raise Refused("camera", f"{address} did not take the name and password") from error
        raise Unreachable("camera", f"{address} answers {error.status_code}") from error
    except (zeep.exceptions.Error, ONVIFError, LxmlError, AttributeError, TypeError, ValueError) as error:
        raise Misspoke("camera", f"{address} answers what is no ONVIF ({type(error).__name__})") from error
