"""A field for a scanner that types, a keyboard or the phone's camera: one code in, however it was read."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import events, ui

from cloud_sync.pages.parts import text
from edge.console.pages.shell import Visit
from edge.labels.photo import MOST_BYTES, read_codes

Codes = Callable[[list[str]], Awaitable[None]]


def scan_field(visit: Visit, label: str, heard: Codes) -> ui.input:
    """Ask for a code. `heard` gets one typed code, or every code found in a photo."""
    t = visit.t
    with ui.element("div").classes("scan-field"):
        field = ui.input(label).props("outlined autofocus maxlength=200 autocomplete=off").classes("aisle-grow")

        async def typed(code: str) -> None:
            field.set_value(code)  # or emptying it would change nothing where the letters are still on their way
            field.set_value("")
            if code.strip():
                await heard([code.strip()])

        on_enter(field, typed)
        ui.button(t("scan.enter"), on_click=lambda: typed(field.value or "")).props("unelevated")
        _camera(visit, heard)
    return field


def on_enter(field: ui.input, typed: Callable[[str], Awaitable[None]]) -> None:
    """Call `typed` with what stands in the field when Enter is pressed in it.

    The words travel with the key: a scanner that types while the page is still connecting sends Enter so soon that
    it can overtake the letters, which then would not be in `field.value` yet.
    """

    async def pressed(event: events.GenericEventArguments) -> None:
        await typed(str(event.args))

    field.on("keydown.enter", pressed, js_handler="(event) => emit(event.target.value)")


def _camera(visit: Visit, heard: Codes) -> None:
    t = visit.t

    async def photographed(event: events.UploadEventArguments) -> None:
        photo = await event.file.read()
        chooser.reset()
        try:
            codes = await asyncio.to_thread(read_codes, photo)
        except ValueError:
            ui.notify(t("scan.photo.bad"), type="warning", timeout=8_000)
            return
        if codes:
            await heard(codes)
        else:
            ui.notify(t("scan.photo.none"), type="warning", timeout=8_000)

    chooser = ui.upload(on_upload=photographed, auto_upload=True, max_file_size=MOST_BYTES)
    chooser.props('accept="image/jpeg,image/png" capture="environment"').classes("hidden")
    chooser.on("rejected", lambda: ui.notify(t("scan.photo.bad"), type="warning", timeout=8_000))
    button = ui.button(t("scan.photo"), icon="photo_camera").props("outline")
    button.on("click", js_handler=f"() => getElement({chooser.id}).pickFiles()")


def fault_line() -> ui.element:
    """An empty line that speaks up when it is filled."""
    return text("", "div").classes("console-fault").props('role="alert"')
