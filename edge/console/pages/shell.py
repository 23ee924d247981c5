"""What all pages share: who visits, the frame around the page, live updates, and doing a thing."""

from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import ui

from cloud_sync.pages.format import ago, exact
from cloud_sync.pages.i18n import Words
from cloud_sync.pages.parts import Destination, Frame, page_frame, text
from cloud_sync.pages.reasons import in_words
from edge.console.accounts import Account, Role
from edge.console.desk import Desk
from edge.console.door import COOKIE
from edge.console.pages.bell import draw_bell
from edge.store import StoreError

LOOK_EVERY_S = 0.5
SHOW_HERE = "document.querySelector('.aisle-rail [aria-current=page]')?.scrollIntoView({block: 'nearest'})"
"""On a low screen the rail scrolls: this brings the entry of the open page into view."""
REFRESH_MS = 10_000
"""Pages are drawn anew after this long anyway: "3 min ago" grows old by itself."""
DESTINATIONS = (
    Destination("/", "storefront", "page.overview", thumb=True),
    Destination("/tasks", "checklist", "page.tasks", thumb=True),
    Destination("/alarms", "notifications", "page.alarms", thumb=True),
    Destination("/labels", "sell", "page.labels", "group.prices"),
    Destination("/photo", "photo_camera", "page.photo", "group.prices"),
    Destination("/prices", "price_change", "page.prices", "group.prices"),
    Destination("/ledger", "receipt_long", "page.ledger", "group.prices"),
    Destination("/stock", "inventory_2", "page.stock", "group.goods", thumb=True),
    Destination("/receiving", "local_shipping", "page.receiving", "group.goods"),
    Destination("/fridges", "severe_cold", "page.fridges", "group.goods"),
    Destination("/lanes", "point_of_sale", "page.lanes", "group.customers"),
    Destination("/pickup", "shopping_bag", "page.pickup", "group.customers"),
    Destination("/visitors", "directions_walk", "page.visitors", "group.customers"),
    Destination("/cameras", "videocam", "page.cameras", "group.customers"),
    Destination("/devices", "router", "page.devices", "group.box"),
    Destination("/network", "lan", "page.network", "group.box"),
    Destination("/link", "cloud_sync", "page.link", "group.box"),
    Destination("/settings", "settings", "page.settings", "group.box"),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One person looking at one page."""

    desk: Desk
    account: Account
    token: str
    t: Words

    @property
    def now(self) -> int:
        """The gateway's time, UTC epoch milliseconds."""
        return self.desk.context.clock()

    def ago(self, at: int | None) -> str:
        """How long ago, in words."""
        return ago(at, self.now, self.t)

    def exact(self, at: int) -> str:
        """Date and time on the shop's clock."""
        return exact(at, self.desk.context.shop.timezone)

    def when(self, at: int | None) -> ui.element:
        """How long ago, with the exact time on hover."""
        made = text(self.ago(at), "time").classes("aisle-soft")
        if at is not None:
            made.props["title"] = self.exact(at)
        return made

    def reason(self, why: str) -> str:
        """Why something is as it is, in the reader's language where it is one of the stable reasons."""
        return in_words(why, self.t, self.desk.figures.money)

    def may(self, role: Role) -> bool:
        """Whether this person has the role, to offer only what can be done."""
        return self.account.role.may(role)

    @contextmanager
    def page(self, title: str, here: str) -> Iterator[None]:
        """The frame; what is drawn inside the `with` is the page's body."""
        frame = Frame(self.desk.catalogue, "console.name", DESTINATIONS)
        with page_frame(frame, self.t, title, here, self.account.name, lambda: draw_bell(self.desk, self.t)):
            dress()
            ui.run_javascript(SHOW_HERE)
            yield

    def follow(self, refresh: Callable[[], Awaitable[None]], *topics: str) -> None:
        """Call `refresh` when something of these topics changed, at most twice a second."""
        seen = [self.desk.live.mark(*topics), self.now]

        async def look() -> None:
            if self.desk.accounts.whose(self.token) is None:
                ui.navigate.to("/sign-in")
                return
            mark, now = self.desk.live.mark(*topics), self.now
            if mark != seen[0] or now - seen[1] >= REFRESH_MS:
                seen[:] = [mark, now]
                await refresh()

        ui.timer(LOOK_EVERY_S, look, immediate=False)

    async def act(self, role: Role, deed: Callable[[], Awaitable[object]], done: str) -> bool:
        """Do a thing for this person and say how it ended. The role is checked anew, not as it was at page load."""
        account = self.desk.accounts.whose(self.token)
        if account is None or not account.role.may(role):
            ui.notify(self.t("act.not-allowed"), type="warning")
            return False
        try:
            await deed()
        except ValueError as error:
            ui.notify(
                self.reason(str(error)),
                type="negative",
                timeout=10_000,
                close_button=self.t("act.close"),
            )
            return False
        except StoreError as error:
            ui.notify(self.t("act.busy", why=error), type="negative", timeout=10_000, close_button=self.t("act.close"))
            return False
        ui.notify(done, type="positive")
        return True

    async def confirm(self, title: str, body: str, yes: str) -> bool:
        """Say what will happen, and ask."""
        with ui.dialog() as dialog, ui.card().classes("console-dialog"):
            text(title, "h2")
            text(body, "p")
            with ui.element("div").classes("aisle-row console-dialog-foot"):
                ui.button(self.t("act.cancel"), on_click=lambda: dialog.submit(False)).props("flat")
                ui.button(yes, on_click=lambda: dialog.submit(True)).props("unelevated")
        answer = bool(await dialog)
        dialog.delete()
        return answer


def dress() -> None:
    """Add the console's own style sheet to the page being built."""
    sheet = files("edge.console").joinpath("console.css").read_text(encoding="utf-8")
    ui.add_head_html(f"<style>{sheet}</style>")


async def enter(desk: Desk, request: Request) -> Visit | RedirectResponse:
    """Let a signed-in person in; send anybody else to sign in, or to the first run of a new console."""
    token = request.cookies.get(COOKIE, "")
    account = desk.accounts.whose(token)
    if account is None:
        return RedirectResponse("/first-run" if desk.accounts.is_new() else "/sign-in", status_code=303)
    return Visit(desk, account, token, desk.catalogue.of_request(request))


class Region:
    """A part of a page that is drawn anew only when what it shows has changed, so that nothing jumps for nothing."""

    def __init__(self, classes: str = "") -> None:
        self._box = ui.element("div").classes(f"console-region {classes}")
        self._shown: Hashable = object()

    def show(self, facts: Hashable, draw: Callable[[], object]) -> None:
        """Draw, unless the region shows exactly these facts already."""
        if facts == self._shown:
            return
        self._shown = facts
        self._box.clear()
        with self._box:
            draw()

    def remove(self) -> None:
        """Take the region off the page."""
        self._box.delete()
