"""Saying which item a label stands for, by hand or with a scanner that types."""

from nicegui import ui

from cloud_sync.contract.item import gtin14
from cloud_sync.pages.parts import text
from edge.console.accounts import Role
from edge.console.pages.shell import Visit


async def bind_dialog(visit: Visit, label: str = "", item: str = "", place: str = "") -> None:
    """Ask for label, item and place, and bind. The dialog stays open on a mistake, and for the next label."""
    t, verbs = visit.t, visit.desk.context.verbs
    with ui.dialog() as dialog, ui.card().classes("console-dialog"):
        text(t("bind.title"), "h2")
        text(t("bind.how"), "p").classes("aisle-soft")
        label_field = ui.input(t("bind.label"), value=label).props("outlined autofocus maxlength=40")
        item_field = ui.input(t("bind.item"), value=item).props("outlined maxlength=14 inputmode=numeric")
        place_field = ui.input(t("bind.place"), value=place).props("outlined maxlength=60")
        fault = text("", "div").classes("console-fault").props('role="alert"')

        async def bind() -> None:
            try:
                code = gtin14(item_field.value.strip())
            except ValueError as error:
                fault.set_text(visit.reason(str(error)))  # type: ignore[attr-defined]
                return
            fault.set_text("")  # type: ignore[attr-defined]
            name = label_field.value.strip().lower()
            if await visit.act(
                Role.CLERK,
                lambda: verbs.bind(name, code, place_field.value.strip(), visit.account.name),
                t("bind.done", label=name),
            ):
                dialog.submit(None)

        label_field.on("keydown.enter", lambda: item_field.run_method("focus"))
        item_field.on("keydown.enter", bind)
        place_field.on("keydown.enter", bind)
        with ui.element("div").classes("aisle-row console-dialog-foot"):
            ui.button(t("act.cancel"), on_click=lambda: dialog.submit(None)).props("flat")
            ui.button(t("bind.do"), on_click=bind).props("unelevated")
    await dialog
    dialog.delete()
