"""Waiting for the gateway to find a fault by itself."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Protocol

FOUND_SECONDS = 40.0
"""A fault is looked for every few seconds; the rest is a slow machine's."""


class Console(Protocol):
    """What the acts need of the gateway's console."""

    async def tickets(self) -> list[dict[str, Any]]:
        """Open tickets."""


async def ticket_of(box: Console, rules: Sequence[str], subject: str) -> tuple[dict[str, Any] | None, float]:
    """The open ticket of one of these rules about a subject, once there is one; and how many seconds that took."""
    begin = time.monotonic()
    while time.monotonic() - begin < FOUND_SECONDS:
        for ticket in await box.tickets():
            if ticket["rule"] in rules and ticket["subject"] == subject:
                return ticket, time.monotonic() - begin
        await asyncio.sleep(0.3)
    return None, time.monotonic() - begin
