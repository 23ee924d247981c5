"""Tickets of all stores: what is wrong now, and what ended lately. Read only: stores look after their own."""

from dataclasses import dataclass

from nicegui import ui

from cloud_sync.hq.pages.context import Desk
from cloud_sync.hq.pages.live import Live
from cloud_sync.hq.tickets import MOST, Ticket, closed_tickets, open_tickets
from cloud_sync.pages.format import count, money
from cloud_sync.pages.parts import card, empty, page_frame, stat_tile, status_chip, text, when
from cloud_sync.pages.reasons import in_words
from cloud_sync.pages.theme import State


@dataclass(frozen=True, slots=True)
class _View:
    """What the page shows; drawn anew only when it differs."""

    open: tuple[Ticket, ...]
    closed: tuple[Ticket, ...]
    minute: int


async def tickets_page(desk: Desk) -> None:
    """Draw the page and keep it live."""
    t = desk.t
    with page_frame(desk.frame(), t, t("tickets.title"), "/tickets", desk.operator()):
        await Live(lambda: _look(desk), lambda view: _body(desk, view)).show()


def _look(desk: Desk) -> _View:
    return _View(tuple(open_tickets(desk.office)), tuple(closed_tickets(desk.office)), desk.office.now() // 60_000)


def _body(desk: Desk, view: _View) -> None:
    t = desk.t
    if not view.open and not view.closed:
        empty("task_alt", t("tickets.empty"), t("tickets.empty-how"))
        return
    urgent = sum(one.critical for one in view.open)
    with ui.element("div").classes("aisle-tiles"):
        stat_tile(t("tickets.critical"), count(urgent), State.FAILED if urgent else None)
        stat_tile(t("tickets.open"), count(len(view.open)), State.NEEDS_YOU if view.open else None)
        stat_tile(t("tickets.stores"), count(len({one.store for one in view.open})))
    with card(t("tickets.now")):
        for one in view.open:
            _ticket(desk, one)
        if not view.open:
            text(t("tickets.all-well")).classes("aisle-soft")
        if len(view.open) == MOST:
            text(t("tickets.more", count=MOST)).classes("aisle-soft aisle-small")
    if view.closed:
        with card(t("tickets.ended")):
            for one in view.closed:
                _ticket(desk, one)


def _ticket(desk: Desk, one: Ticket) -> None:
    t, now = desk.t, desk.office.now()
    with ui.element("div").classes("aisle-item"):
        if one.closed_at is not None:
            status_chip(State.RIGHT, t, t("tickets.closed"))
        elif one.critical:
            status_chip(State.FAILED, t, t("tickets.is-critical"))
        else:
            status_chip(State.NEEDS_YOU, t, t("tickets.is-open"))
        with ui.element("div").classes("aisle-item-main"):
            text(f"{_rule(desk, one.rule)} · {one.subject}", "strong")
            facts = [in_words(one.why, t, lambda minor: money(minor, "")) if one.why else ""]
            facts.append(t("tickets.taken", by=one.taken_by) if one.taken_by else "")
            if said := " · ".join(fact for fact in facts if fact):
                text(said, "div").classes("aisle-soft aisle-small")
        ui.link(one.store_name, f"/store/{one.store}").classes("aisle-small aisle-item-more")
        told = when(one.opened_at if one.closed_at is None else one.closed_at, now, t, one.timezone)
        told.classes("aisle-item-when")


def _rule(desk: Desk, rule: str) -> str:
    """A rule in words; one that this office does not know is called by its name."""
    key = f"fault.{rule}"
    return desk.t(key) if key in desk.t.messages else rule.replace("-", " ")
