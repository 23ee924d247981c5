"""Curves of footfall with the week before behind them, as options for ECharts. Each can be saved as a picture."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cloud_sync.pages.i18n import Words
from cloud_sync.pages.theme import CHART
from edge.console.pages.charts import toolbox

_SOFT, _LINE = "#55605c", "#e3e7e4"


def week_curve(
    now: Sequence[int], before: Sequence[int], times: Sequence[int], timezone: str, name: str, t: Words
) -> dict[str, Any]:
    """A figure by steps of time over the same steps a week (or four) earlier. `times`: of the steps before."""
    zone = ZoneInfo(timezone)
    moments = [datetime.fromtimestamp(at / 1000, UTC).astimezone(zone) for at in times]
    one_day = len({moment.date() for moment in moments}) <= 1
    names = [
        moment.strftime("%H:%M") if one_day else f"{t(f'day.{moment.isoweekday()}')} {moment:%H:%M}"
        for moment in moments
    ]
    return {
        "aria": {"enabled": True, "label": {"description": name}},
        "animation": False,
        "color": [CHART[0], "#9aa5a0"],
        "grid": {"left": 6, "right": 14, "top": 34, "bottom": 4, "containLabel": True},
        "legend": {"left": 0, "top": 0, "itemWidth": 18, "textStyle": {"color": _SOFT, "fontSize": 13}},
        "tooltip": {"trigger": "axis"},
        "toolbox": toolbox(t),
        "xAxis": {
            "type": "category", "boundaryGap": False, "data": names,
            "axisLine": {"lineStyle": {"color": _LINE}}, "axisTick": {"show": False}, "axisLabel": {"color": _SOFT},
        },
        "yAxis": {
            "type": "value", "minInterval": 1, "splitLine": {"lineStyle": {"color": _LINE}},
            "axisLabel": {"color": _SOFT},
        },
        "series": [
            {
                "name": name, "type": "line", "showSymbol": False, "z": 3, "lineStyle": {"width": 2.5},
                "areaStyle": {"opacity": 0.14}, "data": list(now),
            },
            {
                "name": t("period.before"), "type": "line", "showSymbol": False,
                "lineStyle": {"width": 1.6, "type": "dashed"}, "data": list(before),
            },
        ],
    }  # fmt: skip
