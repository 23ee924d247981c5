"""The one line at the top: is my shop right?"""

from collections.abc import Sequence

from nicegui import ui

from cloud_sync.link.state import LinkView
from cloud_sync.pages.i18n import Words
from cloud_sync.pages.parts import text
from cloud_sync.pages.theme import LOOKS, State
from edge.console.figures import Figures
from edge.console.pages.looks import link_chip, many
from edge.console.pages.shell import Visit
from edge.views.devices import DeviceRow
from edge.views.labels import LabelCounts, LabelState

ALWAYS = (LabelState.RIGHT, LabelState.CHANGING, LabelState.TROUBLE)


def judge(labels: LabelCounts, tills: Sequence[DeviceRow], t: Words, figures: Figures) -> tuple[State, str]:
    """The shop's state and the sentence that says it. Green only when every label and till is right now."""
    down = sum(1 for till in tills if till.state in ("lost", "fault"))
    in_words = {
        "labels": many(t, "count.labels", labels.trouble, count=figures.count(labels.trouble)),
        "tills": many(t, "count.tills", down),
    }
    if not labels.total and not tills:
        return State.OFFLINE, t("answer.empty")
    if labels.trouble and down:
        return State.NEEDS_YOU, t("answer.both", **in_words)
    if labels.trouble:
        return State.NEEDS_YOU, t("answer.labels", **in_words)
    if down:
        return State.NEEDS_YOU, t("answer.tills", **in_words)
    if labels.changing:
        return State.CHANGING, many(t, "answer.changing", labels.changing, count=figures.count(labels.changing))
    return State.RIGHT, t("answer.right")


def draw_answer(visit: Visit, labels: LabelCounts, tills: Sequence[DeviceRow], link: LinkView) -> None:
    """The sentence, the share of each state, and the counts behind them."""
    t, figures = visit.t, visit.desk.figures
    state, words = judge(labels, tills, t, figures)
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
