"""Turning pages of a list that stays on the server."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from cloud_sync.pages.parts import text
from edge.console.pages.shell import Region, Visit


class Pager:
    """Says "1–48 of 20,000", with one button back and one on."""

    def __init__(self, visit: Visit, size: int, turn: Callable[[int], Awaitable[None]]) -> None:
        self._visit, self._size, self._turn = visit, size, turn
        self._region = Region()

    def show(self, page: int, total: int) -> None:
        """Show where the list stands; nothing when all of it is on one page."""
        self._region.show((page, total), lambda: self._draw(page, total))

    def _draw(self, page: int, total: int) -> None:
        if total <= self._size and page == 0:
            return
        t, count = self._visit.t, self._visit.desk.figures.count
        last = max(0, (total - 1) // self._size)
        with ui.element("nav").classes("console-pager") as nav:
            nav.props["aria-label"] = t("pager.label")
            self._button("chevron_left", t("pager.back"), page - 1, page > 0)
            first = page * self._size + 1
            text(
                t("pager.where", first=count(first), last=count(min(total, first + self._size - 1)), total=count(total))
            )
            self._button("chevron_right", t("pager.on"), page + 1, page < last)

    def _button(self, icon: str, word: str, to: int, enabled: bool) -> None:
        button = ui.button(icon=icon, on_click=lambda: self._turn(to)).props("flat round")
        button.props["aria-label"] = word
        button.set_enabled(enabled)
