"""What every page of head office is given, and the few words for what became of a price."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from nicegui import ui

from cloud_sync.hq.office import HqError, Office
from cloud_sync.hq.operators import whose
from cloud_sync.hq.stores import Store
from cloud_sync.pages.i18n import Catalogue, Words
from cloud_sync.pages.parts import Destination, Frame
from cloud_sync.pages.phrasebook import said_in
from cloud_sync.pages.theme import State

T = TypeVar("T")
QUIET = 120_000
"""Milliseconds without a word after which a store counts as off-line. Gateways call far more often."""

OUTCOMES: dict[str, State] = {
    "landed": State.RIGHT,
    "pending": State.CHANGING,
    "held": State.NEEDS_YOU,
    "refused": State.FAILED,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """One operator's browser: head office, words in its language, and its session."""

    office: Office
    catalogue: Catalogue
    t: Words
    token: str

    def operator(self) -> str:
        """The operator's name, "" once the session has ended."""
        return whose(self.office, self.token) or ""

    def frame(self) -> Frame:
        """The navigation around every page."""
        return Frame(
            self.catalogue,
            "hq.name",
            (
                Destination("/", "storefront", "stores.title"),
                Destination("/tickets", "notifications", "tickets.title"),
                Destination("/clocks", "schedule", "clocks.title"),
            ),
        )

    async def do(self, act: Callable[[str], T]) -> T | None:
        """Run an act off the event loop in the operator's name; say what went wrong, if it did."""
        name = await asyncio.to_thread(self.operator)
        if not name:
            ui.navigate.to("/sign-in")
            return None
        try:
            done: T = await asyncio.to_thread(act, name)
        except HqError as error:
            why = said_in(self.t.language, str(error))
            ui.notify(why, type="negative", multi_line=True, timeout=8000, close_button=True)
            return None
        return done


def link_state(store: Store, enrolled: bool, now: int) -> tuple[State, str]:
    """A store's link as a state and the message key of its word."""
    if not enrolled:
        return State.OFFLINE, "store.not-enrolled"
    if store.contact_at is None or now - store.contact_at > QUIET:
        return State.OFFLINE, "state.offline"
    return State.RIGHT, "store.online"
