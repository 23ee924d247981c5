"""Clocks of all stores: while a gateway does not trust its clock, its timed raises wait. Read only."""

from dataclasses import dataclass

from nicegui import ui

from cloud_sync.hq.clocks import StoreClock, all_clocks
from cloud_sync.hq.pages.context import Desk
from cloud_sync.hq.pages.live import Live
from cloud_sync.pages.format import count, money
from cloud_sync.pages.parts import card, empty, page_frame, stat_tile, status_chip, text, when
from cloud_sync.pages.reasons import in_words
from cloud_sync.pages.theme import State

_LOOKS = {True: (State.RIGHT, "clocks.trusted"), False: (State.FAILED, "clocks.doubted"),
          None: (State.OFFLINE, "clocks.unheard")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _View:
    """What the page shows; drawn anew only when it differs."""

    clocks: tuple[StoreClock, ...]
    minute: int


async def clocks_page(desk: Desk) -> None:
    """Draw the page and keep it live."""
    t = desk.t
    with page_frame(desk.frame(), t, t("clocks.title"), "/clocks", desk.operator()):
        text(t("clocks.how")).classes("aisle-soft")
        await Live(lambda: _look(desk), lambda view: _body(desk, view)).show()


def _look(desk: Desk) -> _View:
    return _View(tuple(all_clocks(desk.office)), desk.office.now() // 60_000)


def _body(desk: Desk, view: _View) -> None:
    t = desk.t
    if not view.clocks:
        empty("storefront", t("stores.empty"), t("stores.empty-how"))
        return
    with ui.element("div").classes("aisle-tiles"):
        for trusted, (state, word) in _LOOKS.items():
            number = sum(one.trusted is trusted for one in view.clocks)
            stat_tile(t(word), count(number), state if number else None)
    with card(t("clocks.list")):
        for one in view.clocks:
            _clock(desk, one)


def _clock(desk: Desk, one: StoreClock) -> None:
    t = desk.t
    state, word = _LOOKS[one.trusted]
    with ui.element("div").classes("aisle-item"):
        status_chip(state, t, t(word))
        with ui.element("div").classes("aisle-item-main"):
            ui.link(one.name, f"/store/{one.store}")
            said = in_words(one.why, t, lambda minor: money(minor, "")) if one.why else ""
            if one.trusted and one.by:
                said = t(f"clocks.by.{one.by}")
            if said:
                text(said, "div").classes("aisle-soft aisle-small")
        if one.heard_at is not None:
            when(one.heard_at, desk.office.now(), t, one.timezone).classes("aisle-item-when")
