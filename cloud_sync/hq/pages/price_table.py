"""Every price that was pushed to a store and what became of it. Pages, filters and searches at the server."""

import asyncio
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from cloud_sync.hq.outcomes import PushedRow, pushed_rows
from cloud_sync.hq.pages.context import OUTCOMES, Desk
from cloud_sync.hq.stores import Store
from cloud_sync.pages.format import exact, money
from cloud_sync.pages.parts import columns, empty, table_words
from cloud_sync.pages.reasons import in_words
from cloud_sync.pages.theme import LOOKS

PAGE = 20
_OUTCOME = """
<q-td :props="props">
  <span :class="'aisle-chip aisle-' + props.row.state">
    <q-icon :name="props.row.icon" aria-hidden="true" />{{ props.row.word }}
  </span>
  <div class="aisle-small aisle-soft aisle-why" v-if="props.row.why">{{ props.row.why }}</div>
</q-td>
"""
_NAME = """
<q-td :props="props"><div>{{ props.row.name }}</div>
<div class="aisle-small aisle-soft">{{ props.row.item }}</div></q-td>
"""
_PRICE = """
<q-td :props="props"><strong>{{ props.row.price }}</strong>
<div class="aisle-small aisle-soft" v-if="props.row.before">{{ props.row.before }}</div></q-td>
"""


class PriceTable:
    """The table with its filter and search. `draw` once, `reload` when something may have moved."""

    def __init__(self, desk: Desk, store: Store) -> None:
        self._desk = desk
        self._store = store
        self._status = ""
        self._search = ""
        self._page: dict[str, int] = {"page": 1, "rowsPerPage": PAGE, "rowsNumber": 0}

    async def draw(self) -> None:
        """Build it into the open container."""
        t = self._desk.t
        choices = {"": t("prices.all")} | {name: t(f"price.{name}") for name in OUTCOMES}
        with ui.element("div").classes("aisle-row"):
            ui.toggle(choices, value="", on_change=self._filter).props(
                "unelevated toggle-color=primary dense padding='4px 9px'"
            )
            field = ui.input(placeholder=t("prices.search"), on_change=self._find)
            field.props(f'outlined dense clearable debounce=300 aria-label="{t("prices.search")}"')
            field.classes("aisle-grow aisle-wide")
            ui.link(t("prices.export"), f"/api/stores/{self._store.id}/rows.csv").classes("aisle-small")
        fields = (
            ("name", "prices.item", "left"),
            ("price", "prices.price", "right"),
            ("outcome", "prices.outcome", "left"),
            ("change", "prices.change", "left"),
        )
        heads = columns(t, fields)
        heads[3] |= {"classes": "aisle-only-pc", "headerClasses": "aisle-only-pc"}
        self._table = ui.table(rows=[], columns=heads, row_key="key", pagination=self._page).props(table_words(t))
        self._table.classes("aisle-table").on("request", self._turn)
        for name, slot in (("name", _NAME), ("price", _PRICE), ("outcome", _OUTCOME)):
            self._table.add_slot(f"body-cell-{name}", slot)
        with self._table.add_slot("no-data"):
            empty("sell", t("prices.empty"), t("prices.empty-how"))
        await self.reload()

    async def reload(self) -> None:
        """Fetch the page that is open."""
        size = self._page["rowsPerPage"] or 500
        offset = (self._page["page"] - 1) * size
        found, total = await asyncio.to_thread(
            pushed_rows, self._desk.office, self._store.id, self._status, self._search, offset, size
        )
        self._page["rowsNumber"] = total
        self._table.pagination = dict(self._page)
        self._table.rows = [self._cells(row) for row in found]

    async def _turn(self, event: GenericEventArguments) -> None:
        wanted = event.args["pagination"]
        self._page |= {
            "page": max(1, int(wanted["page"])),
            "rowsPerPage": min(500, int(wanted["rowsPerPage"])),
        }
        await self.reload()

    async def _filter(self, event: Any) -> None:
        self._status = event.value or ""
        self._page["page"] = 1
        await self.reload()

    async def _find(self, event: Any) -> None:
        self._search = str(event.value or "")[:80]
        self._page["page"] = 1
        await self.reload()

    def _cells(self, row: PushedRow) -> dict[str, Any]:
        t = self._desk.t
        state = OUTCOMES[row.outcome]
        per = "" if row.per == "each" else f" / {row.per}"
        before = row.minor if row.before_minor is None else row.before_minor
        issued = exact(row.issued_at, self._store.timezone)
        return {
            "key": f"{row.sequence}:{row.item}",
            "name": row.name,
            "item": row.item,
            "price": money(row.minor, row.currency) + per,
            "before": t("prices.before", price=money(before, row.currency)) if before != row.minor else "",
            "state": state.value,
            "icon": LOOKS[state].icon,
            "word": t(f"price.{row.outcome}"),
            "why": in_words(row.why, t, lambda minor: money(minor, row.currency)),
            "change": f"#{row.sequence} · {row.author} · {issued}",
        }
