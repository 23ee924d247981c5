"""Where a console leads: a rail with groups on a PC; on a phone a bar with what is used most, and a sheet of the rest.

Nothing of it needs a script: the sheet is an HTML `details`, which closes at a tap beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from nicegui import ui

from cloud_sync.pages.i18n import Words
from cloud_sync.pages.text import text


@dataclass(frozen=True, slots=True)
class Destination:
    """One entry of the navigation. `label` is a message key, `icon` a Material icon name."""

    path: str
    icon: str
    label: str
    group: str = ""
    """Message key of the heading that it stands under; neighbours of one group stand under one heading."""
    thumb: bool = False
    """Within reach of a thumb: on the phone's bar. Where no entry is, all of them are."""


def rail_links(places: Sequence[Destination], t: Words, here: str) -> None:
    """Every entry, under the headings of its groups."""
    for group, members in groupby(places, key=lambda place: place.group):
        if group:
            text(t(group), "div").classes("aisle-group")
        for place in members:
            _link(place, t, here)


def phone_bar(places: Sequence[Destination], t: Words, here: str) -> None:
    """The entries within reach, and a sheet with all the others."""
    near = [place for place in places if place.thumb] or list(places)
    far = [place for place in places if place not in near]
    with ui.element("nav").classes("aisle-bar").props(f'aria-label="{t("nav.label")}"'):
        for place in near:
            _link(place, t, here)
        if far:
            open_here = next((place for place in far if place.path == here), None)
            with ui.element("details").classes("aisle-more"):
                with ui.element("summary").classes("aisle-link") as more:
                    ui.icon(open_here.icon if open_here else "apps").props("aria-hidden=true")
                    text(t(open_here.label if open_here else "nav.more"))
                if open_here:
                    more.props('aria-current="true"')
                with ui.element("div").classes("aisle-sheet"):
                    for group, members in groupby(far, key=lambda place: place.group):
                        if group:
                            text(t(group), "div").classes("aisle-group")
                        with ui.element("div").classes("aisle-sheet-links"):
                            for place in members:
                                _link(place, t, here)


def _link(place: Destination, t: Words, here: str) -> None:
    with ui.link(target=place.path).classes("aisle-link") as link:
        ui.icon(place.icon).props("aria-hidden=true")
        text(t(place.label))
    if place.path == here:
        link.props('aria-current="page"')
