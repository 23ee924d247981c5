"""Gateways that ask to be a store, each with its fingerprint and the one button that lets it in."""

from collections import Counter
from collections.abc import Callable

from nicegui import ui

from cloud_sync.hq.enrolment import GatewayKey, approve
from cloud_sync.hq.pages.context import Desk
from cloud_sync.pages.parts import notice, text, when
from cloud_sync.pages.theme import State


def approvals(desk: Desk, keys: list[GatewayKey], done: Callable[[], object]) -> None:
    """One notice per waiting key. `done` is called after an approval."""
    waiting = [key for key in keys if key.status == "pending"]
    for store, number in Counter(key.store for key in waiting).items():
        if number > 1:
            with notice(State.FAILED, desk.t("approve.several", count=number, store=store)):
                pass
    for key in waiting:
        _approval(desk, key, done)


def _approval(desk: Desk, key: GatewayKey, done: Callable[[], object]) -> None:
    t = desk.t
    title = t("approve.asks", gateway=key.gateway, store=key.store)
    with notice(State.NEEDS_YOU, title, t("approve.how")):
        text(key.fingerprint).classes("aisle-mono aisle-print")
        with ui.element("div").classes("aisle-row"):
            ui.button(t("approve.button"), icon="verified_user", on_click=lambda: _ask(desk, key, done)).props(
                "unelevated"
            )
            when(key.asked_at, desk.office.now(), t)


def _ask(desk: Desk, key: GatewayKey, done: Callable[[], object]) -> None:
    t = desk.t
    with ui.dialog(value=True) as dialog, ui.element("div").classes("aisle-card aisle-dialog"):
        text(t("approve.sure", store=key.store), "h2")
        text(key.fingerprint).classes("aisle-mono aisle-print")
        text(t("approve.then", store=key.store)).classes("aisle-soft")

        async def go() -> None:
            dialog.close()
            if await desk.do(lambda name: approve(desk.office, key.store, key.fingerprint, name)):
                ui.notify(t("approve.done", store=key.store), type="positive")
                done()

        with ui.element("div").classes("aisle-row aisle-end"):
            ui.button(t("cancel"), on_click=dialog.close).props("flat")
            ui.button(t("approve.same"), on_click=go).props("unelevated")
