"""Cameras on the shop's network, for the console: found and asked by `aisle cameras`, in a process of its own.

What cameras say is parsed there, not here: a process that breaks over hostile words costs one question.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

LONGEST_S = 45.0
"""The longest question, with the start of its process."""
MAX_SAID = 256 << 10
"""Bytes of an answer."""
PASSWORD = "AISLE_CAMERA_PASSWORD"  # noqa: S105  # the name of a variable

T = TypeVar("T")
Word = Annotated[str, Field(max_length=60)]
Address = Annotated[str, Field(max_length=2048)]


class NotAsked(Exception):  # read as "the camera could not be asked"
    """The text says why and what a person can do."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A camera that answered. Its words are its own: escape them at the screen."""

    address: Address
    name: Word
    hardware: Word
    place: Word


@dataclass(frozen=True, slots=True)
class Offer:
    """A stream of a camera: what to configure as its address, or "" and `why` it cannot be used."""

    name: Word
    address: Address
    width: int
    height: int
    why: Address


async def cameras_nearby(options: Mapping[str, Any], seconds: float = 3.0, to: str = "") -> list[Seen]:
    """ONVIF cameras that answer within so many seconds. `options`: the camera driver's. `to`: see `aisle cameras find`.

    Raises NotAsked.
    """
    words = ["find", "--seconds", str(seconds), *(["--to", to] if to else [])]
    return _read(TypeAdapter(list[Seen]), await _ask(words, options, ""))


async def streams_of(address: str, user: str, password: str, options: Mapping[str, Any]) -> list[Offer]:
    """What a camera offers. Raises NotAsked."""
    return _read(TypeAdapter(list[Offer]), await _ask(["streams", "--user", user, "--", address], options, password))


async def _ask(words: list[str], options: Mapping[str, Any], password: str) -> bytes:
    command = [sys.executable, "-m", "edge.cli", "cameras", words[0], "--json", "--options", json.dumps(options)]
    process = await asyncio.create_subprocess_exec(
        *command,
        *words[1:],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, PASSWORD: password},  # not as an argument, which other users of the machine could read
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(LONGEST_S):
            said = await process.stdout.read(MAX_SAID) if process.stdout else b""
            more = await process.stdout.read(1) if process.stdout else b""
            await process.wait()
    except TimeoutError as error:
        raise NotAsked(f"No answer within {LONGEST_S:.0f} s. Check the network, then try again.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if more:
        raise NotAsked("The camera says far too much. Enter its address by hand.")
    return said


def _read(reader: TypeAdapter[T], said: bytes) -> T:
    try:
        return reader.validate_json(said)
    except ValidationError as error:
        raise NotAsked(_why_not(said)) from error


def _why_not(said: bytes) -> str:
    try:
        told = json.loads(said)
        return f"{told['why']}. {told['what_now']}"[:600]
    except (ValueError, KeyError, TypeError):
        return "The network could not be asked. Enter the camera's address by hand."
