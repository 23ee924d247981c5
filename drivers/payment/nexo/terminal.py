"""Carrying out a payment's effects on one nexo terminal: one HTTPS request each, two for an enquiry."""

import asyncio
import os
import secrets
import ssl
import time
from contextlib import suppress
from functools import cached_property

import httpx

from drivers.payment.machine import Effect, Finding, Looked, Lost, PaymentState, Refused
from drivers.payment.nexo import words
from drivers.payment.nexo.blob import Key, seal, unseal
from drivers.payment.nexo.encoding import LONGEST, read_json, read_xml, write_json, write_xml
from drivers.payment.nexo.words import DIGITS, HIGHEST_MINOR, Ends, Words
from drivers.payment.options import NexoOptions


class NexoTerminal:
    """One terminal. A connection per request: an answer that comes too late has nobody to mislead."""

    def __init__(self, options: NexoOptions, answer_seconds: float, reply_seconds: float) -> None:
        """Raises ValueError when the file of certificates cannot be used."""
        self._options, self._answer_seconds, self._reply_seconds = options, answer_seconds, reply_seconds
        self._ends = Ends(options.sale_id, options.poi_id)
        try:
            self._tls = ssl.create_default_context(cafile=str(options.ca))
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"ca: {options.ca} holds no certificates that can be read") from error

    @cached_property
    def _key(self) -> Key | None:
        key = self._options.key
        return None if key is None else Key.derive(key.identifier, key.version, key.passphrase.get_secret_value())

    def cannot(self, amount_minor: int, currency: str) -> str:
        """Why this terminal cannot take such a payment; "" when it can."""
        if currency not in DIGITS:
            return f"the decimals of {currency} are not known"
        return "" if 0 < amount_minor <= HIGHEST_MINOR else "the amount is out of range"

    async def carry_out(self, effect: Effect, payment: PaymentState) -> Finding:
        """One effect to its finding. Never raises for what a terminal does."""
        now = round(time.time() * 1000)
        match effect:
            case Effect.LOOK:  # nexo names each payment itself: there is nothing to compare with
                return Looked("")
            case Effect.AUTHORISE:
                try:
                    answer = await self._ask(words.payment_request(self._ends, payment, now), self._answer_seconds)
                except httpx.ConnectError:
                    return Refused("the terminal cannot be reached, or its certificate is not the expected one")
                return words.read_payment(answer, payment) if answer else Lost("the terminal gave no clear answer")
            case Effect.REVERSE:
                answer = await self._try(words.reversal_request(self._ends, payment, now), self._answer_seconds)
                return words.read_reversal(answer, payment) if answer else Lost("the terminal gave no clear answer")
            case _:
                return await self._enquire(payment)

    async def reach(self) -> str:
        """Connect with its certificate looked at, and leave again: why that cannot be done, or ""."""
        url = httpx.URL(self._options.url)
        try:
            async with asyncio.timeout(self._reply_seconds):
                _, writer = await asyncio.open_connection(
                    url.host, url.port or 443, ssl=self._tls, server_hostname=self._options.certificate_name
                )
        except (OSError, TimeoutError):
            return "the terminal cannot be reached, or its certificate is not the expected one"
        writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._reply_seconds):
                await writer.wait_closed()
        return ""

    async def _enquire(self, payment: PaymentState) -> Finding:
        turn = secrets.randbits(63)  # asking is harmless, so each question has a number of its own
        if payment.proof is None:
            await self._try(words.abort_request(self._ends, payment, turn), 3 * self._reply_seconds)
        answer = await self._try(words.status_request(self._ends, payment, turn), 3 * self._reply_seconds)
        return words.read_status(answer, payment, turn) if answer else Lost("the terminal gives no answer")

    async def _try(self, message: Words, seconds: float) -> Words | None:
        try:
            return await self._ask(message, seconds)
        except httpx.ConnectError:
            return None

    async def _ask(self, message: Words, seconds: float) -> Words | None:
        """Post and read; None for no answer or none that can be read.

        Raises httpx.ConnectError: surely nothing was sent.
        """
        timeout = httpx.Timeout(seconds, connect=self._reply_seconds)
        try:
            async with (
                asyncio.timeout(seconds + self._reply_seconds),  # an answer that only drips is none either
                httpx.AsyncClient(verify=self._tls, timeout=timeout, trust_env=False) as client,
                client.stream(
                    "POST",
                    self._options.url,
                    content=self._write(message),
                    headers={"Content-Type": f"application/{self._options.encoding}"},
                    extensions={"sni_hostname": self._options.certificate_name},
                ) as response,
            ):
                data = await _bounded(response)
        except httpx.ConnectError:
            raise
        except (httpx.HTTPError, TimeoutError):
            return None
        return self._read(data) if response.status_code == httpx.codes.OK and data is not None else None

    def _write(self, message: Words) -> bytes:
        if self._options.encoding == "xml":
            return write_xml(message)
        if self._key is None:
            return write_json(message)
        ((name, body),) = message.items()
        return write_json(seal(name, body["MessageHeader"], write_json(message), self._key, os.urandom(16)))

    def _read(self, data: bytes) -> Words | None:
        if self._options.encoding == "xml":
            return read_xml(data)
        found = read_json(data)
        if self._key is None or found is None:
            return found
        sealed = found.get("SaleToPOIResponse")
        plain = unseal(sealed, self._key) if isinstance(sealed, dict) else None
        return None if plain is None else read_json(plain)


async def _bounded(response: httpx.Response) -> bytes | None:
    """The body; None when it does not end."""
    data = bytearray()
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > LONGEST:
            return None
    return bytes(data)
