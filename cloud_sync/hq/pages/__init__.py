"""Head office's pages: sign-in, all stores, one store, tickets, clocks. Built from `cloud_sync.pages`."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from nicegui import ui

from cloud_sync.hq.office import NotFound, Office
from cloud_sync.hq.operators import any_operator
from cloud_sync.hq.pages.clocks_page import clocks_page
from cloud_sync.hq.pages.context import Desk
from cloud_sync.hq.pages.sign_in import sign_in_page
from cloud_sync.hq.pages.store_page import store_page
from cloud_sync.hq.pages.stores_page import stores_page
from cloud_sync.hq.pages.tickets_page import tickets_page
from cloud_sync.hq.signing_in import COOKIE
from cloud_sync.hq.stores import get_store
from cloud_sync.pages.i18n import Catalogue
from cloud_sync.pages.install import install_pages


def catalogue() -> Catalogue:
    """Every message of head office's pages."""
    return Catalogue.load("cloud_sync.pages", "cloud_sync.hq.pages")


def add_pages(app: FastAPI, office: Office, secret: str, folder: Path) -> None:
    """Put the pages on the console app, after its routes. Once per process: NiceGUI knows one app."""
    words = catalogue()

    def desk(request: Request) -> Desk | None:
        token = request.cookies.get(COOKIE)
        found = Desk(office, words, words.of_request(request), token or "")
        return found if found.operator() else None

    @ui.page("/sign-in")
    def sign_in(request: Request, problem: str = "") -> Response | None:
        if desk(request):
            return RedirectResponse("/")
        sign_in_page(words, words.of_request(request), first=not any_operator(office), problem=problem)
        return None

    @ui.page("/")
    async def stores(request: Request) -> Response | None:
        at = desk(request)
        if at is None:
            return RedirectResponse("/sign-in")
        await stores_page(at)
        return None

    @ui.page("/store/{store}")
    async def one_store(request: Request, store: str) -> Response | None:
        at = desk(request)
        if at is None:
            return RedirectResponse("/sign-in")
        try:
            found = get_store(office, store)
        except NotFound:
            return RedirectResponse("/")
        await store_page(at, found)
        return None

    @ui.page("/tickets")
    async def tickets(request: Request) -> Response | None:
        at = desk(request)
        if at is None:
            return RedirectResponse("/sign-in")
        await tickets_page(at)
        return None

    @ui.page("/clocks")
    async def clocks(request: Request) -> Response | None:
        at = desk(request)
        if at is None:
            return RedirectResponse("/sign-in")
        await clocks_page(at)
        return None

    install_pages(app, words, secret, folder)
