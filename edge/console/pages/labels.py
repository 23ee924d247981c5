"""All labels: the pictures they show, filtered and paged on the server."""

from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import empty, text
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.binding import bind_dialog
from edge.console.pages.looks import label_chip
from edge.console.pages.pager import Pager
from edge.console.pages.shell import Region, Visit, enter
from edge.views.labels import LabelCounts, LabelFilter, LabelRow, LabelState, count_labels, list_labels, list_places

PAGE = 48


@dataclass(slots=True)
class Browse:
    """What this visitor looks at."""

    wanted: LabelFilter = field(default_factory=LabelFilter)
    page: int = 0
    table: bool = False


def add(router: APIRouter, desk: Desk) -> None:
    """/labels"""

    @router.page("/labels")
    async def labels(
        request: Request, state: str = "", place: str = "", text: str = "", low: int = 0
    ) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        chosen = LabelState(state) if state in set(LabelState) else None
        browse = Browse(LabelFilter(chosen, place[:80], text[:80], bool(low)))
        places = await desk.look(list_places)
        with visit.page(visit.t("page.labels"), "/labels"):
            shelf = Shelf(visit, browse, places)
            await shelf.refresh()
        visit.follow(shelf.refresh, "labels", "devices", "prices")
        return None


class Shelf:
    """Filters, and the page of labels that they let through."""

    def __init__(self, visit: Visit, browse: Browse, places: list[str]) -> None:
        self._visit, self._browse = visit, browse
        self._chips = Region("console-chips")
        self._draw_filters(places)
        self._empty = Region()
        self._grid = ui.element("div").classes("console-shelf")
        self._cells: list[Region] = []
        self._pager = Pager(visit, PAGE, self._turn)

    async def refresh(self) -> None:
        """Read the page anew. Labels keep their places; only what changed is drawn."""
        visit, browse = self._visit, self._browse
        counts, (total, rows) = await visit.desk.look(
            lambda db: (
                count_labels(db, visit.now),
                list_labels(db, browse.wanted, visit.now, start=browse.page * PAGE, size=PAGE),
            )
        )
        self._chips.show((counts, browse.wanted.state), lambda: self._draw_chips(counts))
        self._empty.show((counts.total, total), lambda: self._draw_empty(counts.total, total))
        self._grid.classes(replace="console-rows" if browse.table else "console-shelf")
        with self._grid:
            while len(self._cells) < len(rows):
                self._cells.append(Region("console-cell"))
        for number, cell in enumerate(self._cells):
            if number < len(rows):
                row = rows[number]
                ages = (visit.ago(row.since), visit.ago(row.seen_at))
                cell.show((row, ages, browse.table), partial(self._draw_label, row))
            else:
                cell.show("none", lambda: None)
        self._pager.show(browse.page, total)

    def _draw_chips(self, counts: LabelCounts) -> None:
        t, figures = self._visit.t, self._visit.desk.figures
        options: list[tuple[LabelState | None, str, int]] = [(None, t("labels.all"), counts.total)]
        options += [(one, t(f"answer.count.{one}"), getattr(counts, one.value)) for one in LabelState]
        for state, word, count in options:
            chosen = state is self._browse.wanted.state
            with ui.element("button").classes("console-chip").props('type="button"') as chip:
                if state:
                    ui.element("i").classes(f"console-dot console-{state}").props("aria-hidden=true")
                text(word)
                text(figures.count(count), "strong")
            chip.props["aria-pressed"] = "true" if chosen else "false"
            chip.on("click", partial(self._choose, state=state))

    def _draw_filters(self, places: list[str]) -> None:
        visit, t, wanted = self._visit, self._visit.t, self._browse.wanted
        with ui.element("div").classes("console-filters"):
            search = ui.input(t("labels.search"), value=wanted.text).props("outlined dense clearable debounce=300")
            search.classes("console-search").on_value_change(lambda event: self._choose(text=(event.value or "")[:80]))
            options = {"": t("labels.place.any"), **{place: place for place in places}}
            if wanted.place not in options:
                options[wanted.place] = wanted.place
            choice = ui.select(options, value=wanted.place, label=t("labels.place")).props("outlined dense")
            choice.classes("console-place").on_value_change(lambda event: self._choose(place=event.value or ""))
            ui.checkbox(t("labels.low"), value=wanted.low_battery).on_value_change(
                lambda event: self._choose(low_battery=bool(event.value))
            )
            ui.element("div").classes("aisle-grow")
            view = ui.toggle({False: t("labels.pictures"), True: t("labels.table")}, value=False)
            view.props("no-caps unelevated").on_value_change(lambda event: self._look_as(bool(event.value)))
            self._export = ui.link(t("export.csv"), self._export_path()).classes("console-more")
            if visit.may(Role.CLERK):
                ui.button(t("bind.open"), icon="add_link", on_click=lambda: bind_dialog(visit)).props("unelevated")

    def _draw_empty(self, all_labels: int, total: int) -> None:
        t = self._visit.t
        if not all_labels:
            empty("sell", t("labels.none"), t("labels.none.how"))
        elif not total:
            empty("filter_alt_off", t("labels.no-match"), t("labels.no-match.how"))

    def _draw_label(self, row: LabelRow) -> None:
        t, money = self._visit.t, self._visit.desk.figures.money
        with ui.link(target=f"/labels/{quote(row.id)}").classes("console-label"):
            with ui.element("span").classes("console-picture"):
                if row.shown_version:
                    picture = ui.element("img")
                    picture.props["src"] = f"/labels/{quote(row.id)}/now.png?v={row.shown_item}-{row.shown_version}"
                    picture.props["alt"] = t("label.picture", name=row.item_name or row.id)
                    picture.props["loading"] = "lazy"
                else:
                    with ui.element("span").classes("console-nothing"):
                        ui.icon("image_not_supported").props("aria-hidden=true")
                        text(t("label.nothing"))
            with ui.element("span").classes("console-label-facts"):
                text(row.item_name or t("label.unbound"), "strong")
                with ui.element("span").classes("aisle-soft aisle-small"):
                    text(" · ".join(part for part in (row.place, row.id) if part))
            with ui.element("span").classes("console-label-state"):
                label_chip(row, t)
                if row.state is LabelState.CHANGING and row.wanted_minor is not None:
                    text("→ " + money(row.wanted_minor, row.currency)).classes("aisle-small")
                elif row.state is LabelState.TROUBLE:
                    self._visit.when(row.since).classes("aisle-small")

    async def _choose(self, **changes: object) -> None:
        self._browse.wanted = replace(self._browse.wanted, **changes)  # type: ignore[arg-type]
        self._browse.page = 0
        self._export.props["href"] = self._export_path()
        self._export.update()
        await self.refresh()

    async def _look_as(self, table: bool) -> None:
        self._browse.table = table
        await self.refresh()

    async def _turn(self, page: int) -> None:
        self._browse.page = page
        await self.refresh()

    def _export_path(self) -> str:
        wanted = self._browse.wanted
        query = {
            "state": wanted.state or "",
            "place": wanted.place,
            "text": wanted.text,
            "low_battery": int(wanted.low_battery),
        }
        return "/export/labels.csv?" + urlencode({key: value for key, value in query.items() if value})
