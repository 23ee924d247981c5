"""`aisle lane …`: run a self-checkout lane, check its settings, make a badge for the staff."""

import asyncio
import json
import logging
import secrets
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.markup import escape

from drivers.errors import DeviceError
from edge.alone import AlreadyRunning, only_one
from edge.lane.config import LaneConfig, LaneConfigError, read_lane_config
from edge.lane.journal import Journal
from edge.lane.parts import open_peripherals
from edge.lane.run import Clocks, LaneRun
from edge.lane.screen import screen_app

lane = typer.Typer(no_args_is_help=True, help="A self-checkout lane: scan, weigh, pay, print.")
out = Console()
err = Console(stderr=True)
log = logging.getLogger(__name__)


@lane.command()
def run(config: Annotated[Path, typer.Argument(help="lane.toml; see docs/lane.md")]) -> None:
    """Run a lane until it is told to stop (Ctrl-C or SIGTERM)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await run_lane(read_lane_config(config), stop)

    try:
        asyncio.run(main())
    except (LaneConfigError, AlreadyRunning, DeviceError, sqlite3.Error, OSError) as error:
        err.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(2) from error


@lane.command()
def check(config: Annotated[Path, typer.Argument(help="lane.toml")]) -> None:
    """Read the settings and say what is wrong with them; open nothing."""
    try:
        found = read_lane_config(config)
        open_peripherals(found)
    except LaneConfigError as error:
        err.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(2) from error
    out.print(f"[green]fine[/green]: {found.device} of store {found.store}, {len(found.staff)} of the staff")


@lane.command()
def badge(
    name: Annotated[str, typer.Argument(help="Whose badge it is")],
    prefix: Annotated[str, typer.Option(help="As codes.badge in lane.toml")] = "STAFF-",
) -> None:
    """Make a badge: print its text as a QR code or Code 128, and put the lines into lane.toml.

    The text is 120 random bits, so its plain SHA-256 gives nothing away.
    """
    text = prefix + secrets.token_urlsafe(15)
    out.print(f"The badge's text, to be printed once and kept nowhere: [bold]{text}[/bold]")
    out.print("For every lane.toml of the shop:")
    digest = sha256(text.encode()).hexdigest()
    out.print(f"[[staff]]\nname = {json.dumps(name)}\nbadge = {json.dumps(digest)}", markup=False, soft_wrap=True)


async def run_lane(config: LaneConfig, stop: asyncio.Event) -> None:
    """Run the lane and its screen until `stop` is set. Raises as `run` says."""
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with only_one(config.data), closing(Journal(config.data / "journal.db", Clocks().wall)) as journal:
        work = LaneRun(config, open_peripherals(config), journal, Clocks())
        async with serving(work) as port:
            draft = config.data / "ports.new"
            draft.write_text(json.dumps({"screen": port}))
            draft.replace(config.data / "ports.json")
            log.info("the lane's screen is on http://127.0.0.1:%d", port)
            await work.run(stop)


@asynccontextmanager
async def serving(work: LaneRun) -> AsyncIterator[int]:
    """The lane's screen, on this machine only. Yields the port."""
    settings = uvicorn.Config(
        screen_app(work), host="127.0.0.1", port=work.config.screen.port, log_level="warning", lifespan="off",
        timeout_graceful_shutdown=2,
        timeout_keep_alive=30,  # longer than clients keep an idle line, or what one asks just then is lost
    )  # fmt: skip
    server = uvicorn.Server(settings)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # the command has its own
    task = asyncio.create_task(server.serve(), name="lane screen")
    try:
        while not server.started:
            if task.done():
                await task
                raise OSError(f"the screen could not listen on port {work.config.screen.port}")
            await asyncio.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task
