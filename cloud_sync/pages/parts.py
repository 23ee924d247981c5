"""Small parts that every page is made of. Each draws into the NiceGUI container that is open."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from nicegui import ui

from cloud_sync.pages.format import ago, exact
from cloud_sync.pages.i18n import Catalogue, Words
from cloud_sync.pages.navigation import Destination, phone_bar, rail_links
from cloud_sync.pages.text import text
from cloud_sync.pages.theme import LOOKS, State, dress_page

__all__ = [
    "Destination", "Frame", "card", "columns", "empty", "language_links", "lone_card", "notice", "page_frame",
    "stat_tile", "status_chip", "table_words", "text", "when",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page of one console."""

    catalogue: Catalogue
    name: str
    """Message key: what this console is called, under the brand."""

    destinations: tuple[Destination, ...]
    sign_out: str = "/sign-out"
    """A POST to this path ends the session."""


@contextmanager
def page_frame(
    frame: Frame, t: Words, title: str, here: str, who: str = "", corner: Callable[[], object] | None = None
) -> Iterator[None]:
    """A whole page: rail on a PC, bar at the bottom on a phone, a heading, and the body inside the `with`.

    `title` is text, `here` the path of the destination that is open, `who` the name of whoever signed in.
    `corner` draws what stands beside the heading, at its far end.
    """
    dress_page(t.language)
    ui.page_title(f"{title} · Aisle")
    with ui.element("div").classes("aisle-shell"):
        with ui.element("nav").classes("aisle-rail").props(f'aria-label="{t("nav.label")}"'):
            with ui.element("div").classes("aisle-brand"):
                ui.icon("sell")
                with ui.element("div"):
                    text("Aisle")
                    text(t(frame.name), "small")
            rail_links(frame.destinations, t, here)
            with ui.element("div").classes("aisle-rail-foot"):
                _foot(frame, t, here, who)
        with ui.element("main").classes("aisle-main"):
            with ui.element("div").classes("aisle-head"):
                text(title, "h1")
                ui.element("div").classes("aisle-grow")
                if corner is not None:
                    corner()
                with ui.element("div").classes("aisle-only-phone aisle-row aisle-small"):
                    _foot(frame, t, here, who)
            yield
        phone_bar(frame.destinations, t, here)


@contextmanager
def lone_card(catalogue: Catalogue, t: Words, title: str, here: str) -> Iterator[None]:
    """A page with one card in its middle and no navigation: sign-in, first run."""
    dress_page(t.language)
    ui.page_title(f"{title} · Aisle")
    with ui.element("main").classes("aisle-alone"), card():
        with ui.element("div").classes("aisle-row"):
            ui.icon("sell", size="28px").style("color: var(--brand)")
            text("Aisle", "strong").classes("aisle-grow")
            language_links(catalogue, t, here)
        text(title, "h2")
        yield


@contextmanager
def card(title: str = "") -> Iterator[ui.element]:
    """A white card with an optional heading."""
    with ui.element("section").classes("aisle-card") as made:
        if title:
            text(title, "h2")
        yield made


def status_chip(state: State, t: Words, word: str = "") -> ui.element:
    """A state as colour, icon and word. `word` replaces the state's own word where a narrower one fits."""
    look = LOOKS[state]
    with ui.element("span").classes(f"aisle-chip aisle-{state}") as chip:
        ui.icon(look.icon).props("aria-hidden=true")
        text(word or t(look.word))
    return chip


def stat_tile(name: str, value: str, state: State | None = None, note: str = "") -> ui.element:
    """A figure with its name; tinted and with the state's icon when it stands for a state."""
    with ui.element("div").classes("aisle-tile" + (f" tinted aisle-{state}" if state else "")) as tile:
        with ui.element("div").classes("name"):
            if state:
                ui.icon(LOOKS[state].icon).props("aria-hidden=true")
            text(name)
        with ui.element("div").classes("value"):
            text(value)
        if note:
            with ui.element("div").classes("note"):
                text(note)
    return tile


@contextmanager
def notice(state: State, title: str, body: str = "") -> Iterator[ui.element]:
    """A tinted line that says what happens and, inside the `with`, offers what a person can do."""
    with ui.element("div").classes(f"aisle-notice aisle-{state}").props('role="status"') as made:
        ui.icon(LOOKS[state].icon).props("aria-hidden=true")
        with ui.element("div").classes("aisle-grow"):
            text(title, "strong")
            if body:
                with ui.element("div"):
                    text(body)
            yield made


def empty(icon: str, title: str, how: str) -> None:
    """What an empty page says: how to fill it, or that there is nothing to worry about."""
    with ui.element("div").classes("aisle-empty"):
        ui.icon(icon).props("aria-hidden=true")
        text(title, "strong")
        text(how)


def when(at: int | None, now: int, t: Words, timezone: str = "UTC") -> ui.element:
    """How long ago, with the exact time on hover. `at` and `now` in UTC epoch milliseconds."""
    made = text(ago(at, now, t)).classes("aisle-soft")
    if at is not None:
        with made:
            ui.tooltip(exact(at, timezone))
    return made


def language_links(catalogue: Catalogue, t: Words, here: str) -> None:
    """One link per language, the present one marked."""
    with ui.element("div").classes("aisle-lang"):
        for language in sorted(catalogue.languages):
            target = f"/language/{language}?to={quote(here)}"
            link = ui.link(catalogue.name(language), target).props(f'lang="{language}"')
            if language == t.language:
                link.props('aria-current="true"')


def columns(t: Words, wanted: Sequence[tuple[str, str, str]]) -> list[dict[str, str]]:
    """Columns of a ui.table from (field, message key, "left" or "right")."""
    return [{"name": field, "field": field, "label": t(key), "align": align} for field, key, align in wanted]


def table_words(t: Words) -> str:
    """Props that make a ui.table flat and let its paging speak the page's language."""
    label = "(first, last, all) => `${first}–${last} / ${all}`"
    return f'flat :pagination-label="{label}" rows-per-page-label="{t("table.per-page")}"'


def _foot(frame: Frame, t: Words, here: str, who: str) -> None:
    language_links(frame.catalogue, t, here)
    if who:
        with ui.element("form").props(f'method="post" action="{frame.sign_out}"').classes("aisle-row"):
            text(who).classes("aisle-small")
            ui.button(icon="logout").props(f'type="submit" flat dense round color=inherit aria-label="{t("sign.out")}"')
