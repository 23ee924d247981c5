"""The curve of a fridge with its band, as options for ECharts."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cloud_sync.pages.i18n import Words
from cloud_sync.pages.theme import CHART
from edge.coldchain.records import FINE
from edge.views.fridges import Fridge

_SOFT, _LINE = "#55605c", "#e3e7e4"


def cold_curve(fridge: Fridge, timezone: str, t: Words) -> dict[str, Any]:
    """The warmest reading of each five minutes, over the band that the fridge has to keep. A gap is a gap."""
    zone = ZoneInfo(timezone)
    points = {point.at: point.high / 100 for point in fridge.curve}
    times = range(min(points), max(points) + 1, FINE) if points else range(0)
    high, low = fridge.high / 100, None if fridge.low is None else fridge.low / 100
    lowest = min([*points.values(), high if low is None else low]) - 2
    return {
        "aria": {"enabled": True, "label": {"description": t("fridges.curve", name=fridge.name)}},
        "animation": False,
        "color": [CHART[2]],
        "grid": {"left": 6, "right": 14, "top": 12, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "category", "boundaryGap": False,
            "data": [datetime.fromtimestamp(at / 1000, tz=UTC).astimezone(zone).strftime("%H:%M") for at in times],
            "axisLine": {"lineStyle": {"color": _LINE}}, "axisTick": {"show": False}, "axisLabel": {"color": _SOFT},
        },
        "yAxis": {
            "type": "value", "min": round(lowest), "max": round(max([*points.values(), high]) + 2),
            "splitLine": {"lineStyle": {"color": _LINE}}, "axisLabel": {"color": _SOFT, "formatter": "{value} °C"},
        },
        "series": [
            {
                "name": t("fridges.warmest"), "type": "line", "showSymbol": False, "lineStyle": {"width": 2.5},
                "data": [points.get(at) for at in times],
                "markArea": {
                    "silent": True, "itemStyle": {"color": "rgba(26, 127, 100, .13)"},
                    "data": [[{"yAxis": round(lowest) if low is None else low}, {"yAxis": high}]],
                },
            }
        ],
    }  # fmt: skip
