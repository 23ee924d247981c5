"""A nexo terminal on a real line: HTTPS with a certificate of its own."""

import asyncio
import contextlib
import datetime
import socket
import ssl
import struct
import time
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from simulators.payment.nexo_terminal import Answer, NexoTerminal
from simulators.payment.nexo_words import Wire


class NexoServer:
    """A terminal that takes POST /nexo over TLS on loopback.

    Its certificate is written into `folder` as `terminal.pem`.
    """

    def __init__(self, terminal: NexoTerminal, folder: Path, wire: Wire, name: str = "P400-1.test.example") -> None:
        self.terminal, self.wire, self.name = terminal, wire, name
        self.certificate = folder / "terminal.pem"
        self._key = folder / "terminal.key"
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where tills post."""
        if self._server is None:
            raise RuntimeError("the terminal is switched off")
        return f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/nexo"

    async def __aenter__(self) -> Self:
        """Switch on, on any free port of loopback."""
        write_certificate(self.certificate, self._key, self.name)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.certificate, self._key)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls, ssl_shutdown_timeout=0.2)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Switch off, whoever still waits."""
        if self._server is not None:
            self._server.close()
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)
        try:
            with contextlib.suppress(
                OSError, ValueError, KeyError, asyncio.IncompleteReadError, asyncio.CancelledError
            ):
                await self._talk(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0])
        body = await reader.readexactly(min(length, 1 << 20))
        if not head.startswith("post /nexo "):
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        answer = self.terminal.ask(self.wire.read(body), _now())
        await asyncio.sleep(answer.after / 1000)
        self._answer(answer, writer)
        await writer.drain()

    def _answer(self, answer: Answer, writer: asyncio.StreamWriter) -> None:
        if answer.words is None:
            self.terminal.settle(_now())
            if answer.noise:
                writer.write(answer.noise)
            else:
                sock: socket.socket = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            return
        data = self.wire.write(answer.words(_now()))
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/{self.wire.encoding}\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        writer.write((head.encode() + data) * answer.copies)


def write_certificate(certificate: Path, key: Path, name: str) -> None:
    """A certificate that the terminal signed itself, good for a day, and its key."""
    secret = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _now() -> int:
    return round(time.monotonic() * 1000)
