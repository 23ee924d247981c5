"""The one line at the top: is my shop right?"""

from nicegui import ui

from cloud_sync.link.state import LinkView
from cloud_sync.pages.i18n import Words
from cloud_sync.pages.parts import text
from cloud_sync.pages.theme import LOOKS, State
from edge.console.figures import Figures
from edge.console.pages.looks import link_chip, many
from edge.console.pages.shell import Visit
from edge.views.labels import LabelState
from edge.views.overview import Overview

ALWAYS = (LabelState.RIGHT, LabelState.CHANGING, LabelState.TROUBLE)


def judge(view: Overview, t: Words, figures: Figures) -> tuple[State, str]:
    """The shop's state and the sentence that says it.

    Green only when every label and till is right now and nothing urgent is broken that nobody sees to.
    """
    labels, tills = view.labels, view.tills
    down = sum(1 for till in tills if till.state in ("lost", "fault"))
    urgent = sum(1 for one in view.tickets if one.critical and one.acknowledged_at is None)
    if not labels.total and not tills:
        return State.OFFLINE, t("answer.empty")
    needs = [
        many(t, key, number, count=figures.count(number))
        for key, number in (("count.faults", urgent), ("count.labels", labels.trouble), ("count.tills", down))
        if number
    ]
    if needs:
        *others, last = needs
        what = t("answer.and").join((t("answer.comma").join(others), last)) if others else last
        return State.FAILED if urgent else State.NEEDS_YOU, t("answer.needs", what=what)
    if labels.changing:
        return State.CHANGING, many(t, "answer.changing", labels.changing, count=figures.count(labels.changing))
    return State.RIGHT, t("answer.right")


def draw_answer(visit: Visit, view: Overview, link: LinkView) -> None:
    """The sentence, the share of each state, and the counts behind them."""
    t, figures, labels, tills = visit.t, visit.desk.figures, view.labels, view.tills
    state, words = judge(view, t, figures)
    with ui.element("section").classes(f"console-answer aisle-{state}").props('role="status"'):
        with ui.element("div").classes("console-answer-line"):
            ui.icon(LOOKS[state].icon).props("aria-hidden=true")
            text(words, "h2").classes("aisle-grow")
            with ui.element("div").classes("console-answer-side aisle-only-pc"):
                link_chip(link.phase, t)
        with ui.element("div").classes("console-share").props("aria-hidden=true"):
            for one in LabelState:
                share = getattr(labels, one.value)
                if share:
                    ui.element("i").classes(f"console-{one}").style(f"flex-grow:{share}")
        with ui.element("div").classes("console-counts"):
            for one in LabelState:
                count = getattr(labels, one.value)
                if count or one in ALWAYS:
                    with ui.link(target=f"/labels?state={one}").classes("console-count"):
                        ui.element("i").classes(f"console-dot console-{one}").props("aria-hidden=true")
                        text(figures.count(count), "strong")
                        text(t(f"answer.count.{one}"))
            if tills:
                ready = sum(1 for till in tills if till.state == "ready")
                with ui.link(target="/devices?role=till").classes("console-count"):
                    ui.icon("point_of_sale").props("aria-hidden=true")
                    text(f"{ready}/{len(tills)}", "strong")
                    text(t("answer.tills.ready"))
        _draw_stir(visit, view)


def _draw_stir(visit: Visit, view: Overview) -> None:
    """What waits besides labels and tills, each with the way there; nothing when nothing waits."""
    t, figures = visit.t, visit.desk.figures
    waits = [
        (number, icon, word, path)
        for number, icon, word, path in (
            (len(view.tickets), "notifications", "answer.faults", "/alarms"),
            (view.orders.to_pick, "shopping_bag", "answer.orders", "/pickup"),
            (view.entrance.due, "local_shipping", "answer.deliveries", "/receiving"),
            (view.entrance.held, "front_hand", "answer.held", "/receiving"),
            (view.stock.low, "trending_down", "answer.low", "/stock?only=low"),
            (view.stock.out, "remove_shopping_cart", "answer.out", "/stock?only=out"),
        )
        if number
    ]
    if not waits:
        return
    with ui.element("div").classes("console-counts console-stir"):
        for number, icon, word, path in waits:
            with ui.link(target=path).classes("console-count"):
                ui.icon(icon).props("aria-hidden=true")
                text(figures.count(number), "strong")
                text(many(t, word, number))
