"""All stores: who is on-line, who waits for approval, what became of their prices."""

from dataclasses import dataclass

from nicegui import ui

from cloud_sync.hq.enrolment import GatewayKey, keys_of, new_code
from cloud_sync.hq.outcomes import Counts, counts
from cloud_sync.hq.pages.approvals import approvals
from cloud_sync.hq.pages.context import OUTCOMES, Desk, link_state
from cloud_sync.hq.pages.live import Live, Refresh
from cloud_sync.hq.stores import Store, add_store, list_stores
from cloud_sync.pages.format import count
from cloud_sync.pages.parts import empty, page_frame, stat_tile, status_chip, text, when

SHOWN = 60


@dataclass(frozen=True, slots=True)
class _View:
    """What the page shows; drawn anew only when it differs."""

    stores: tuple[Store, ...]
    prices: tuple[tuple[str, Counts], ...]
    keys: tuple[GatewayKey, ...]
    minute: int


async def stores_page(desk: Desk) -> None:
    """Draw the page and keep it live."""
    search = ""

    async def find(event: object) -> None:
        nonlocal search
        search = str(getattr(event, "value", "") or "")
        await part.refresh()

    part: Live[_View] = Live(lambda: _look(desk, search), lambda view: _body(desk, view, part.refresh))
    t = desk.t
    with page_frame(desk.frame(), t, t("stores.title"), "/", desk.operator()):
        with ui.element("div").classes("aisle-row"):
            field = ui.input(placeholder=t("stores.search"), on_change=find).props(
                f'outlined dense clearable debounce=300 aria-label="{t("stores.search")}"'
            )
            field.classes("aisle-grow")
            ui.button(t("stores.add"), icon="add_business", on_click=lambda: _ask_new(desk, part.refresh)).props(
                "unelevated"
            )
        await part.show()


def _look(desk: Desk, search: str) -> _View:
    found = list_stores(desk.office, search, SHOWN)
    tally = counts(desk.office, [store.id for store in found])
    keys = tuple(keys_of(desk.office))
    return _View(tuple(found), tuple(sorted(tally.items())), keys, desk.office.now() // 60_000)


def _body(desk: Desk, view: _View, refresh: Refresh) -> None:
    t, now = desk.t, desk.office.now()
    prices = dict(view.prices)
    enrolled = {key.store for key in view.keys if key.status == "approved"}
    waiting = [key for key in view.keys if key.status == "pending"]
    if not view.stores:
        empty("storefront", t("stores.empty"), t("stores.empty-how"))
        return
    total = {name: sum(getattr(entry, name) for entry in prices.values()) for name in OUTCOMES}
    with ui.element("div").classes("aisle-tiles"):
        for name, state in OUTCOMES.items():
            stat_tile(t(f"price.{name}"), count(total[name]), state if total[name] else None)
    approvals(desk, waiting, lambda: ui.timer(0, refresh, once=True))
    with ui.element("div").classes("aisle-grid"):
        for store in view.stores:
            _store_card(desk, store, prices.get(store.id, Counts()), store.id in enrolled, now)
    if len(view.stores) == SHOWN:
        text(t("stores.more", count=SHOWN)).classes("aisle-soft")


def _store_card(desk: Desk, store: Store, prices: Counts, enrolled: bool, now: int) -> None:
    t = desk.t
    state, word = link_state(store, enrolled, now)
    with ui.link(target=f"/store/{store.id}").classes("aisle-card aisle-store"):
        with ui.element("div").classes("aisle-row"):
            with ui.element("div").classes("aisle-grow"):
                text(store.name, "strong").classes("aisle-name")
                text(store.id).classes("aisle-soft aisle-small")
            status_chip(state, t, t(word))
        with ui.element("div").classes("aisle-row aisle-small"):
            text(t("store.heard"))
            when(store.contact_at, now, t, store.timezone)
        with ui.element("div").classes("aisle-row"):
            for name, look in OUTCOMES.items():
                number = getattr(prices, name)
                if number:
                    status_chip(look, t, f"{count(number)} {t(f'price.{name}')}")
            if not prices.pushed:
                text(t("store.no-prices")).classes("aisle-soft aisle-small")


def _ask_new(desk: Desk, refresh: Refresh) -> None:
    t = desk.t
    with (
        ui.dialog(value=True).props("persistent") as dialog,
        ui.element("div").classes("aisle-card aisle-dialog"),
    ):
        text(t("stores.add"), "h2")
        number = ui.input(t("new.id")).props("outlined autofocus")
        name = ui.input(t("new.name")).props("outlined")
        currency = ui.input(t("new.currency"), value="EUR").props("outlined maxlength=3")
        zone = ui.input(t("new.timezone"), value="Europe/Zagreb").props("outlined")

        async def make() -> None:
            values = (str(number.value).strip(), str(name.value), str(currency.value), str(zone.value))
            made = await desk.do(lambda _: add_store(desk.office, *values))
            if made is not None:
                dialog.close()
                await show_code(desk, made.id)
                ui.timer(0, refresh, once=True)

        with ui.element("div").classes("aisle-row aisle-end"):
            ui.button(t("cancel"), on_click=dialog.close).props("flat")
            ui.button(t("stores.add"), on_click=make).props("unelevated")


async def show_code(desk: Desk, store: str) -> None:
    """Make a fresh enrolment code and show it with what to do next."""
    t = desk.t
    made = await desk.do(lambda _: new_code(desk.office, store))
    if made is None:
        return
    with ui.dialog(value=True) as dialog, ui.element("div").classes("aisle-card aisle-dialog"):
        text(t("code.title", store=store), "h2")
        text(made.code).classes("aisle-mono aisle-code")
        text(t("code.how"), "p").classes("aisle-soft")
        with ui.element("div").classes("aisle-row aisle-end"):
            ui.button(t("close"), on_click=dialog.close).props("unelevated")
