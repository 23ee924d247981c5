"""Today at one store: takings and visitors by the hour, beside the same weekday a week ago."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nicegui import ui

from cloud_sync.contract.money import minor_digits
from cloud_sync.hq.office import Office
from cloud_sync.hq.stores import Store, zone
from cloud_sync.hq.sums import by_hour, day_of, sales_sum
from cloud_sync.pages.i18n import Words
from cloud_sync.pages.theme import CHART


@dataclass(frozen=True, slots=True)
class Day:
    """Figures of one day on the store's own clock. Takings in minor units."""

    hours: tuple[str, ...]
    takings_by_hour: tuple[int, ...]
    visitors_by_hour: tuple[int, ...]
    visitors_by_hour_before: tuple[int, ...]
    sales: int
    takings: tuple[tuple[str, int], ...]
    visitors: int
    visitors_before: int
    currency: str


def look_at_day(office: Office, store: Store) -> Day:
    """Today, and the visitors of the same weekday last week up to the same hour."""
    now = office.now()
    start, end = day_of(store.timezone, now)
    today = by_hour(office, store.id, start, end)
    before = by_hour(office, store.id, *day_of(store.timezone, now, days_back=7))
    sold = sales_sum(office, store.id, start, end)
    clock = zone(store.timezone)
    passed = (now - start) // 3_600_000 + 1
    return Day(
        tuple(datetime.fromtimestamp(h["hour"] / 1000, tz=UTC).astimezone(clock).strftime("%H") for h in today),
        tuple(hour["takings"] for hour in today),
        tuple(hour["entered"] for hour in today),
        tuple(hour["entered"] for hour in before),
        sold["sales"],
        tuple(sorted(sold["takings"].items())),
        sum(hour["entered"] for hour in today),
        sum(hour["entered"] for hour in before[:passed]),
        store.currency,
    )


def day_chart(t: Words, day: Day) -> ui.echart:
    """Draw the chart."""
    return ui.echart(_options(t, day)).classes("aisle-chart")


def update_chart(chart: ui.echart, t: Words, day: Day) -> None:
    """Show fresh figures without drawing the chart anew."""
    chart.options.update(_options(t, day))
    chart.update()


def _options(t: Words, day: Day) -> dict[str, Any]:
    unit = 10 ** minor_digits(day.currency)
    return {
        "color": list(CHART),
        "textStyle": {"fontFamily": "inherit"},
        "tooltip": {"trigger": "axis"},
        "toolbox": {"feature": {"saveAsImage": {"title": t("chart.save")}}, "right": 64, "top": -6},
        "legend": {"bottom": 0, "itemWidth": 14},
        "grid": {"left": 6, "right": 6, "top": 34, "bottom": 34, "containLabel": True},
        "xAxis": {"type": "category", "data": list(day.hours)},
        "yAxis": [
            {"type": "value", "name": t("day.visitors"), "minInterval": 1, "splitNumber": 4},
            {"type": "value", "name": day.currency, "splitLine": {"show": False}, "splitNumber": 4},
        ],
        "series": [
            _line(t("day.visitors"), day.visitors_by_hour, area=True),
            {
                "type": "bar",
                "name": t("day.sales"),
                "yAxisIndex": 1,
                "barMaxWidth": 14,
                "itemStyle": {"borderRadius": [4, 4, 0, 0]},
                "data": [minor / unit for minor in day.takings_by_hour],
            },
            _line(t("day.visitors-before"), day.visitors_by_hour_before, area=False),
        ],
    }


def _line(name: str, values: tuple[int, ...], area: bool) -> dict[str, Any]:
    style = {"areaStyle": {"opacity": 0.14}} if area else {"lineStyle": {"type": "dashed"}}
    return {"type": "line", "name": name, "smooth": True, "showSymbol": False, "data": list(values), **style}
