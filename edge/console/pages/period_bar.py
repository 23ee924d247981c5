"""What the pages about footfall share: their tabs, and the choice of a period."""

from nicegui import ui

from cloud_sync.pages.parts import text
from edge.console.pages.shell import Visit
from edge.console.period_query import MOST_BACK, address, period_words
from edge.views.period import LENGTHS, Period

TABS = (("/visitors", "visitors.tab.people"), ("/visitors/heat", "visitors.tab.heat"),
        ("/visitors/zones", "visitors.tab.zones"))  # fmt: skip
WORDS = {1: "period.day", 7: "period.week", 28: "period.weeks"}


def draw_tabs(visit: Visit, here: str) -> None:
    """The pages about visitors, the open one marked."""
    with ui.element("nav").classes("console-chips").props(f'aria-label="{visit.t("page.visitors")}"'):
        for path, key in TABS:
            link = ui.link(target=path).classes("console-chip")
            if path == here:
                link.props("aria-current=page")
            with link:
                text(visit.t(key))


def draw_period(visit: Visit, period: Period, path: str, **more: str) -> None:
    """A day, a week or four weeks; and a step back or forth."""
    t = visit.t
    with ui.element("div").classes("period-bar"):
        with ui.element("div").classes("console-chips"):
            for days in LENGTHS:
                link = ui.link(target=address(path, Period(days, 0, period.hour), **more)).classes("console-chip")
                if days == period.days:
                    link.props("aria-current=page")
                with link:
                    text(t(WORDS[days]))
        with ui.element("div").classes("period-step"):
            older = Period(period.days, min(MOST_BACK, period.back + period.days), period.hour)
            _step("chevron_left", t("period.older"), address(path, older, **more))
            text(period_words(period, visit.now, visit.desk.context.shop.timezone, t), "strong")
            if period.back:
                newer = Period(period.days, max(0, period.back - period.days), period.hour)
                _step("chevron_right", t("period.newer"), address(path, newer, **more))


def file_link(words: str, target: str) -> None:
    """A link that saves a file."""
    with ui.link(target=target).classes("console-more").props("download"):
        ui.icon("download").props("aria-hidden=true")
        text(f" {words}")


def _step(icon: str, words: str, target: str) -> None:
    with ui.link(target=target).classes("period-arrow").props(f'aria-label="{words}"'):
        ui.icon(icon).props("aria-hidden=true")
