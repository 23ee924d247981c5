"""Curves. Options for ECharts as plain data; every chart can be saved as a picture."""

from collections.abc import Sequence
from typing import Any

from cloud_sync.pages.i18n import Words
from cloud_sync.pages.theme import CHART
from edge.views.visitors import Visitors

_SOFT, _LINE = "#55605c", "#e3e7e4"


def visitors_by_hour(visitors: Visitors, t: Words, *, tools: bool = True) -> dict[str, Any]:
    """Today's curve up to the present hour over the whole of the same weekday last week."""
    busy = [hour for hour in range(24) if visitors.today[hour] or visitors.last_week[hour]]
    first, last = (max(0, min(busy) - 1), min(23, max(busy) + 1)) if busy else (8, 20)
    hours = range(first, last + 1)
    return {
        "aria": {"enabled": True, "label": {"description": t("visitors.chart")}},
        "animation": False,
        "color": [CHART[0], "#9aa5a0"],
        "grid": {"left": 6, "right": 14, "top": 34, "bottom": 4, "containLabel": True},
        "legend": {"left": 0, "top": 0, "itemWidth": 18, "textStyle": {"color": _SOFT, "fontSize": 13}},
        "tooltip": {"trigger": "axis"},
        "toolbox": toolbox(t) if tools else {"show": False},
        "xAxis": {
            "type": "category", "boundaryGap": False, "data": [f"{hour:02}:00" for hour in hours],
            "axisLine": {"lineStyle": {"color": _LINE}}, "axisTick": {"show": False}, "axisLabel": {"color": _SOFT},
        },
        "yAxis": {
            "type": "value", "minInterval": 1, "max": None if busy else 10,
            "splitLine": {"lineStyle": {"color": _LINE}},
            "axisLabel": {"color": _SOFT},
        },
        "series": [
            {
                "name": t("visitors.today"), "type": "line", "smooth": 0.25, "symbolSize": 6, "z": 3,
                "lineStyle": {"width": 3}, "areaStyle": {"opacity": 0.14},
                "data": [visitors.today[hour] if hour <= visitors.until_hour else None for hour in hours],
            },
            {
                "name": t("visitors.last-week"), "type": "line", "smooth": 0.25, "showSymbol": False,
                "lineStyle": {"width": 2, "type": "dashed"}, "data": [visitors.last_week[hour] for hour in hours],
            },
        ],
    }  # fmt: skip


def bars(names: Sequence[str], values: Sequence[int], name: str, t: Words) -> dict[str, Any]:
    """One bar per day."""
    return {
        "aria": {"enabled": True, "label": {"description": name}},
        "animation": False,
        "color": [CHART[0]],
        "grid": {"left": 6, "right": 10, "top": 30, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "toolbox": toolbox(t),
        "xAxis": {"type": "category", "data": list(names), "axisTick": {"show": False}, "axisLabel": {"color": _SOFT}},
        "yAxis": {
            "type": "value",
            "minInterval": 1,
            "splitLine": {"lineStyle": {"color": _LINE}},
            "axisLabel": {"color": _SOFT},
        },
        "series": [
            {
                "name": name,
                "type": "bar",
                "barMaxWidth": 42,
                "itemStyle": {"borderRadius": [6, 6, 0, 0]},
                "data": list(values),
            }
        ],
    }


def toolbox(t: Words) -> dict[str, Any]:
    """What saves a chart as a picture."""
    return {
        "right": 4,
        "top": -4,
        "feature": {"saveAsImage": {"title": t("chart.save"), "name": "aisle-visitors", "pixelRatio": 2}},
    }
