"""The sign-in page, which at the first start makes the first account. A plain form."""

from nicegui import ui

from cloud_sync.pages.i18n import Catalogue, Words
from cloud_sync.pages.parts import lone_card, notice, text
from cloud_sync.pages.theme import State

PROBLEMS = {"wrong": "sign.wrong", "wait": "sign.wait", "short": "first.short"}


def sign_in_page(catalogue: Catalogue, t: Words, first: bool, problem: str) -> None:
    """Draw the form. `problem` is why the last try failed, a key of PROBLEMS."""
    with lone_card(catalogue, t, t("first.title" if first else "sign.in"), "/sign-in"):
        if first:
            text(t("first.how"), "p").classes("aisle-soft")
        if problem in PROBLEMS:
            with notice(State.FAILED, t(PROBLEMS[problem])):
                pass
        action = "/first-run" if first else "/sign-in"
        with ui.element("form").props(f'method="post" action="{action}"').classes("aisle-form"):
            ui.input(t("sign.name")).props("name=name autocomplete=username outlined required autofocus")
            remember = "new-password" if first else "current-password"
            ui.input(t("sign.password"), password=True).props(
                f"name=password autocomplete={remember} outlined required"
            )
            ui.button(t("first.make" if first else "sign.in")).props("type=submit unelevated size=lg")
