"""A heat map of the shop, from what is on record: the plan, the zones on it, and where people were."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from sqlite_utils import Database

from cloud_sync.pages.i18n import Words as Language
from edge.console.drawn.colours import Pixels
from edge.console.drawn.heat import LARGE, SMALL, Area, Grid, Kind, Sheet, Words, draw_heat, peak, soften
from edge.console.period_query import lasting, period_words
from edge.floorplan import FloorPlan, read_plan
from edge.views.footfall_heat import Heat, read_heat
from edge.views.period import Period


class Of(StrEnum):
    """What is looked at on the floor."""

    DWELL = "dwell"
    """How long people stayed."""
    VISITS = "visits"
    """How many came by."""


class Which(StrEnum):
    """Of which time."""

    NOW = "now"
    BEFORE = "before"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted."""

    period: Period
    of: Of = Of.DWELL
    which: Which = Which.NOW
    small: bool = False
    """For a telephone."""


@dataclass(frozen=True, slots=True)
class HeatFacts:
    """All that is on record for a picture."""

    plan: FloorPlan
    cell_m: float
    now: Grid
    before: Grid


def read_facts(database: Database, asked: Asked, now: int, timezone: str) -> HeatFacts:
    """The figures of a period and of the one before it, cut to the plan; today's is compared up to the same time."""
    plan = read_plan(database.conn)

    def grid(period: Period) -> tuple[Grid, float]:
        found: Heat = read_heat(database, period.so_far(now, timezone), plan_m=plan.size_m)
        return (found.dwell_s if asked.of is Of.DWELL else found.visits.astype(float)), found.cell_m

    present, cell_m = grid(asked.period)
    return HeatFacts(plan, cell_m, present, grid(asked.period.before)[0])


def heat_png(facts: HeatFacts, asked: Asked, areas: Sequence[Area], now: int, timezone: str, t: Language) -> bytes:
    """The picture. A period and the one before it are drawn to one scale."""
    hills, earlier = soften(facts.now), soften(facts.before)
    period = asked.period if asked.which is Which.NOW else asked.period.before
    dates, what = period_words(period, now, timezone, t), t(f"heat.{asked.of}")
    longest = SMALL if asked.small else LARGE
    sheet = Sheet(facts.plan.size_m, _picture(facts.plan), areas)
    if asked.which is Which.CHANGE:
        change = hills - earlier
        words = Words(t("heat.against", what=what, dates=dates), t("heat.less"), t("heat.more"), t("heat.no-change"))
        return draw_heat(sheet, change, facts.cell_m, peak(change), words, Kind.CHANGE, longest)
    top = peak(hills, earlier)
    words = Words(f"{what} · {dates}", t("heat.none"), _most(top, facts.cell_m, asked, t), t("heat.nobody"))
    shown = hills if asked.which is Which.NOW else earlier
    return draw_heat(sheet, shown, facts.cell_m, top, words, longest=longest)


def _most(top: float, cell_m: float, asked: Asked, t: Language) -> str:
    """The end of the scale: per day, so that a week and four weeks can be held against each other."""
    a_day = top / asked.period.days
    if asked.of is Of.VISITS:
        return t("heat.most-visits", count=f"{a_day:.0f}" if a_day >= 10 else f"{a_day:.1f}")
    return t("heat.most-dwell", span=lasting(a_day * 1_000 / cell_m**2, t))


def _picture(plan: FloorPlan) -> Pixels | None:
    if plan.picture is None:
        return None
    return np.asarray(cv2.imdecode(np.frombuffer(plan.picture, np.uint8), cv2.IMREAD_COLOR), np.uint8)
