"""One sheet of the goods entrance: opened, measured, signed; and what a manager decides on what is held."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from nicegui import ui

from cloud_sync.pages.parts import status_chip, text
from cloud_sync.pages.theme import State
from edge.console.accounts import Role
from edge.console.pages.receiving_words import band_words, facts, measured, name_of, objections_of, reasons
from edge.console.pages.shell import Region, Visit
from edge.console.pages.trace import to_trace
from edge.epcis.events import Reading
from edge.inventory.desk import LONGEST_WHY
from edge.receiving.desk import LONGEST_SOURCE, ReceivingDesk
from edge.receiving.machine import Keeps, Missing
from edge.receiving.records import Arrived
from edge.receiving.scanned import Scanned
from edge.views.receiving import Expected, SheetRow

KEEPS_ICON = {"chilled": "kitchen", "frozen": "ac_unit", "ambient": "inventory_2"}
Refresh = Callable[[], Awaitable[None]]


def the_desk(visit: Visit) -> ReceivingDesk:
    """The goods entrance's verbs. Raises ValueError where a gateway has none."""
    desk = visit.desk.context.receiving
    if desk is None:
        raise ValueError("this gateway takes no deliveries")
    return desk


class SheetCard:
    """A sheet in three steps. It is drawn anew only when the sheet changes, so that nobody loses what they type."""

    def __init__(self, visit: Visit, places: Mapping[str, str], refresh: Refresh) -> None:
        self._visit, self._places, self._refresh = visit, places, refresh
        self._region = Region()

    def show(self, row: SheetRow) -> None:
        """Bring it up to date."""
        self._region.show(row, partial(self._draw, row))

    def remove(self) -> None:
        """It is signed, or dropped."""
        self._region.remove()

    def _draw(self, row: SheetRow) -> None:
        visit, t = self._visit, self._visit.t
        lacking = row.missing()
        with ui.element("article").classes("aisle-card"):
            with ui.element("div").classes("aisle-row"):
                with ui.element("div").classes("aisle-grow"):
                    text(f"{visit.desk.figures.count(row.quantity)} × {row.name or row.item}", "h2")
                    text(facts(visit, row), "div").classes("aisle-soft aisle-small")
                status_chip(State.CHANGING, t, t("receiving.sheet", number=row.number))
            if row.sheet.is_cold:
                self._draw_measure(row)
            self._draw_sign(row, lacking)

    def _draw_measure(self, row: SheetRow) -> None:
        visit, t = self._visit, self._visit.t
        with ui.element("div").classes("receiving-step"):
            text(t("receiving.measure", band=band_words(visit, row.keeps)), "strong")
            if row.warmest is not None or row.humidity is not None:
                text(measured(visit, row), "div")
            if not visit.may(Role.CLERK):
                return
            with ui.element("div").classes("receiving-inputs"):
                warm = ui.number(t("receiving.temperature"), step=0.1, min=-90, max=90, suffix="°C")
                damp = ui.number(t("receiving.humidity"), step=1, min=0, max=100, suffix="%")
                for field in (warm, damp):
                    field.props("outlined dense inputmode=decimal")

                async def note() -> None:
                    centi = None if warm.value is None else round(float(warm.value) * 100)
                    humidity = None if damp.value is None else round(float(damp.value) * 100)
                    if centi is None and humidity is None:
                        ui.notify(t("receiving.no-reading"), type="warning")
                        return
                    said = [Reading(visit.now, centi, humidity)]
                    deed = partial(the_desk(visit).measure, row.number, said, visit.account.name)
                    if await visit.act(Role.CLERK, deed, t("receiving.measured")):
                        await self._refresh()

                ui.button(t("receiving.note"), icon="thermostat", on_click=note).props("outline no-caps")

    def _draw_sign(self, row: SheetRow, lacking: tuple[Missing, ...]) -> None:
        visit, t, by = self._visit, self._visit.t, self._visit.account.name
        against = objections_of(visit, row)
        with ui.element("div").classes("receiving-step"):
            text(t("receiving.sign", name=by), "strong")
            if lacking:
                words = t("receiving.and").join(t(f"receiving.missing.{one}") for one in lacking)
                text(t("receiving.needs", what=words), "div").classes("aisle-soft")
            for one in against:
                status_chip(State.FAILED, t, t(f"receiving.against.{one}"))
            if not visit.may(Role.CLERK):
                return
            place = ui.select({"": t("receiving.no-fridge"), **self._places}, value="", label=t("receiving.where"))
            place.props("outlined dense")
            why = ui.input(t("receiving.remark")).props(f"outlined dense maxlength={LONGEST_WHY}")

            async def sign(deed: Callable[[], Awaitable[None]], done: str) -> None:
                if await visit.act(Role.CLERK, deed, t(done)):
                    await self._refresh()

            desk = the_desk(visit)
            with ui.element("div").classes("stock-acts"):
                accept = ui.button(
                    t("receiving.accept"), icon="check",
                    on_click=lambda: sign(
                        lambda: desk.accept(row.number, by, place.value or ""), "receiving.accepted"
                    ),
                ).props("unelevated no-caps")  # fmt: skip
                hold = ui.button(
                    t("receiving.hold"), icon="front_hand",
                    on_click=lambda: sign(
                        lambda: desk.hold(row.number, by, why.value or "", place.value or ""), "receiving.held.done"
                    ),
                ).props("outline no-caps")  # fmt: skip
                accept.set_enabled(not lacking and not against)
                hold.set_enabled(not lacking)
                drop = partial(desk.drop, row.number, by)
                ui.button(t("receiving.drop"), on_click=lambda: sign(drop, "receiving.dropped")).props("flat no-caps")


