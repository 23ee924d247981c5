"""The gateway's console: pages for people and a JSON API for scripts, on one FastAPI app.

The API takes the session cookie of a browser, `Authorization: Bearer` with a token of POST /api/sign-in, or HTTP Basic:

    POST /api/setup                            first account: {name, password, language?, code?} → {token}
    POST /api/sign-in                          {name, password} → {token, role}; POST /api/sign-out ends it
    POST /api/accounts                         {name, password, role, language?}
    POST /api/labels/bindings?dry_run=         CSV or JSON list of label, item, place → {bound, refused}
    POST /api/tills/{id}                       {name?} → {id, password}
    GET  /api/labels/scan?code=                → the label, or the labels of the item
    POST /api/labels/{id}/cover | uncover | replace | blink?seconds=   {code?} | {code?} | {new} | nothing
    POST /api/devices/{id}/retire | retry      {why} | nothing
    POST /api/prices/{item}/{version}/approve | reject
    POST /api/clock/confirm                    PUT /api/hours {week, days}; GET /api/clock tells both
    GET  /api/as-of?label= | ?item=[&till=]    &at= → what was shown and charged, as intervals with evidence
    GET  /api/receipts/{receipt}               each line judged
    GET  /api/inspections[/{id}]               accuracy with its interval; POST draws: {size?, strata?, seed?}
    POST /api/inspections/{id}/answers | end   [{label, shown? | item?, version?}] | nothing
    POST /api/readings?place=&age_ms=          a photo of the shelf (JPEG or PNG) → every label in it, judged
    GET  /api/readings                         what was read, newest first
    GET  /api/stock?only=&text=                what is there, promised and free, with its age
    GET  /api/stock/out-rate?items=            the stock-out rate of a list
    POST /api/stock/{item}/deliveries | waste | counts | levels
    GET  /api/pickup                           POST /api/pickup/{order}/aside | missing | collect {code} | unlock
    GET  /api/tickets                          open and closed; POST /api/tickets/{number}/acknowledge takes one on
    GET  /api/availability                     ready for how much of today and of the last seven days, per device
    GET  /api/receiving[/{sheet}]              POST opens a sheet {code? | item, batch, quantity, keeps, …} → {sheet}
    POST /api/receiving/{sheet}/readings | accept | hold | release | reject | move | drop
    GET  /api/trace?batch=[&item=]             where a batch came from, how cold it lay, what became of it
    GET  /api/epcis?since=&until=              EPCIS 2.0 events as one JSON-LD document
    GET  /api/cameras[/{id}/feet | scenes]     POST /api/cameras/{id}/scene {after, scene}: what it looks for
    GET  /api/plan                             POST /api/plan?wide_cm=&deep_cm=: a picture of the floor, or nothing
    POST /api/audits?camera=&line=[&seconds=]  a clip to hold the count against; GET, DELETE /api/audits/{id}[/clip]
    POST /api/audits/{id}/marks                [{at, direction}] → what was counted, missed, extra
    GET  /api/overview /api/tasks /api/labels /api/prices /api/healthz

Calls that another site makes through a signed-in browser are refused by their Origin; the cookie is SameSite=Strict.
"""

from fastapi import FastAPI

from cloud_sync.pages.i18n import Catalogue
from cloud_sync.pages.install import guard_app, install_pages
from edge.console.accounts import Accounts
from edge.console.answers import speak
from edge.console.api_alarms import alarms_api
from edge.console.api_audits import audits_api
from edge.console.api_cameras import cameras_api
from edge.console.api_do import do_api
from edge.console.api_export import export_files
from edge.console.api_heat import heat_api
from edge.console.api_inspect import inspect_api
from edge.console.api_labels import labels_api
from edge.console.api_pickup import pickup_api
from edge.console.api_plan import plan_api
from edge.console.api_proof import past_pictures, proof_api
from edge.console.api_read import read_api
from edge.console.api_readings import readings_api
from edge.console.api_receiving import receiving_api, trace_api
from edge.console.api_sign import sign_api, sign_forms
from edge.console.api_stock import stock_api
from edge.console.context import ConsoleContext
from edge.console.desk import Desk
from edge.console.figures import Figures
from edge.console.live import Live
from edge.console.pages.every import add_pages
from edge.console.pictures import picture_files


def add_console(app: FastAPI, context: ConsoleContext, storage_secret: str) -> None:
    """Put the whole console on `app`; call once per process, before it starts.

    `storage_secret` signs sessions: kept by the gateway, never shown, at least 32 random characters.
    """
    desk = add_api(app, context, storage_secret)
    add_pages(desk)
    install_pages(app, desk.catalogue, storage_secret, context.store.path.parent / "console")


def add_api(app: FastAPI, context: ConsoleContext, storage_secret: str) -> Desk:
    """Everything but the pages; any number of times per process."""
    desk = Desk(
        context=context,
        accounts=Accounts(context.store, context.clock, storage_secret, context.setup_code),
        live=Live(context.store),
        catalogue=Catalogue.load("cloud_sync.pages", "edge.console"),
        figures=Figures(context.shop.locale, context.shop.currency),
    )
    for router in (
        sign_api(desk),
        sign_forms(desk),
        read_api(desk),
        do_api(desk),
        labels_api(desk),
        export_files(desk),
        picture_files(desk),
        proof_api(desk),
        inspect_api(desk),
        past_pictures(desk),
        readings_api(desk),
        stock_api(desk),
        pickup_api(desk),
        alarms_api(desk),
        receiving_api(desk),
        trace_api(desk),
        cameras_api(desk),
        plan_api(desk),
        audits_api(desk),
        heat_api(desk),
    ):
        app.include_router(router)
    speak(app, desk.catalogue)
    guard_app(app, context.hosts)
    return desk
