"""What a store asks for because its stock fell to a level, each with a button for who has seen to it."""

from collections.abc import Callable

from nicegui import ui

from cloud_sync.hq.pages.context import Desk
from cloud_sync.hq.stock_requests import Request, say_answered
from cloud_sync.pages.format import count
from cloud_sync.pages.parts import card, status_chip, text, when
from cloud_sync.pages.theme import State

SHOWN = 20


def asked_for(desk: Desk, requests: tuple[Request, ...], done: Callable[[], object]) -> None:
    """A card with the first of them, or nothing where nothing is asked for. `done` is called after an answer."""
    if not requests:
        return
    t = desk.t
    with card(t("asked.title")):
        text(t("asked.how")).classes("aisle-soft aisle-small")
        for one in requests[:SHOWN]:
            _request(desk, one, done)
        if len(requests) > SHOWN:
            text(t("asked.more", count=count(len(requests) - SHOWN))).classes("aisle-soft aisle-small")


def _request(desk: Desk, one: Request, done: Callable[[], object]) -> None:
    t = desk.t
    urgent = one.level == "minimum"

    async def seen_to() -> None:
        if await desk.do(lambda _: say_answered(desk.office, one.store, one.item)):
            ui.notify(t("asked.done", name=one.name or one.item), type="positive")
            done()

    with ui.element("div").classes("aisle-item"):
        state = State.NEEDS_YOU if urgent else State.CHANGING
        status_chip(state, t, t("asked.minimum" if urgent else "asked.safety"))
        with ui.element("div").classes("aisle-item-main"):
            text(one.name or one.item, "strong")
            left = t("asked.left", count=count(max(0, one.free)), safety=count(one.safety))
            text(f"{one.item} · {left}" if one.name else left, "div").classes("aisle-soft aisle-small")
        button = ui.button(t("asked.button"), icon="local_shipping", on_click=seen_to).props("flat dense")
        button.classes("aisle-item-more").props["aria-label"] = f"{t('asked.button')}: {one.name or one.item}"
        when(one.at, desk.office.now(), t).classes("aisle-item-when")
