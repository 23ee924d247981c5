"""Sign-in, and the first run of a new console."""

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.i18n import Words
from cloud_sync.pages.parts import lone_card, notice, text
from cloud_sync.pages.theme import State
from edge.console.desk import Desk
from edge.console.door import COOKIE, is_at_the_box
from edge.console.pages.shell import dress

REASONS = ("sign.wrong", "sign.wait", "first.short", "first.code.wrong", "first.done")


def add(router: APIRouter, desk: Desk) -> None:
    """/sign-in and /first-run."""

    @router.page("/sign-in")
    def sign_in(request: Request, why: str = "") -> RedirectResponse | None:
        if desk.accounts.is_new():
            return RedirectResponse("/first-run", status_code=303)
        if desk.accounts.whose(request.cookies.get(COOKIE, "")):
            return RedirectResponse("/", status_code=303)
        t = desk.catalogue.of_request(request)
        dress()
        with lone_card(desk.catalogue, t, t("sign.in"), "/sign-in"):
            text(desk.context.shop.name).classes("aisle-soft")
            _fault(why, t)
            with ui.element("form").props('method="post" action="/sign-in"').classes("console-form"):
                ui.input(t("sign.name")).props('name="name" autocomplete="username" outlined autofocus required')
                ui.input(t("sign.password"), password=True).props(
                    'name="password" autocomplete="current-password" outlined required'
                )
                ui.button(t("sign.in")).props('type="submit" unelevated size="lg"')
        return None

    @router.page("/first-run")
    def first_run(request: Request, why: str = "") -> RedirectResponse | None:
        if not desk.accounts.is_new():
            return RedirectResponse("/sign-in", status_code=303)
        t = desk.catalogue.of_request(request)
        dress()
        with lone_card(desk.catalogue, t, t("first.title"), "/first-run"):
            text(t("first.how")).classes("aisle-soft")
            _fault(why, t)
            with ui.element("form").props('method="post" action="/first-run"').classes("console-form"):
                ui.input(t("sign.name")).props('name="name" autocomplete="username" outlined autofocus required')
                ui.input(t("sign.password"), password=True).props(
                    'name="password" autocomplete="new-password" outlined required minlength=10'
                )
                if not is_at_the_box(request):
                    ui.input(t("first.code")).props('name="code" autocomplete="one-time-code" outlined required')
                    text(t("first.code.where")).classes("aisle-soft aisle-small")
                ui.button(t("first.make")).props('type="submit" unelevated size="lg"')
        return None


def _fault(why: str, t: Words) -> None:
    if why in REASONS:
        with notice(State.FAILED, t(why)):
            pass
