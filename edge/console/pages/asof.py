"""A slider over a day: what the labels of an item showed, and what the tills charged, at any second of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import events, ui
from sqlite_utils import Database

from cloud_sync.pages.parts import card, notice, text
from cloud_sync.pages.theme import State
from edge.console.pages.asof_parts import Lane, Teller
from edge.console.pages.shell import Region, Visit
from edge.proof.asking import Found, Subject, Unanswerable, about_item, find_subjects
from edge.proof.moments import clock, day_of
from edge.proof.records import read_clock, read_label, read_till, tills_of
from edge.proof.timeline import Answer

MOST_LABELS = 6
"""Labels of one item that have a lane; the rest are named by their number."""
HOUR_MS = 3_600_000


@dataclass(slots=True)
class Asked:
    """What this visitor looks at: whose past, which day, and the time on the slider."""

    moment: int
    start: int
    end: int
    subject: Subject | None = None
    lanes: list[Lane] = field(default_factory=list)
    more: int = 0


class AsOf:
    """The card with search, day, lanes, slider and answers."""

    def __init__(self, visit: Visit, moment: int) -> None:
        zone = ZoneInfo(visit.desk.context.shop.timezone)
        self._visit, self._zone, self._teller = visit, zone, Teller(visit, zone)
        self._asked = Asked(moment, *day_of(moment, zone))
        t = visit.t
        with card(t("asof.title")), ui.element("div").classes("aisle-stack"):
            with ui.element("div").classes("console-filters"):
                search = (
                    ui.input(t("asof.find")).props("outlined dense clearable debounce=300").classes("console-search")
                )
                search.on_value_change(lambda event: self._search((event.value or "")[:80]))
                self._day = ui.input(t("asof.day"), value=self._iso_day()).props("outlined dense type=date")
                self._day.on_value_change(self._choose_day)
                self._step("chevron_left", t("asof.before"), -1)
                self._step("chevron_right", t("asof.after"), 1)
                ui.button(t("asof.now"), on_click=self._now).props("flat")
            self._choices = Region("console-chips")
            self._body = ui.element("div").classes("aisle-stack")
            with self._body:
                self._head = Region("asof-head")
                self._lanes = Region("asof-lanes-box")
                self._slider = ui.slider(min=0, max=1, step=1_000, value=0, on_change=self._moved).classes(
                    "asof-slider"
                )
                self._slider.props["aria-label"] = t("asof.slider")
                self._hours = Region("asof-hours")
                self._answers = Region("aisle-stack")
        self._body.set_visibility(False)

    async def begin(self, wanted: str) -> None:
        """Look at a subject given by its id, else at what changed last."""
        found = await self._visit.desk.look(lambda db: find_subjects(db.conn, wanted))
        exact = [one for one in found if one.id == wanted]
        if exact or found:
            await self._choose((exact or found)[0])
        self._offer(found)

    async def follow(self) -> None:
        """Read the past anew: it grows."""
        if self._asked.subject is not None:
            await self._read()

    # Choosing.

    async def _search(self, words: str) -> None:
        found = await self._visit.desk.look(lambda db: find_subjects(db.conn, words))
        if len(found) == 1:
            await self._choose(found[0])
        self._offer(found)

    def _offer(self, found: Sequence[Subject]) -> None:
        chosen = self._asked.subject
        self._choices.show((tuple(found), chosen), lambda: self._draw_choices(found))

    def _draw_choices(self, found: Sequence[Subject]) -> None:
        if not found:
            text(self._visit.t("asof.nobody")).classes("aisle-soft")
        for one in found:
            with ui.element("button").classes("console-chip") as chip:
                ui.icon("sell" if one.is_label else "shopping_basket").props("aria-hidden=true")
                text(" · ".join(part for part in (one.name, one.id if one.is_label else "") if part))
            chip.props["aria-pressed"] = "true" if one == self._asked.subject else "false"
            chip.props["type"] = "button"
            chip.on("click", lambda _, one=one: self._choose_and_mark(one, found))

    async def _choose_and_mark(self, one: Subject, found: Sequence[Subject]) -> None:
        await self._choose(one)
        self._offer(found)

    async def _choose(self, subject: Subject) -> None:
        self._asked.subject = subject
        await self._read()

    async def _choose_day(self, event: events.ValueChangeEventArguments[Any]) -> None:
        try:
            day = date.fromisoformat(str(event.value or ""))
        except ValueError:
            return
        if str(event.value) == self._iso_day():
            return
        asked = self._asked
        noon = round(datetime(day.year, day.month, day.day, 12, tzinfo=self._zone).timestamp() * 1000)
        since = asked.moment - asked.start
        asked.start, asked.end = day_of(noon, self._zone)
        asked.moment = min(asked.start + since, asked.end - 1, max(asked.start, self._visit.now))
        await self._read()

    def _iso_day(self) -> str:
        return datetime.fromtimestamp(self._asked.start / 1000, self._zone).date().isoformat()

    async def _now(self) -> None:
        await self._go(self._visit.now)

    async def _go(self, moment: int) -> None:
        asked = self._asked
        asked.moment = moment
        if not asked.start <= moment < asked.end:
            asked.start, asked.end = day_of(moment, self._zone)
            self._day.set_value(self._iso_day())
        await self._read()

    def _step(self, icon: str, word: str, way: int) -> None:
        button = ui.button(icon=icon, on_click=lambda: self._to_change(way)).props("outline round dense")
        button.props["aria-label"] = word
        button.props["title"] = word

    async def _to_change(self, way: int) -> None:
        """Go to the next time, or the one before, at which anything changed."""
        asked, now = self._asked, self._visit.now
        times = {
            window.start + 1
            for lane in asked.lanes
            for span in lane.line.spans
            for window in span.windows
            if window.start is not None and window.start < now
        }
        further = [time for time in times if (time - asked.moment) * way > 0]
        if further:
            await self._go(min(further) if way > 0 else max(further))

    # Reading and showing.

    async def _read(self) -> None:
        subject = self._asked.subject
        if subject is None:
            return
        try:
            found, names = await self._visit.desk.look(lambda db: _read(db, subject))
        except Unanswerable:
            found, names = Found(), {}
        asked = self._asked
        labels = [line for line in found.labels if not line.between(asked.start, asked.end).look.away]
        asked.more = max(0, len(labels) - MOST_LABELS)
        shown = [Lane(line, names.get(line.device) or line.device, False) for line in labels[:MOST_LABELS]]
        asked.lanes = shown + [Lane(line, names.get(line.device) or line.device, True) for line in found.tills]
        self._body.set_visibility(bool(asked.lanes))
        self._draw()

    def _moved(self, event: events.ValueChangeEventArguments[float | None]) -> None:
        asked = self._asked
        since = round(event.value or 0)
        if asked.lanes and asked.start + since != asked.moment:
            asked.moment = min(asked.start + max(0, since), asked.end - 1)
            self._draw_moment()

    def _draw(self) -> None:
        asked, now = self._asked, self._visit.now
        self._slider.props(f"max={asked.end - asked.start}")
        self._slider.set_value(asked.moment - asked.start)
        facts = tuple((lane.name, lane.line.spans) for lane in asked.lanes), asked.start, now // 60_000
        self._lanes.show(facts, lambda: self._draw_lanes(now))
        self._hours.show((asked.start, asked.end), self._draw_hours)
        self._draw_moment()

    def _draw_lanes(self, now: int) -> None:
        asked, t = self._asked, self._visit.t
        with ui.element("div").classes("asof-lanes") as self._grid:
            for lane in asked.lanes:
                with ui.element("div").classes("asof-name"):
                    ui.icon("point_of_sale" if lane.till else "sell").props("aria-hidden=true")
                    name, _, place = lane.name.partition(" · ")
                    text(name)
                    if place:
                        text(place).classes("asof-place")
                self._teller.track(lane, asked.start, asked.end, now)
            ui.element("div").classes("asof-cursor")
        if asked.more:
            text(t("asof.more", count=asked.more)).classes("aisle-soft aisle-small")

    def _draw_hours(self) -> None:
        asked = self._asked
        for hour in range(0, 25, 3):
            at = asked.start + hour * HOUR_MS
            if at <= asked.end:
                tick = text(clock(at, self._zone, at)[:5] if at < asked.end else "24:00")
                tick.style(f"left:{(at - asked.start) * 100 / (asked.end - asked.start):.3f}%")

    def _draw_moment(self) -> None:
        """Only what changed is drawn: while the slider stays inside a span, that is the clock and the cursor."""
        asked, t = self._asked, self._visit.t
        share = (asked.moment - asked.start) / (asked.end - asked.start)
        if asked.lanes:
            self._grid.style(f"--at:{share:.6f}")
        answers = [(lane, lane.line.at(asked.moment)) for lane in asked.lanes]
        ahead = asked.moment > self._visit.now
        self._head.show(
            (asked.moment, ahead, *(answer.look for _, answer in answers)), lambda: self._draw_head(answers)
        )
        looks = tuple((lane.name, answer.look) for lane, answer in answers)
        if ahead:
            self._answers.show(ahead, lambda: text(t("asof.future")).classes("aisle-soft"))
        else:
            self._answers.show(looks, lambda: self._draw_answers(answers))

    def _draw_head(self, answers: Sequence[tuple[Lane, Answer]]) -> None:
        t, asked = self._visit.t, self._asked
        text(clock(asked.moment, self._zone, asked.moment), "time").classes("asof-clock")
        with ui.element("div").classes("aisle-grow"):
            name = asked.subject.name if asked.subject else ""
            text(name, "strong").classes("asof-subject")
        state, words = _verdict(answers)
        with ui.element("div").classes(f"aisle-chip asof-verdict aisle-{state}"):
            ui.icon("verified_user" if state is State.RIGHT else "balance").props("aria-hidden=true")
            text(t(words))

    def _draw_answers(self, answers: Sequence[tuple[Lane, Answer]]) -> None:
        t = self._visit.t
        if any(answer.doubtful_clock for _, answer in answers):
            with notice(State.NEEDS_YOU, t("asof.clock"), t("asof.clock.what")):
                pass
        tills = [(lane, answer) for lane, answer in answers if lane.till and not answer.look.away]
        if tills:
            with ui.element("section").classes("asof-label asof-tills"):
                text(t("asof.tills"), "strong")
                for lane, answer in tills:
                    self._teller.till(lane, answer)
        with ui.element("div").classes("asof-answers"):
            for lane, answer in answers:
                if lane.till or answer.look.away:
                    continue
                wide = "asof-label asof-wide" if len(answer.look.faces) > 1 else "asof-label"
                with ui.element("section").classes(wide):
                    self._teller.label(lane, answer)


def _verdict(answers: Sequence[tuple[Lane, Answer]]) -> tuple[State, str]:
    """Whether any till could charge more than any label of the item may have shown at this time."""
    items = {face.item for lane, answer in answers if lane.till for face in answer.look.faces}
    shown = [
        (answer, face.minor)
        for lane, answer in answers
        if not lane.till and answer.look.covered is None
        for face in answer.look.faces
        if face.item in items and face.minor is not None
    ]
    charged = [
        (answer, face.minor)
        for lane, answer in answers
        if lane.till
        for face in answer.look.faces
        if face.minor is not None
    ]
    if not shown or not charged:
        return State.OFFLINE, "asof.verdict.nothing"
    if max(minor for _, minor in charged) <= min(minor for _, minor in shown):
        return State.RIGHT, "asof.verdict.fine"
    sure_charge = max((minor for answer, minor in charged if answer.certain), default=None)
    sure_shown = min((minor for answer, minor in shown if answer.certain), default=None)
    if sure_charge is not None and sure_shown is not None and sure_charge > sure_shown:
        return State.FAILED, "asof.verdict.over"
    return State.NEEDS_YOU, "asof.verdict.possible"


def _read(db: Database, subject: Subject) -> tuple[Found, dict[str, str]]:
    """The pasts behind a subject, and what people call the devices."""
    sql = db.conn
    if subject.is_label:
        ticks = read_clock(sql)
        line = read_label(sql, subject.id, ticks)
        item = line.spans[-1].look.bound
        tills = tuple(read_till(sql, name, item, ticks) for name in tills_of(sql)) if item else ()
        found = Found((line,), tills)
    else:
        found = about_item(sql, subject.id)
    rows = sql.execute("SELECT id, role, name, place FROM device WHERE role IN ('label', 'till')")
    wanted = {line.device for line in (*found.labels, *found.tills)}
    names = {
        device: (f"{device} · {place}" if place else device) if role == "label" else (name or device)
        for device, role, name, place in rows
        if device in wanted
    }
    return found, names
