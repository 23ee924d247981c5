"""Head office as one process with two listeners: the stores' API and the operators' console."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from cloud_sync.hq.keys import load_secret
from cloud_sync.hq.listen import Place, bind, forget_ports, url_of, write_ports
from cloud_sync.hq.office import Office, open_office
from cloud_sync.hq.operator_api import make_operator_api
from cloud_sync.hq.operators import any_operator
from cloud_sync.hq.store_api import make_store_api
from cloud_sync.hq.tls import Certificate, check_certificate, own_certificate
from cloud_sync.pages.guard import LOOPBACK_HOSTS

GRACE_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """What `aisle hq run` was told. `tls` is "auto", "off", or "files" with `certificate` and `key`."""

    data: Path
    listen: Place
    console: Place
    tls: str = "off"
    hosts: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    pages: bool = True


@dataclass(frozen=True, slots=True)
class Running:
    """Where head office can be reached; also what DATA/ports.json says."""

    stores_url: str
    console_url: str
    trust: Path | None
    ports: dict[str, object] = field(default_factory=dict)


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever runs several of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def run(settings: Settings, started: Callable[[Running], None]) -> None:
    """Serve until SIGTERM or SIGINT. `started` is called once both listeners answer.

    Raises RuntimeError with what to do: an address taken, a console open to the network without an account,
    plain HTTP beyond this machine.
    """
    office = open_office(settings.data)
    try:
        _refuse_unsafe(settings, office)
        certificate = _certificate(settings)
        with contextlib.ExitStack() as sockets:
            stores_socket = sockets.enter_context(bind(settings.listen))
            console_socket = sockets.enter_context(bind(settings.console))
            running = _running(settings, stores_socket, console_socket, certificate)
            hosts = LOOPBACK_HOSTS if settings.console.loopback else None
            console = make_operator_api(office, hosts)
            if settings.pages:
                _add_pages(console, office, settings.data)
            servers = (
                (_server(make_store_api(office), certificate), stores_socket),
                (_server(console, None if settings.console.loopback else certificate), console_socket),
            )
            asyncio.run(_serve(servers, lambda: _tell(settings.data, running, started)))
    finally:
        office.db.close()
        forget_ports(settings.data / "ports.json")


def _refuse_unsafe(settings: Settings, office: Office) -> None:
    if settings.tls == "off" and not (settings.listen.loopback and settings.console.loopback):
        raise RuntimeError("plain HTTP is for this machine only; add --tls auto, or --cert and --key")
    if not settings.console.loopback and not any_operator(office):
        raise RuntimeError(
            "the console may be opened to the network only once it has an account: aisle hq operator add NAME"
        )


def _certificate(settings: Settings) -> Certificate | None:
    if settings.tls == "off":
        return None
    if settings.tls == "files":
        if settings.certificate is None or settings.key is None:
            raise RuntimeError("--cert and --key belong together")
        check_certificate(settings.certificate, settings.key)
        return Certificate(settings.certificate, settings.key, settings.certificate)
    own = {settings.listen.host, settings.console.host, socket.gethostname(), *settings.hosts}
    return own_certificate(settings.data / "tls", own - {"0.0.0.0", "::"})  # noqa: S104 - left out


def _running(
    settings: Settings, stores: socket.socket, console: socket.socket, certificate: Certificate | None
) -> Running:
    scheme = "https" if certificate else "http"
    stores_url = url_of(scheme, settings.listen, stores)
    console_url = url_of("http" if settings.console.loopback else "https", settings.console, console)
    trust = certificate.trust if certificate else None
    facts: dict[str, object] = {
        "pid": os.getpid(),
        "listen": stores.getsockname()[1],
        "console": console.getsockname()[1],
        "listen_url": stores_url,
        "console_url": console_url,
        "ca": str(trust) if trust else None,
    }
    return Running(stores_url, console_url, trust, facts)


def _add_pages(console: FastAPI, office: Office, data: Path) -> None:
    # Imported here: NiceGUI takes a second to load, and programs that need no pages should not wait for it.
    from cloud_sync.hq.pages import add_pages

    add_pages(console, office, load_secret(data / "cookie-secret"), data / "browsers")


def _server(app: FastAPI, certificate: Certificate | None) -> _Server:
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,  # longer than clients keep an idle line, or what one asks just then is lost
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=1 << 20,
        ssl_certfile=certificate.chain if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )
    return _Server(config)


def _tell(data: Path, running: Running, started: Callable[[Running], None]) -> None:
    write_ports(data / "ports.json", running.ports)
    started(running)


async def _serve(servers: tuple[tuple[_Server, socket.socket], ...], started: Callable[[], None]) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        for server, _ in servers:
            server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    tasks = [asyncio.create_task(server.serve([bound])) for server, bound in servers]
    try:
        while not all(server.started for server, _ in servers):
            if any(task.done() for task in tasks):
                break
            await asyncio.sleep(0.02)
        else:
            started()
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for server, _ in servers:
            server.should_exit = True  # one listener without the other is no head office
        await asyncio.gather(*tasks)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
