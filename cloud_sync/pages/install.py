"""Put NiceGUI pages on a FastAPI app, with everything that a shop without internet needs."""

from collections.abc import Collection
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from nicegui import app as nicegui_app
from nicegui import ui
from starlette.middleware import Middleware

from cloud_sync.pages.guard import Guard
from cloud_sync.pages.i18n import Catalogue, language_router


def install_pages(app: FastAPI, catalogue: Catalogue, secret: str, folder: Path) -> None:
    """Mount every `@ui.page` that was declared on `app`. Call last, after all routes.

    `secret` signs NiceGUI's own browser cookie; `folder` is where NiceGUI may keep what belongs to a browser.
    NiceGUI allows one such app per process.
    """
    app.include_router(language_router(catalogue))
    nicegui_app.storage.path = folder
    ui.run_with(
        app,
        title="Aisle",
        favicon=files("cloud_sync.pages").joinpath("icon.svg").read_text(encoding="utf-8"),
        storage_secret=secret,
        session_middleware_kwargs={"same_site": "strict"},
        tailwind=False,
        show_welcome_message=False,
    )


def guard_app(app: FastAPI, hosts: Collection[str] | None = None) -> None:
    """Wrap the whole app, NiceGUI's WebSocket included, in `Guard`. Call before the app starts."""
    app.user_middleware.insert(0, Middleware(Guard, hosts=hosts))
