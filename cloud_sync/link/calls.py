"""The calls to head office over HTTPS, and what their failures mean in a person's words."""

import json
import ssl
import time
from asyncio import timeout
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ValidationError

from cloud_sync.contract.enrolment import TOKEN_SECONDS, EnrolAnswer, EnrolRequest, make_token
from cloud_sync.contract.events import Committed
from cloud_sync.contract.feed import CHANGES, CONTENT_TYPE, ENROL, EVENTS, WAKE, FeedPage
from cloud_sync.link.facts import Trouble

M = TypeVar("M", bound=BaseModel)
PAGE = 20
"""Changes asked for at once; with the longest envelopes, 8 MB."""
MAX_ANSWER_BYTES = 16 << 20
MAX_SKEW_S = 60
_LATER = frozenset({408, 425, 429})
_KEEPS_TRYING = "Events wait here and Aisle keeps trying."


class CallFailed(Exception):
    """A call that did not do what it was for. `why` is fit for a person; `at_least` is a wait in ms."""

    def __init__(self, trouble: Trouble, why: str, at_least: int = 0) -> None:
        super().__init__(why)
        self.trouble = trouble
        self.why = why
        self.at_least = at_least


def is_loopback(host: str) -> bool:
    """Whether a host name or address never leaves this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_url(text: str) -> httpx.URL:
    """Head office's address. Raises ValueError: only https, or http to this same machine."""
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL as error:
        raise ValueError(f"{text!r} is not an address: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"{text!r} is not an address of a head office; it looks like https://hq.example.com")
    if url.scheme == "http" and not is_loopback(url.host):
        raise ValueError(f"{text!r} would send sales and prices unprotected; use https://")
    if url.userinfo or url.query or url.fragment:
        raise ValueError(f"{text!r} must not hold a password, a query or a fragment")
    return url


class HeadOffice:
    """One head office, as this store calls it. `clock` gives UTC epoch milliseconds."""

    def __init__(
        self,
        url: str,
        key: Ed25519PrivateKey,
        clock: Callable[[], int],
        *,
        ca_file: Path | None = None,
        patience_s: float = 20.0,
        dated: Callable[[int, int], None] = lambda _date_ms, _took_ms: None,
    ) -> None:
        """Raises ValueError (address) or OSError (the CA file cannot be read).

        `dated` hears of every answer's Date, UTC epoch milliseconds, as it arrives, and how long the answer took.
        """
        self.url = check_url(url)
        self.host = self.url.netloc.decode()
        self.tls = _trust(ca_file) if self.url.scheme == "https" else None
        self._key = key
        self._clock = clock
        self._patience_s = patience_s
        self._dated = dated
        self._token: tuple[str, str, int] | None = None
        self._client = httpx.AsyncClient(
            base_url=self.url,
            verify=self.tls or False,
            timeout=patience_s,
            trust_env=not is_loopback(self.url.host),
            headers={"User-Agent": "aisle-edge"},
        )

    async def close(self) -> None:
        """End every connection."""
        await self._client.aclose()

    async def enrol(self, code: str, gateway: str) -> EnrolAnswer:
        """Ask to be enrolled. Raises CallFailed; UNWANTED means that the code does not do."""
        public = self._key.public_key().public_bytes_raw().hex()
        request = EnrolRequest(code=code, public_key=public, gateway=gateway)
        headers = {"Content-Type": "application/json"}
        content = request.model_dump_json().encode()
        return await self._call(EnrolAnswer, "POST", ENROL, content=content, headers=headers)

    async def send(self, store: str, packed: bytes) -> Committed:
        """Hand over a batch, JSON packed with zstd. Raises CallFailed."""
        headers = {**self.credentials(store), "Content-Type": CONTENT_TYPE, "Content-Encoding": "zstd"}
        return await self._call(Committed, "POST", EVENTS.format(store=store), content=packed, headers=headers)

    async def changes(self, store: str, after: int) -> FeedPage:
        """The page of changes after a cursor. Raises CallFailed."""
        path = f"{CHANGES.format(store=store)}?after={after}&limit={PAGE}"
        return await self._call(FeedPage, "GET", path, headers=self.credentials(store))

    def wake_url(self, store: str) -> str:
        """Where the wake-up channel of a store is."""
        scheme = "wss" if self.tls else "ws"
        return f"{scheme}://{self.host}{self.url.path.rstrip('/')}{WAKE.format(store=store)}"

    def credentials(self, store: str) -> dict[str, str]:
        """The header that proves who calls. A token serves for half its life: it cannot expire on the way."""
        now = self._clock()
        if self._token is None or self._token[0] != store or abs(now - self._token[2]) > TOKEN_SECONDS * 500:
            self._token = (store, make_token(store, self._key, now / 1000), now)
        return {"Authorization": f"Bearer {self._token[1]}"}

    def renew(self) -> None:
        """Make a new token for the next call."""
        self._token = None

    async def _call(
        self,
        answer: type[M],
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> M:
        asked = time.monotonic_ns()
        try:
            async with timeout(self._patience_s):
                async with self._client.stream(method, path, content=content, headers=headers) as response:
                    if (date := _date(response)) is not None:
                        self._dated(date, (time.monotonic_ns() - asked) // 1_000_000 + 1)
                    body = await _read(response)
        except (httpx.RequestError, TimeoutError, OSError) as error:
            raise CallFailed(Trouble.LINE, self._words(error)) from error
        if not response.is_success:
            raise self._refusal(response, body)
        try:
            return answer.model_validate_json(body)
        except ValidationError as error:
            why = f"{self.host} answered, but not as a head office does. Is the address right? {_KEEPS_TRYING}"
            raise CallFailed(Trouble.LINE, why) from error

    def _refusal(self, response: httpx.Response, body: bytes) -> CallFailed:
        status, said = response.status_code, _detail(body)
        if status in _LATER or status >= 500:
            why = f"Head office at {self.host} cannot answer now ({status}{said}). {_KEEPS_TRYING}"
            return CallFailed(Trouble.LINE, why, _retry_after(response))
        if response.is_redirect or status == 404:
            why = f"{self.host} does not know this call ({status}{said}). Check the address of head office."
            return CallFailed(Trouble.UNWANTED if _is_enrol(response) else Trouble.LINE, why)
        if _is_enrol(response):
            return CallFailed(
                Trouble.UNWANTED, f"Head office did not accept the code ({status}{said}). Ask for a new one."
            )
        if status in (401, 403):
            return CallFailed(*self._denial(response, said))
        why = f"Head office at {self.host} will not take what was sent ({status}{said}). {_KEEPS_TRYING}"
        return CallFailed(Trouble.UNWANTED, why)

    def _denial(self, response: httpx.Response, said: str) -> tuple[Trouble, str]:
        skew = _skew(response, self._clock())
        if abs(skew) > MAX_SKEW_S:
            how = "ahead of" if skew > 0 else "behind"
            why = f"This gateway's clock is {abs(skew) / 60:.0f} min {how} head office's: set it, then it is let in."
            return Trouble.LINE, why
        why = (
            f"Head office does not accept this store's key ({response.status_code}{said}): it was revoked or "
            "replaced. Events wait here. Ask head office for a new one-time code and enrol again."
        )
        return Trouble.DENIED, why

    def _words(self, error: BaseException) -> str:
        """What went wrong with the line, for a person."""
        fault = _find(error, ssl.SSLError)
        if isinstance(fault, ssl.SSLCertVerificationError):
            return (
                f"The certificate of {self.host} is not trusted: {fault.verify_message}. Give this gateway "
                f"head office's CA file, and check the clock. {_KEEPS_TRYING}"
            )
        if fault is not None:
            reason = fault.reason or "TLS"
            return f"No secure connection to {self.host} ({reason}). Is the address right? {_KEEPS_TRYING}"
        if isinstance(error, httpx.TimeoutException | TimeoutError):
            return f"Head office at {self.host} does not answer in time. {_KEEPS_TRYING}"
        if isinstance(error, httpx.ConnectError):
            return f"Head office cannot be reached at {self.host}. {_KEEPS_TRYING}"
        return f"The line to {self.host} broke in the middle of an exchange. {_KEEPS_TRYING}"


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError as error:
        raise ValueError(f"{ca_file} is not a certificate in PEM form") from error


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise httpx.DecodingError("the answer does not end", request=response.request)
    return bytes(body)


def _find(error: BaseException | None, kind: type[ssl.SSLError]) -> ssl.SSLError | None:
    """The first error of a kind among the causes of an error."""
    for _ in range(10):
        if error is None or isinstance(error, kind):
            return error
        error = error.__cause__ or error.__context__
    return None


def _detail(body: bytes) -> str:
    """What an answer says about itself, made harmless: `": …"` or nothing."""
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    said = (said.get("error") or said.get("detail")) if isinstance(said, dict) else None
    text = "".join(letter for letter in said if letter.isprintable()) if isinstance(said, str) else ""
    return f": {text[:200]}" if text else ""


def _retry_after(response: httpx.Response) -> int:
    seconds = response.headers.get("Retry-After", "")
    return int(seconds[:6]) * 1000 if seconds.isascii() and seconds.isdigit() else 0


def _skew(response: httpx.Response, now: int) -> int:
    """Seconds that this machine's clock is ahead of the answer's Date; 0 when it has none."""
    date = _date(response)
    return 0 if date is None else round((now - date) / 1000)


def _date(response: httpx.Response) -> int | None:
    """The answer's Date in UTC epoch milliseconds, None when it has none that can be read."""
    try:
        return int(parsedate_to_datetime(response.headers["Date"]).timestamp()) * 1000
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _is_enrol(response: httpx.Response) -> bool:
    return response.request.url.path.endswith(ENROL)
