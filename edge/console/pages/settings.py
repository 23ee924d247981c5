"""Language, accounts, a new till, and joining head office."""

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, text
from edge.console.accounts import Denied, Role
from edge.console.desk import Desk
from edge.console.door import COOKIE, source
from edge.console.pages.clock import hours_card
from edge.console.pages.shell import Visit, enter


def add(router: APIRouter, desk: Desk) -> None:
    """/settings"""

    @router.page("/settings")
    async def settings(request: Request) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        with visit.page(visit.t("page.settings"), "/settings"), ui.element("div").classes("console-masonry"):
            _language(visit)
            _password(visit, source(request))
            if visit.may(Role.MANAGER):
                _till(visit)
                _account(visit)
                if desk.context.enrol_store is not None:
                    _join(visit)
            hours_card(visit)
            _shop(visit)
        return None

    @router.get("/settings/language/{code}", include_in_schema=False)
    async def language(request: Request, code: str) -> RedirectResponse:
        account = desk.accounts.whose(request.cookies.get(COOKIE, ""))
        if account is not None and code in desk.catalogue.languages:
            await desk.accounts.set_language(account.name, code)
        return RedirectResponse(
            f"/language/{code}?to=/settings" if code in desk.catalogue.languages else "/settings", 303
        )


def _language(visit: Visit) -> None:
    with card(visit.t("settings.language")):
        text(visit.t("settings.language.what")).classes("aisle-soft")
        with ui.element("div").classes("aisle-row"):
            for language in sorted(visit.desk.catalogue.languages):
                link = ui.link(visit.desk.catalogue.name(language), f"/settings/language/{language}").classes(
                    "console-chip"
                )
                link.props["lang"] = language
                if language == visit.t.language:
                    link.props["aria-current"] = "true"


def _password(visit: Visit, address: str) -> None:
    t, accounts = visit.t, visit.desk.accounts
    with card(t("settings.password")):
        text(t("settings.you", name=visit.account.name, role=t(f"account.{visit.account.role}"))).classes("aisle-soft")
        old = _secret(t("settings.password.old"), "current-password")
        new = _secret(t("settings.password.new"), "new-password")

        async def change() -> None:
            try:
                await accounts.change_password(visit.account.name, old.value, new.value, address)
            except Denied as denied:
                ui.notify(t(denied.reason), type="negative")
                return
            ui.navigate.to("/sign-in")

        ui.button(t("settings.password.change"), on_click=change).props("outline")


def _till(visit: Visit) -> None:
    t, verbs = visit.t, visit.desk.context.verbs
    with card(t("till.title")):
        text(t("till.how")).classes("aisle-soft")
        device = ui.input(t("till.id")).props("outlined dense maxlength=32")
        name = ui.input(t("till.name")).props("outlined dense maxlength=60")

        async def enrol() -> None:
            found: list[str] = []

            async def deed() -> None:
                found.append(
                    await verbs.enrol_till(device.value.strip().lower(), name.value.strip(), visit.account.name)
                )

            if await visit.act(Role.MANAGER, deed, t("till.done")):
                await _show_once(visit, device.value.strip().lower(), found[0])
                device.value = name.value = ""

        ui.button(t("till.enrol"), icon="point_of_sale", on_click=enrol).props("unelevated")


async def _show_once(visit: Visit, device: str, password: str) -> None:
    t = visit.t
    with ui.dialog().props("persistent") as dialog, ui.card().classes("console-dialog"):
        text(t("till.password.title"), "h2")
        text(t("till.password.what"), "p")
        with ui.element("dl").classes("console-facts-list"):
            text(t("till.id"), "dt")
            text(device, "dd").classes("aisle-mono")
            text(t("sign.password"), "dt")
            text(password, "dd").classes("aisle-mono console-secret")
        ui.button(t("till.password.seen"), on_click=lambda: dialog.submit(None)).props("unelevated")
    await dialog
    dialog.delete()


def _account(visit: Visit) -> None:
    t, accounts = visit.t, visit.desk.accounts
    with card(t("account.title")):
        name = ui.input(t("sign.name")).props("outlined dense maxlength=40 autocomplete=off")
        password = _secret(t("sign.password"), "new-password")
        roles = {role.value: t(f"account.{role}") for role in Role}
        role = ui.select(roles, value=Role.CLERK.value, label=t("account.role")).props("outlined dense")

        async def make() -> None:
            try:
                await accounts.add(
                    name.value.strip(), password.value, Role(role.value), visit.t.language, visit.account.name
                )
            except Denied as denied:
                ui.notify(t(denied.reason), type="negative")
                return
            ui.notify(t("account.done", name=name.value.strip()), type="positive")
            name.value = password.value = ""

        async def checked() -> None:
            account = accounts.whose(visit.token)
            if account is not None and account.role.may(Role.MANAGER):
                await make()

        ui.button(t("account.make"), icon="person_add", on_click=checked).props("outline")


def _join(visit: Visit) -> None:
    t, enrol = visit.t, visit.desk.context.enrol_store
    with card(t("join.title")):
        text(t("join.how")).classes("aisle-soft")
        code = ui.input(t("join.code")).props("outlined dense maxlength=80 autocomplete=off")
        said = text("", "div").props('role="status"')

        async def join() -> None:
            async def deed() -> None:
                if enrol is not None:
                    said.set_text(await enrol(code.value.strip()))  # type: ignore[attr-defined]

            await visit.act(Role.MANAGER, deed, t("join.done"))

        ui.button(t("join.do"), icon="cloud_sync", on_click=join).props("outline")


def _shop(visit: Visit) -> None:
    t, shop = visit.t, visit.desk.context.shop
    with card(t("settings.shop")):
        text(t("settings.shop.what")).classes("aisle-soft")
        with ui.element("dl").classes("console-facts-list"):
            for key, value in (
                ("settings.shop.name", shop.name),
                ("settings.shop.id", shop.id),
                ("settings.shop.currency", shop.currency),
                ("settings.shop.timezone", shop.timezone),
            ):
                text(t(key), "dt")
                text(value, "dd")


def _secret(word: str, kind: str) -> ui.input:
    return ui.input(word, password=True).props(f'outlined dense maxlength=200 autocomplete="{kind}"')
