"""The report of an inspection as a page shows it."""

from fractions import Fraction

from nicegui import ui

from cloud_sync.pages.i18n import Words
from cloud_sync.pages.parts import card, notice, stat_tile, text
from cloud_sync.pages.theme import State
from edge.console.pages.looks import many
from edge.console.pages.shell import Visit
from edge.inspect.accuracy import Share
from edge.inspect.records import Inspection
from edge.inspect.report import Found, Report, Tally
from edge.inspect.sampling import OTHER, WATCHED

FOUND = {
    Found.OPEN: State.OFFLINE,
    Found.RIGHT: State.RIGHT,
    Found.OVER: State.FAILED,
    Found.UNDER: State.NEEDS_YOU,
    Found.WRONG_ITEM: State.NEEDS_YOU,
    Found.MISSING: State.NEEDS_YOU,
}
CHANGES = ("cut", "raise", "first", "moved")


def draw_report(visit: Visit, found: Inspection) -> None:
    """Verdict, figures and strata; nothing while nothing was looked at."""
    t, report = visit.t, found.report
    if report.accuracy is None:
        return
    with card(t("inspect.report")):
        _verdict(visit, found, report)
        with ui.element("div").classes("aisle-tiles"):
            stat_tile(
                t("inspect.accuracy"),
                visit.desk.figures.percent(report.accuracy.value),
                note=_interval(visit, report.accuracy),
            )
            for share, word, minor in (
                (report.over, "inspect.over", report.over_minor),
                (report.under, "inspect.under", report.under_minor),
            ):
                if share is not None:
                    note = f"{_interval(visit, share)} · {visit.desk.figures.money(minor)}"
                    stat_tile(t(word), visit.desk.figures.percent(share.value), note=note)
            stat_tile(t("inspect.looked"), f"{report.total.checked} / {report.total.drawn}",
                      note=many(t, "inspect.of", report.total.labels))  # fmt: skip
        if report.worst is not None:
            money, worst = visit.desk.figures.money, report.worst
            shown, charged = money(worst.shown, worst.currency), money(worst.charged, worst.currency)
            text(t("inspect.worst", name=worst.name, shown=shown, charged=charged))
        _strata(t, report.strata)
        text(t("inspect.seed.was", seed=found.seed)).classes("aisle-soft aisle-small")


def stratum_name(name: str, t: Words) -> str:
    """A stratum in the page's language; an area of the shop has its own name."""
    bare = name.removesuffix(WATCHED)
    word = t("inspect.other") if bare == OTHER else t(f"inspect.change.{bare}") if bare in CHANGES else bare
    return word + (" " + WATCHED if name != bare else "")


def _verdict(visit: Visit, found: Inspection, report: Report) -> None:
    t, left = visit.t, report.total.counts[Found.OPEN]
    body = t("inspect.sure" if report.certain else "inspect.unsure")
    if found.ended_at is None and left:
        with notice(State.CHANGING, t("inspect.so-far", left=left)):
            pass
        return
    good = bool(report.passes)
    word = t("inspect.passes.mark" if good else "inspect.fails.mark")
    with notice(State.RIGHT if good else State.FAILED, word, body):
        pass


def _interval(visit: Visit, share: Share) -> str:
    low, high = (visit.desk.figures.percent(Fraction(bound)) for bound in (share.low, share.high))
    return visit.t("inspect.interval", low=low, high=high)


def _strata(t: Words, strata: tuple[Tally, ...]) -> None:
    with ui.element("div").classes("inspect-strata").props('role="table"'):
        with ui.element("div").props('role="row"').classes("aisle-soft aisle-small"):
            for head in ("stratum", "looked", "right", "over", "under", "missing"):
                text(t(f"inspect.head.{head}")).props('role="columnheader"')
        for tally in strata:
            counts = tally.counts
            with ui.element("div").props('role="row"'):
                text(stratum_name(tally.name, t)).props('role="cell"')
                text(f"{tally.checked}/{tally.labels}").props('role="cell"')
                for one in (Found.RIGHT, Found.OVER, Found.UNDER):
                    text(str(counts[one])).props('role="cell"')
                text(str(counts[Found.MISSING] + counts[Found.WRONG_ITEM])).props('role="cell"')
    if any(tally.name.endswith(WATCHED) for tally in strata):
        text(t("inspect.watched")).classes("aisle-soft aisle-small")