def held_line(visit: Visit, row: SheetRow, refresh: Refresh) -> None:
    """A batch that is set apart, and the manager's two ways out."""
    t, by, desk = visit.t, visit.account.name, the_desk(visit)
    with ui.element("div").classes("console-line receiving-line"):
        ui.icon(KEEPS_ICON[row.keeps]).props("aria-hidden=true").classes("aisle-soft")
        with ui.element("div").classes("aisle-grow"):
            text(f"{visit.desk.figures.count(row.quantity)} × {row.name or row.item}", "strong")
            with ui.element("div"):
                ui.link(facts(visit, row), to_trace(row.batch, row.item)).classes("aisle-small")
            text(f"{reasons(visit, row.why)} · {row.signed_by}, {visit.ago(row.signed_at)}", "div").classes(
                "aisle-small"
            )
        if not visit.may(Role.MANAGER):
            return
        for word, deed in (("release", desk.release), ("reject", desk.reject)):

            async def decide(word: str = word, deed: Callable[[int, str, str], Awaitable[None]] = deed) -> None:
                why = await ask_why(
                    visit, t(f"receiving.{word}.title"), t(f"receiving.{word}.body"), t(f"receiving.{word}")
                )
                if why and await visit.act(
                    Role.MANAGER, lambda: deed(row.number, by, why), t(f"receiving.{word}.done")
                ):
                    await refresh()

            ui.button(t(f"receiving.{word}"), on_click=decide).props("outline no-caps")


async def ask_why(visit: Visit, title: str, body: str, yes: str) -> str:
    """Say what will happen and ask why; "" when nobody wants it any more."""
    with ui.dialog() as dialog, ui.card().classes("console-dialog"):
        text(title, "h2")
        text(body, "p")
        why = ui.input(visit.t("receiving.why")).props(f"outlined autofocus maxlength={LONGEST_WHY}")
        with ui.element("div").classes("aisle-row console-dialog-foot"):
            ui.button(visit.t("act.cancel"), on_click=lambda: dialog.submit("")).props("flat")
            button = ui.button(yes, on_click=lambda: dialog.submit((why.value or "").strip())).props("unelevated")
            button.bind_enabled_from(why, "value", lambda words: bool((words or "").strip()))
    answer = str(await dialog or "")
    dialog.delete()
    return answer


async def open_dialog(visit: Visit, read: Scanned, expected: Expected | None) -> None:
    """What arrived: filled in from the code and from what was announced; the person corrects it."""
    t = visit.t
    name = await visit.desk.look(lambda db: name_of(db.conn, read.item))
    with ui.dialog() as dialog, ui.card().classes("console-dialog"):
        text(t("receiving.open.title"), "h2")
        text(f"{name} · {read.item}" if name else read.item, "p")
        quantity = ui.number(t("receiving.quantity"), min=1, precision=0, value=expected.quantity if expected else None)
        batch = ui.input(t("receiving.batch.field"), value=read.batch).props("maxlength=20")
        expires = ui.input(t("receiving.expires"), value=read.expires).props("type=date stack-label")
        keeps = ui.toggle(
            {one.value: t(f"receiving.keeps.{one.value}") for one in Keeps},
            value=expected.keeps if expected else Keeps.CHILLED.value,
        ).props("no-caps spread")
        source = ui.input(t("receiving.source"), value=expected.source if expected else "")
        source.props(f"maxlength={LONGEST_SOURCE}")
        for field in (quantity, batch, expires, source):
            field.props("outlined dense")

        async def begin() -> None:
            if quantity.value is None or not (batch.value or "").strip():
                ui.notify(t("receiving.incomplete"), type="warning")
                return
            arrived = Arrived(
                read.item, batch.value, int(quantity.value), Keeps(keeps.value), expires.value or "",
                source.value or "",
                expected.delivery if expected else "", expected.place if expected else 0,
            )  # fmt: skip
            if await visit.act(
                Role.CLERK, lambda: the_desk(visit).open(arrived, visit.account.name), t("receiving.opened")
            ):
                dialog.submit(None)

        with ui.element("div").classes("aisle-row console-dialog-foot"):
            ui.button(t("act.cancel"), on_click=lambda: dialog.submit(None)).props("flat")
            ui.button(t("receiving.open"), on_click=begin).props("unelevated")
    await dialog
    dialog.delete()
