"""A price file by hand: choose it, see what would happen, push it."""

from collections.abc import Callable

from nicegui import events, ui

from cloud_sync.hq.pages.context import Desk
from cloud_sync.hq.stores import Store
from cloud_sync.hq.terms import Asked
from cloud_sync.hq.uploads import MAX_FILE, Upload, upload
from cloud_sync.pages.format import count, money
from cloud_sync.pages.parts import notice, stat_tile, text
from cloud_sync.pages.theme import State

SHOWN = 8


def upload_panel(desk: Desk, store: Store, pushed: Callable[[], None]) -> None:
    """Draw the panel. `pushed` is called after a push."""
    t = desk.t
    text(t("upload.how")).classes("aisle-soft aisle-small")
    chooser = ui.upload(
        label=t("upload.choose"),
        auto_upload=True,
        max_file_size=MAX_FILE,
        on_upload=lambda event: dry_run(event),
    )
    chooser.props('accept=".csv,.txt,text/csv" flat bordered').classes("aisle-upload")
    chooser.on("rejected", lambda: ui.notify(t("upload.too-large"), type="negative"))
    result = ui.element("div").classes("aisle-stack")

    async def dry_run(event: events.UploadEventArguments) -> None:
        name, data = event.file.name, await event.file.read()
        chooser.reset()
        seen = await desk.do(lambda who: upload(desk.office, store.id, data, who, dry_run=True))
        result.clear()
        if seen is not None:
            with result:
                _show(desk, store, name, data, seen, push)

    async def push(data: bytes, asked: Asked) -> None:
        done = await desk.do(lambda who: upload(desk.office, store.id, data, who, asked))
        if done is not None:
            result.clear()
            ui.notify(t("upload.pushed", count=count(len(done.changed))), type="positive", timeout=6000)
            pushed()


def _show(
    desk: Desk, store: Store, name: str, data: bytes, seen: Upload, push: Callable[[bytes, Asked], object]
) -> None:
    t = desk.t
    facts = seen.facts()
    text(t("upload.would", file=name), "h2")
    with ui.element("div").classes("aisle-tiles"):
        stat_tile(t("upload.changed"), count(facts["changed"]), State.CHANGING if facts["changed"] else None)
        stat_tile(t("upload.unchanged"), count(facts["unchanged"]))
        stat_tile(t("upload.rejected"), count(facts["rejected"]), State.NEEDS_YOU if facts["rejected"] else None)
    for note, number in facts["notes"].items():
        text(f"{count(number)} × {note}").classes("aisle-soft aisle-small")
    if facts["rejected"]:
        with notice(State.NEEDS_YOU, t("upload.rejects", count=count(facts["rejected"]))):
            for reject in facts["rejects"][:SHOWN]:
                with ui.element("div").classes("aisle-small"):
                    text(t("upload.line", line=reject["line"], reason=reject["reason"]))
            file = facts["rejects_csv"].encode(), f"rejects-{store.id}.csv"
            ui.button(t("upload.download"), icon="download", on_click=lambda: ui.download.content(*file)).props(
                "flat dense"
            )
    if not facts["changed"]:
        text(t("upload.nothing")).classes("aisle-soft")
        return
    _examples(desk, facts["preview"][:SHOWN])
    with ui.element("div").classes("aisle-row"):
        fields = []
        for name in ("at", "until", "deadline"):
            field = ui.input(t(f"upload.{name}")).props("outlined dense type=datetime-local stack-label")
            field.classes("aisle-grow aisle-wide").tooltip(t("upload.at-how", timezone=store.timezone))
            fields.append(field)
        label = t("upload.push", count=count(facts["changed"]), store=store.name)

        def asked() -> Asked:
            at, until, deadline = (str(field.value or "") for field in fields)
            return Asked(at, until, deadline)

        ui.button(label, icon="send", on_click=lambda: push(data, asked())).props("unelevated")


def _examples(desk: Desk, preview: list[dict[str, object]]) -> None:
    with ui.element("div").classes("aisle-lines"):
        for row in preview:
            currency, minor, before = str(row["currency"]), int(str(row["minor"])), row["before_minor"]
            with ui.element("div").classes("aisle-row aisle-small"):
                text(str(row["name"])).classes("aisle-grow")
                if before is not None:
                    text(money(int(str(before)), currency)).classes("aisle-soft aisle-old")
                text(money(minor, currency), "strong")
