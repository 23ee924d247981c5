"""What was decided, sent, confirmed and charged, and who did what; with a check that nobody changed it."""

from dataclasses import dataclass, field

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, notice, text
from cloud_sync.pages.theme import State
from edge.console.desk import Desk
from edge.console.pages.asof import AsOf
from edge.console.pages.looks import sentence
from edge.console.pages.receipt import ReceiptDesk
from edge.console.pages.shell import Region, Visit, enter
from edge.store.ledger import verify
from edge.views.journal import Deed, list_deeds, list_ledger
from edge.views.label import Happening

PAGE = 40
MOST_MOMENT = 10**13
"""The year 2286: calendars end somewhere."""


@dataclass(slots=True)
class Browse:
    """What this visitor looks at: one subject or all, and the rows to page back from."""

    subject: str = ""
    before: list[int] = field(default_factory=list)


def add(router: APIRouter, desk: Desk) -> None:
    """/ledger"""

    @router.page("/ledger")
    async def ledger(request: Request, subject: str = "", of: str = "", at: int = 0) -> RedirectResponse | None:
        """`of`: a label or an item to look back at; `at`: the time, UTC epoch milliseconds."""
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        with visit.page(visit.t("page.ledger"), "/ledger"):
            past = AsOf(visit, at if 0 < at < MOST_MOMENT else visit.now)
            await past.begin(of[:80])
            ReceiptDesk(visit)
            book = Book(visit, Browse(subject[:80]))
            await book.refresh()

        async def refresh() -> None:
            await past.follow()
            await book.follow()

        visit.follow(refresh, "labels", "prices", "sales", "devices", "audit")
        return None


class Book:
    """The ledger and the audit log."""

    def __init__(self, visit: Visit, browse: Browse) -> None:
        self._visit, self._browse = visit, browse
        t = visit.t
        text(t("ledger.what")).classes("aisle-soft")
        with ui.element("div").classes("console-filters"):
            search = ui.input(t("ledger.subject"), value=browse.subject).props("outlined dense clearable debounce=400")
            search.classes("console-search").on_value_change(
                lambda event: self._choose((event.value or "").strip()[:80])
            )
            ui.element("div").classes("aisle-grow")
            ui.link(t("export.csv"), "/export/ledger.csv").classes("console-more")
            ui.button(t("ledger.verify"), icon="verified", on_click=self._verify).props("outline")
        self._verdict = Region()
        with ui.element("div").classes("console-wide"):
            with card(t("ledger.rows")):
                self._rows = Region("console-list")
                self._older = ui.button(t("ledger.older"), on_click=self._page_back).props("flat")
            with card(t("ledger.deeds")):
                self._deeds = Region("console-list")

    async def follow(self) -> None:
        """New rows appear only on the first page, so that what somebody reads stays where it is."""
        if not self._browse.before:
            await self.refresh()

    async def refresh(self) -> None:
        """Read the page anew."""
        visit, browse = self._visit, self._browse
        before = browse.before[-1] if browse.before else None
        rows, deeds = await visit.desk.look(
            lambda db: (list_ledger(db, subject=browse.subject, before=before, size=PAGE), list_deeds(db, size=15))
        )
        self._rows.show(tuple((row.seq, visit.ago(row.at)) for row in rows), lambda: self._draw_rows(rows))
        self._deeds.show(tuple((deed.n, visit.ago(deed.at)) for deed in deeds), lambda: self._draw_deeds(deeds))
        self._older.set_visibility(len(rows) == PAGE)
        self._last = rows[-1].seq if rows else 0

    def _draw_rows(self, rows: list[Happening]) -> None:
        visit, t = self._visit, self._visit.t
        if not rows:
            text(t("ledger.none")).classes("aisle-soft")
        for row in rows:
            with ui.element("div").classes("console-line"):
                text(f"{row.seq}").classes("aisle-soft aisle-small console-seq")
                with ui.element("span").classes("aisle-grow"):
                    text(row.subject, "strong").classes("console-subject")
                    text(sentence(row, t))
                visit.when(row.at).classes("aisle-small")

    def _draw_deeds(self, deeds: list[Deed]) -> None:
        visit, t = self._visit, self._visit.t
        if not deeds:
            text(t("ledger.deeds.none")).classes("aisle-soft")
        for deed in deeds:
            with ui.element("div").classes("console-line"):
                with ui.element("span").classes("aisle-grow"):
                    text(deed.who, "strong").classes("console-subject")
                    key = f"deed.{deed.did}"
                    text(t(key) if key in t.messages else deed.did)
                    about = " ".join(str(value) for value in deed.body.values())
                    text(about, "div").classes("aisle-soft aisle-small")
                visit.when(deed.at).classes("aisle-small")

    async def _choose(self, subject: str) -> None:
        self._browse.subject, self._browse.before = subject, []
        await self.refresh()

    async def _page_back(self) -> None:
        self._browse.before.append(self._last)
        await self.refresh()

    async def _verify(self) -> None:
        visit, t = self._visit, self._visit.t
        verdict = await visit.desk.look(lambda db: verify(db.conn))
        rows, head = visit.desk.figures.count(verdict.rows), verdict.head.hash.hex()[:16]

        def draw() -> None:
            if verdict.intact:
                with notice(State.RIGHT, t("ledger.intact", rows=rows), t("ledger.head", head=head)):
                    pass
            else:
                with notice(State.FAILED, t("ledger.broken", why=verdict.fault), t("ledger.broken.now")):
                    pass

        self._verdict.show(verdict, draw)
