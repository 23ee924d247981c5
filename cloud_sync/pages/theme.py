"""One look for every console: five states, each with a colour, an icon and a word, and one style sheet."""

from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from nicegui import ui


class State(StrEnum):
    """How a thing is, in the eyes of whoever runs the shop. The same five everywhere."""

    RIGHT = "right"
    CHANGING = "changing"
    NEEDS_YOU = "needs-you"
    FAILED = "failed"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Look:
    """How a state looks. `ink` on `paper` and `ink` on white both reach a contrast of 4.5:1."""

    ink: str
    paper: str
    icon: str
    """Name in the Material icon font that comes with NiceGUI."""

    word: str
    """Message key of the state's word."""


LOOKS: dict[State, Look] = {
    State.RIGHT: Look("#0b6637", "#e3f4e9", "check_circle", "state.right"),
    State.CHANGING: Look("#1a4fb4", "#e5eefc", "sync", "state.changing"),
    State.NEEDS_YOU: Look("#8a4500", "#fdefd8", "front_hand", "state.needs-you"),
    State.FAILED: Look("#ab1f17", "#fce7e5", "error", "state.failed"),
    State.OFFLINE: Look("#4a5361", "#e9ecf1", "cloud_off", "state.offline"),
}

BRAND = "#164a41"
PAPER = "#f5f6f4"
CHART = ("#1a7f64", "#e08e2b", "#4a6fd0", "#9a5fb5")
"""Series colours for charts, apart for the common kinds of colour blindness."""


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two #rrggbb colours, 1.0 to 21.0."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def dress_page(language: str) -> None:
    """Give the page being built the theme. Call once per page, before any part."""
    ui.colors(
        primary=BRAND,
        secondary="#3c6e63",
        accent="#e08e2b",
        positive=LOOKS[State.RIGHT].ink,
        negative=LOOKS[State.FAILED].ink,
        info=LOOKS[State.CHANGING].ink,
        warning=LOOKS[State.NEEDS_YOU].ink,
    )
    states = "".join(f".aisle-{state}{{--ink:{look.ink};--tint:{look.paper}}}" for state, look in LOOKS.items())
    sheet = files("cloud_sync.pages").joinpath("theme.css").read_text(encoding="utf-8")
    ui.add_head_html(f"<style>:root{{--brand:{BRAND};--page:{PAPER}}}{states}{sheet}</style>")
    ui.run_javascript(f"document.documentElement.lang = {language!r}")


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
