"""`aisle serial …`: looking at what hangs on a port."""

import time
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from drivers.serial.converse import converse
from drivers.serial.options import check_port
from drivers.serial.probe import LONGEST_PROBE_S, Found, Setting, Try, plan
from drivers.serial.talk import LostError, OddError
from drivers.serial.wire import Wire, WireError, open_wire

UNKNOWN, NO_PORT = 1, 2
"""Exit codes."""

serial = typer.Typer(no_args_is_help=True, help="Devices on serial lines.")
serial.callback()(lambda: None)  # so that a single command keeps its name


@serial.command()
def probe(
    port: Annotated[str, typer.Argument(help="A device path, socket://host:port or rfc2217://host:port")],
    tell: Annotated[bool, typer.Option("--tell", help="Show every byte that was sent and came")] = False,
) -> None:
    """Find what hangs on a port, with the frames that prove it. Says "unknown" rather than guess."""
    out = Console(highlight=False)
    try:
        check_port(port)
        with out.status(f"asking on {escape(port)} …"):
            found, setting, said = find(port)
    except (ValueError, WireError) as error:
        out.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(NO_PORT) from error
    if tell:
        for line in said:
            out.print(line, markup=False)
    if found is None:
        out.print("unknown", markup=False)
        out.print("Nothing answered as a device that Aisle knows. Check cable, power and the device's line settings.")
        raise typer.Exit(UNKNOWN)
    out.print(found.family if setting is None else f"{found.family} at {setting}", markup=False)
    for frame in found.frames:
        out.print(f"  evidence: {frame.hex(' ')}   {frame!r}", markup=False)


def find(port: str) -> tuple[Found | None, Setting | None, list[str]]:
    """Try one family after the other. Returns what was found, at which setting (None: it has none), and all bytes.

    Raises WireError when the port cannot be opened or breaks.
    """
    settable = not port.startswith("socket://")
    ends = time.monotonic() + LONGEST_PROBE_S
    said: list[str] = []
    wire, now_set = None, None
    try:
        for attempt in plan(settable=settable):
            if time.monotonic() > ends:
                break
            if wire is not None and settable and attempt.setting != now_set:
                wire.close()
                wire = None
            wire = wire or open_wire(attempt.setting.on(port))
            wire.read_as(attempt.setting.on(port))
            now_set = attempt.setting
            found = _ask(wire, attempt, said)
            if found is not None:
                return found, now_set if settable else None, said
    finally:
        if wire is not None:
            wire.close()
    return None, None, said


def _ask(wire: Wire, attempt: Try, said: list[str]) -> Found | None:
    def read() -> bytes:
        data = wire.read()
        if data:
            said.append(f"{attempt.name} came {data.hex(' ')}")
        return data

    def write(data: bytes) -> None:
        said.append(f"{attempt.name} sent {data.hex(' ')}")
        wire.write(data)

    try:
        return converse(attempt.talk(), read, write)
    except OddError:
        return None
    except LostError as error:
        raise WireError(str(error)) from error
