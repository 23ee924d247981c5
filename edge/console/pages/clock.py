"""The box's clock and the shop's hours: what holds, and the two things a person may do about them."""

from nicegui import ui

from cloud_sync.pages.parts import card, status_chip, text
from cloud_sync.pages.theme import State
from edge.clock.calendar import is_open, write_hours
from edge.console.accounts import Role
from edge.console.pages.shell import Visit
from edge.views.clock import ClockView


def draw_clock(visit: Visit, clock: ClockView) -> None:
    """What the clock says, whether it is trusted, and why not."""
    t = visit.t
    text(visit.exact(visit.now), "strong")
    if clock.trusted:
        status_chip(State.RIGHT, t, t("clock.trusted"))
        text(t(f"clock.by.{clock.by}")).classes("aisle-soft aisle-small")
        return
    status_chip(State.NEEDS_YOU, t, t("clock.doubted"))
    if clock.why:
        text(visit.reason(clock.why), "p").classes("aisle-small")
    if clock.doubt and visit.may(Role.MANAGER):
        ui.button(t("clock.confirm"), icon="schedule", on_click=lambda: confirm_clock(visit)).props("outline")


async def confirm_clock(visit: Visit) -> bool:
    """Ask whether the clock was really compared, then say so."""
    t, verbs, by = visit.t, visit.desk.context.verbs, visit.account.name
    now = visit.exact(visit.now)
    if not await visit.confirm(t("clock.confirm.title"), t("clock.confirm.body", now=now), t("clock.confirm")):
        return False
    return await visit.act(Role.MANAGER, lambda: verbs.confirm_clock(by), t("clock.confirm.done"))


def hours_card(visit: Visit) -> None:
    """When the shop is open; a manager may set it."""
    t, hours = visit.t, visit.desk.context.hours
    if hours is None:
        return
    with visit.desk.context.store.reading() as database:
        calendar = hours(database.conn)
    may = visit.may(Role.MANAGER)
    with card(t("hours.title")):
        open_now = is_open(calendar, visit.now)
        text(t("hours.open" if open_now else "hours.closed"), "strong")
        text(t("hours.how")).classes("aisle-soft aisle-small")
        week = calendar.week or ((),) * 7
        fields = [
            ui.input(t(f"day.{number}"), value=write_hours(day)).props("outlined dense maxlength=80")
            for number, day in enumerate(week, start=1)
        ]
        lines = "\n".join(f"{day.isoformat()} {write_hours(of)}".rstrip() for day, of in sorted(calendar.days.items()))
        days = ui.textarea(t("hours.days"), value=lines).props("outlined dense autogrow maxlength=20000")
        for field in (*fields, days):
            field.set_enabled(may)

        async def keep() -> None:
            texts = [str(field.value or "").strip() for field in fields]
            verbs, by = visit.desk.context.verbs, visit.account.name
            await visit.act(
                Role.MANAGER,
                lambda: verbs.set_hours(texts if any(texts) else [], read_days(str(days.value or "")), by),
                t("hours.done"),
            )

        if may:
            ui.button(t("hours.keep"), icon="event", on_click=keep).props("outline")


def read_days(lines: str) -> dict[str, str]:
    """Days that differ, one on a line: the date, then its hours; a date alone is a day on which the shop is closed."""
    found = {}
    for line in filter(None, (line.strip() for line in lines.splitlines())):
        day, _, hours = line.partition(" ")
        found[day] = hours.strip()
    return found
