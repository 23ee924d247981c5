"""A batch from the goods entrance to the last piece: where it came from, how cold it lay, who may have it."""

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, empty, stat_tile, status_chip, text
from cloud_sync.pages.theme import State
from edge.console.desk import Desk
from edge.console.pages.scanning import on_enter
from edge.console.pages.shell import Region, Visit, enter
from edge.console.pages.temperatures import span
from edge.views.trace import Stay, Trace, trace

SHOWN_RECEIPTS = 100
STATES = {"open": State.CHANGING, "accepted": State.RIGHT, "held": State.NEEDS_YOU, "rejected": State.OFFLINE}


def add(router: APIRouter, desk: Desk) -> None:
    """/trace"""

    @router.page("/trace")
    async def follow(request: Request, batch: str = "", item: str = "") -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        wanted, of = batch.strip()[:20], item[:14]
        with visit.page(visit.t("page.trace"), "/receiving"):
            search(visit, wanted)
            board = Region("console-stack")

        async def refresh() -> None:
            found = await desk.look(lambda db: trace(db, wanted, visit.now, of)) if wanted else []
            board.show(tuple(found), lambda: draw(visit, wanted, found))

        await refresh()
        visit.follow(refresh, "receiving", "sales", "stock", "fridges")
        return None


def to_trace(batch: str, item: str) -> str:
    """The page about a batch."""
    return f"/trace?batch={quote(batch, safe='')}&item={item}"


def search(visit: Visit, batch: str) -> None:
    """Another batch, and the events of all of them as a file."""
    with ui.element("div").classes("console-filters"):
        field = ui.input(visit.t("trace.search"), value=batch).props("outlined dense maxlength=20")

        async def go(wanted: str) -> None:
            ui.navigate.to(f"/trace?batch={quote(wanted.strip(), safe='')}")

        on_enter(field, go)
        button = ui.button(visit.t("trace.go"), icon="travel_explore", on_click=lambda: go(field.value or ""))
        button.props("outline no-caps")
        link = ui.link(visit.t("trace.epcis"), "/api/epcis").classes("console-more")
        link.props("download")


def draw(visit: Visit, wanted: str, found: list[Trace]) -> None:
    """One part per item that came under this batch's number."""
    t = visit.t
    if not found:
        title = t("trace.none", batch=wanted) if wanted else t("trace.ask")
        empty("travel_explore", title, t("trace.none.how"))
    for one in found:
        text(one.name or one.item, "h2").classes("pickup-head")
        with ui.element("div").classes("aisle-tiles"):
            draw_figures(visit, one)
        with ui.element("div").classes("console-wide"):
            with card(t("trace.came")):
                draw_sheets(visit, one)
            with card(t("trace.lay")):
                for stay in one.stays:
                    draw_stay(visit, stay)
                if not one.stays:
                    text(t("trace.lay.unknown")).classes("aisle-soft")
        with card(t("trace.receipts")):
            draw_receipts(visit, one)


def draw_figures(visit: Visit, one: Trace) -> None:
    """What is certain; and for what is left, the range that it lies in."""
    t, count = visit.t, visit.desk.figures.count
    stat_tile(t("trace.accepted"), count(one.accepted))
    if one.held:
        stat_tile(t("trace.held"), count(one.held), State.NEEDS_YOU)
    stat_tile(t("trace.sold"), count(one.sold))
    stat_tile(t("trace.wasted"), count(one.wasted))
    sure = one.left_least == one.left_most
    left = count(one.left_most) if sure else t("trace.between", least=count(one.left_least), most=count(one.left_most))
    note = "" if sure or not one.unnamed else t("trace.unnamed", count=count(one.unnamed))
    stat_tile(t("trace.left"), left, None, note)


def draw_sheets(visit: Visit, one: Trace) -> None:
    """Where it came from, and what was found at the door."""
    t = visit.t
    for sheet in one.sheets:
        with ui.element("div").classes("console-line"):
            with ui.element("div").classes("aisle-grow"):
                quantity = visit.desk.figures.count(sheet.quantity)
                text(f"{quantity} · {sheet.source or t('trace.source.unknown')}", "strong")
                parts = [visit.exact(sheet.opened_at)[:16], sheet.opened_by]
                if sheet.warmest is not None and sheet.coldest is not None:
                    parts.append(span(sheet.coldest, sheet.warmest))
                if sheet.expires:
                    parts.append(t("receiving.until", when=sheet.expires))
                text(" · ".join(parts), "div").classes("aisle-soft aisle-small")
                for words in (sheet.why, sheet.decided):
                    if words:
                        text(words, "div").classes("aisle-small")
            status_chip(STATES[sheet.state], t, t(f"receiving.state.{sheet.state}"))


def draw_stay(visit: Visit, stay: Stay) -> None:
    """A fridge that it lay in, and whether that kept its band."""
    t = visit.t
    with ui.element("div").classes("console-line"):
        with ui.element("div").classes("aisle-grow"):
            text(stay.name, "strong")
            until = t("trace.now") if stay.until is None else visit.exact(stay.until)[:16]
            kept = t("trace.unmeasured")
            if stay.coldest is not None and stay.warmest is not None:
                kept = span(stay.coldest, stay.warmest)
            text(f"{visit.exact(stay.since)[:16]} – {until} · {kept}", "div").classes("aisle-soft aisle-small")
        if stay.excursions:
            status_chip(State.FAILED, t, t("trace.excursions", count=len(stay.excursions)))
        elif stay.warmest is not None:
            status_chip(State.RIGHT, t, t("trace.in-band"))


def draw_receipts(visit: Visit, one: Trace) -> None:
    """Who bought of it, as far as tills said so, and who may have."""
    t = visit.t
    if not one.receipts:
        text(t("trace.receipts.none")).classes("aisle-soft")
        return
    if one.unnamed:
        text(t("trace.receipts.how")).classes("aisle-soft aisle-small")
    for bought in one.receipts[:SHOWN_RECEIPTS]:
        with ui.element("div").classes("console-line"):
            text(bought.receipt, "strong")
            text(f"{bought.till} · {visit.desk.figures.count(bought.quantity)}").classes("aisle-grow aisle-soft")
            visit.when(bought.at).classes("aisle-small")
            word = "trace.certain" if bought.certain else "trace.possible"
            status_chip(State.NEEDS_YOU if bought.certain else State.OFFLINE, t, t(word))
    if (rest := len(one.receipts) - SHOWN_RECEIPTS + one.more_receipts) > 0:
        text(t("trace.receipts.more", count=visit.desk.figures.count(rest))).classes("aisle-soft")
