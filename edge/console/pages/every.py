"""All pages of the console, declared to NiceGUI."""

from nicegui import APIRouter
from nicegui import app as nicegui_app

from edge.console.desk import Desk
from edge.console.pages import (
    alarms,
    audit,
    camera,
    cameras,
    devices,
    fridges,
    heat,
    inspect,
    label,
    labels,
    lanes,
    ledger,
    link,
    network,
    overview,
    photo,
    pickup,
    prices,
    receiving,
    scan,
    settings,
    sign,
    stock,
    tasks,
    trace,
    visitors,
    zones,
)


def add_pages(desk: Desk) -> None:
    """Declare every page. NiceGUI's own app holds them, because its middleware must see their requests."""
    router = APIRouter()
    every = (
        sign, overview, tasks, alarms, scan, inspect, labels, label, photo, prices, stock, receiving, trace, pickup,
        visitors, devices, network, link, fridges, lanes, ledger, settings, cameras, camera, audit, heat, zones,
    )  # fmt: skip
    for page in every:
        page.add(router, desk)
    nicegui_app.include_router(router)
