"""One store: its link, what became of its prices and why, a file to push, today's sales and visitors."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from nicegui import ui

from cloud_sync.hq.enrolment import GatewayKey, keys_of
from cloud_sync.hq.outcomes import Counts, counts
from cloud_sync.hq.pages.approvals import approvals
from cloud_sync.hq.pages.asked_for import asked_for
from cloud_sync.hq.pages.context import OUTCOMES, Desk, link_state
from cloud_sync.hq.pages.day_chart import Day, day_chart, look_at_day, update_chart
from cloud_sync.hq.pages.live import LIVE_SECONDS
from cloud_sync.hq.pages.price_table import PriceTable
from cloud_sync.hq.pages.stores_page import show_code
from cloud_sync.hq.pages.upload_panel import upload_panel
from cloud_sync.hq.stock_requests import Request, open_requests
from cloud_sync.hq.stores import Store, get_store
from cloud_sync.pages.format import count, money
from cloud_sync.pages.parts import card, page_frame, stat_tile, status_chip, text, when


@dataclass(frozen=True, slots=True)
class _View:
    """What the upper part of the page shows; drawn anew only when it differs."""

    store: Store
    prices: Counts
    keys: tuple[GatewayKey, ...]
    day: Day
    minute: int
    asked: tuple[Request, ...]


async def store_page(desk: Desk, store: Store) -> None:
    """Draw the page and keep it live."""
    view = await asyncio.to_thread(_look, desk, store.id)
    t = desk.t

    @ui.refreshable
    def top() -> None:
        _top(desk, view, refresh_soon)

    async def refresh() -> None:
        nonlocal view
        fresh = await asyncio.to_thread(_look, desk, store.id)
        if fresh == view:
            return
        moved = fresh.prices != view.prices
        view = fresh
        top.refresh()
        update_chart(chart, desk.t, view.day)
        if moved:
            await table.reload()

    def refresh_soon() -> None:
        ui.timer(0, refresh, once=True)

    with page_frame(desk.frame(), t, store.name, "/", desk.operator()):
        with ui.element("div").classes("aisle-stack"):
            top()
        with ui.element("div").classes("aisle-two"):
            with card(t("day.title")):
                chart = day_chart(t, view.day)
            with card(t("upload.title")):
                upload_panel(desk, store, refresh_soon)
        with card(t("prices.title")):
            table = PriceTable(desk, store)
            await table.draw()
    ui.timer(LIVE_SECONDS, refresh)


def _look(desk: Desk, store: str) -> _View:
    found = get_store(desk.office, store)
    return _View(
        found,
        counts(desk.office, [store]).get(store, Counts()),
        tuple(keys_of(desk.office, store)),
        look_at_day(desk.office, found),
        desk.office.now() // 60_000,
        tuple(open_requests(desk.office, store)),
    )


def _top(desk: Desk, view: _View, refresh_soon: Callable[[], None]) -> None:
    t, now = desk.t, desk.office.now()
    enrolled = any(key.status == "approved" for key in view.keys)
    state, word = link_state(view.store, enrolled, now)
    with ui.element("div").classes("aisle-row"):
        status_chip(state, t, t(word))
        text(view.store.id).classes("aisle-soft")
        text(t("store.heard")).classes("aisle-soft")
        when(view.store.contact_at, now, t, view.store.timezone)
        ui.element("div").classes("aisle-grow")
        code = "store.new-gateway" if enrolled else "store.get-code"
        ui.button(t(code), icon="key", on_click=lambda: show_code(desk, view.store.id)).props("flat dense")
    approvals(desk, list(view.keys), refresh_soon)
    with ui.element("div").classes("aisle-tiles"):
        for name, look in OUTCOMES.items():
            number = getattr(view.prices, name)
            stat_tile(t(f"price.{name}"), count(number), look if number else None)
        takings = " · ".join(money(minor, currency) for currency, minor in view.day.takings)
        sold = t("day.receipts", count=count(view.day.sales))
        stat_tile(t("day.sales"), takings or money(0, view.store.currency), note=sold)
        note = t("day.last-week", count=count(view.day.visitors_before))
        stat_tile(t("day.visitors"), count(view.day.visitors), note=note)
    asked_for(desk, view.asked, refresh_soon)
