"""A picture's outline with a box for each label, and the labels as a list. No picture is needed to draw either."""

from urllib.parse import quote

from nicegui import ui

from cloud_sync.pages.parts import text
from cloud_sync.pages.theme import LOOKS, State
from edge.console.pages.looks import many
from edge.console.pages.shell import Visit
from edge.readback.facts import Verdict
from edge.views.readings import LookRow, ReadingRow

VERDICTS = {
    Verdict.RIGHT: State.RIGHT,
    Verdict.CHANGING: State.CHANGING,
    Verdict.OLD: State.FAILED,
    Verdict.UNEXPECTED: State.FAILED,
    Verdict.WRONG_ITEM: State.FAILED,
    Verdict.MOVED: State.NEEDS_YOU,
    Verdict.UNBOUND: State.NEEDS_YOU,
    Verdict.SURPLUS: State.NEEDS_YOU,
    Verdict.UNKNOWN_ITEM: State.NEEDS_YOU,
}
_ORDER = (State.FAILED, State.NEEDS_YOU, State.CHANGING, State.RIGHT)


def worst(look: LookRow) -> State:
    """The state of the picture as a whole."""
    states = {VERDICTS[one.verdict] for one in look.readings}
    return next((state for state in _ORDER if state in states), State.OFFLINE)


def draw_boxes(visit: Visit, look: LookRow, *, frame: bool = False) -> None:
    """A box with its number around each code, in the pixels of the picture. `frame`: on a sheet of its own."""
    with ui.element("svg").classes("photo-svg") as sheet:
        sheet.props["viewBox"] = f"0 0 {look.width} {look.height}"
        sheet.props["role"] = "img"
        sheet.props["aria-label"] = many(visit.t, "photo.outline", len(look.readings))
        if frame:
            paper = ui.element("rect").classes("photo-paper")
            paper.props["width"], paper.props["height"] = look.width, look.height
        for one in look.readings:
            _box(look, one, numbered=not frame)


def _box(look: LookRow, one: ReadingRow, *, numbered: bool) -> None:
    ink = LOOKS[VERDICTS[one.verdict]].ink
    shape = ui.element("polygon")
    shape.props["points"] = " ".join(f"{x},{y}" for x, y in one.corners)
    side = max(look.width, look.height)
    shape.props["stroke"] = shape.props["fill"] = ink
    shape.props["fill-opacity"] = "0.25" if numbered else "0.85"
    shape.props["stroke-width"] = str(max(2, side // 240))
    if not numbered:
        return
    x = sum(x for x, _ in one.corners) / 4
    y = min(y for _, y in one.corners)
    size = max(14, side // 34)
    disc = ui.element("circle")
    disc.props["cx"], disc.props["cy"], disc.props["r"] = f"{x:.0f}", f"{y:.0f}", str(size * 2 // 3)
    disc.props["fill"] = ink
    number = text(str(one.number), "text")
    number.props["x"], number.props["y"] = f"{x:.0f}", f"{y + size * 0.35:.0f}"
    number.props["text-anchor"], number.props["fill"] = "middle", "#fff"
    number.props["font-size"], number.props["font-weight"] = str(size), "700"


def draw_summary(visit: Visit, look: LookRow, *, chip: bool = False) -> None:
    """How many labels were read, and whether they need anybody."""
    t, state = visit.t, worst(look)
    wrong = sum(not one.verdict.fine for one in look.readings)
    if not look.readings:
        said = t("photo.none")
    else:
        end = many(t, "photo.wrong", wrong) if wrong else t("photo.allright") if state is State.RIGHT else ""
        found = many(t, "photo.found", len(look.readings))
        said = f"{found}. {end}".rstrip() if visit.t.language != "zh" else f"{found}。{end}"
    with ui.element("div").classes(f"photo-summary aisle-{state}" + (" photo-summary-small" if chip else "")):
        ui.icon(LOOKS[state].icon if look.readings else "search_off").props("aria-hidden=true")
        text(said, "strong")
    if look.elsewhere and not chip:
        text(many(t, "photo.foreign", look.elsewhere), "div").classes("aisle-soft aisle-small")


def draw_readings(visit: Visit, look: LookRow) -> None:
    """Every label: number, verdict, item, what it shows and what the tills charge. The wrong ones come first."""
    for one in sorted(look.readings, key=lambda row: (_ORDER.index(VERDICTS[row.verdict]), row.number)):
        _line(visit, one)


def _line(visit: Visit, one: ReadingRow) -> None:
    t, money = visit.t, visit.desk.figures.money
    state = VERDICTS[one.verdict]
    with ui.element("div").classes("console-line photo-line"):
        text(str(one.number)).classes(f"photo-number aisle-{state}")
        with ui.element("div").classes("aisle-grow"):
            text(one.name or one.item, "strong")
            with ui.element("div").classes("aisle-soft aisle-small console-facts"):
                text(t("photo.version", version=one.version))
                if one.shown is not None:
                    text(t("photo.shows", shown=money(one.shown)))
                if one.charged is not None:
                    text(t("photo.charged", charged=money(one.charged)))
                if one.place:
                    text(one.place)
                if one.label:
                    ui.link(one.label, f"/labels/{quote(one.label)}")
            if one.over:
                word = "photo.over" if one.over > 0 else "photo.under"
                text(t(word, price=money(abs(one.over))), "div").classes(
                    "photo-over" if one.over > 0 else "aisle-small"
                )
        with ui.element("span").classes(f"aisle-chip aisle-{state}"):
            ui.icon(LOOKS[state].icon).props("aria-hidden=true")
            text(t(f"read.{one.verdict.value}"))
