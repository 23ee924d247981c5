"""Temperatures as people read them. Given in hundredths of a degree Celsius."""


def degrees(centi: int) -> str:
    """A temperature for people: −18.3 °C."""
    return f"{centi / 100:.1f} °C".replace("-", "−")


def span(low: int, high: int) -> str:
    """From the coldest to the warmest."""
    return degrees(low) if low == high else f"{degrees(low)} – {degrees(high)}"
