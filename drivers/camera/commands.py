"""`aisle cameras …`: which cameras are on the network, and where their streams are."""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from drivers.camera.discovery import GROUP, FoundCamera, find_cameras
from drivers.camera.options import CameraOptions
from drivers.errors import DeviceError

NOTHING, BAD = 1, 2
"""Exit codes."""
PASSWORD = "AISLE_CAMERA_PASSWORD"  # noqa: S105  # the name of a variable
Options = Annotated[str, typer.Option(help="The camera driver's options as JSON: networks, ports …")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON")]

cameras = typer.Typer(no_args_is_help=True, help="Cameras on the shop's network.")
cameras.callback()(lambda: None)  # so that a single command keeps its name


@cameras.command()
def find(
    seconds: Annotated[float, typer.Option(min=0.1, max=30, help="How long to listen for answers")] = 3.0,
    to: Annotated[str, typer.Option(help="Ask one machine, HOST:PORT, not the whole network")] = "",
    options: Options = "{}",
    as_json: AsJson = False,
) -> None:
    """Ask who is an ONVIF camera. Cameras outside the networks that are allowed are left out."""
    out = Console(highlight=False)
    host, _, port = to.rpartition(":")
    try:
        found = find_cameras(_read(options), seconds, (host, int(port)) if host else GROUP)
    except (OSError, ValueError) as error:
        out.print(f"There is no network to ask on: {error}", markup=False)
        raise typer.Exit(BAD) from error
    if as_json:
        sys.stdout.write(json.dumps([asdict(camera) for camera in found]) + "\n")
        return
    for camera in found:
        out.print(_line(camera), markup=False)
    if not found:
        out.print("Nobody answered. Check that ONVIF is switched on in the camera, and that it is on this network.")
        raise typer.Exit(NOTHING)
    out.print(f"Now `aisle cameras streams ADDRESS --user NAME`, the password in {PASSWORD}.", markup=False)


@cameras.command()
def streams(
    address: Annotated[str, typer.Argument(help="As `aisle cameras find` printed it, or the camera's IP address")],
    user: Annotated[str, typer.Option(help="A user of the camera that may see its streams")] = "",
    options: Options = "{}",
    as_json: AsJson = False,
) -> None:
    """Say where a camera's streams are, for `address` of a camera in gateway.toml."""
    from drivers.camera.onvif import offered_streams  # heavy; finding should not wait for it

    out = Console(highlight=False)
    try:
        offered = asyncio.run(offered_streams(address, user, os.environ.get(PASSWORD, ""), _read(options)))
    except DeviceError as error:
        if as_json:
            sys.stdout.write(json.dumps({"why": error.why, "what_now": error.what_now}) + "\n")
        else:
            out.print(error.why, markup=False)
        raise typer.Exit(BAD) from error
    if as_json:
        sys.stdout.write(json.dumps([asdict(stream) for stream in offered]) + "\n")
        return
    for stream in offered:
        out.print(f"{stream.name}  {stream.width}×{stream.height}  {stream.address or stream.why}", markup=False)
    if not offered:
        out.print("The camera offers no stream.")
        raise typer.Exit(NOTHING)


def _read(options: str) -> CameraOptions:
    try:
        return CameraOptions.model_validate_json(options)
    except ValidationError as error:
        raise typer.BadParameter(f"options: {error.errors()[0]['msg']}") from error


def _line(camera: FoundCamera) -> str:
    return "  ".join(word for word in (camera.address, camera.name, camera.hardware, camera.place) if word)
