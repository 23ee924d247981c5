"""Tickets over the API: who sees them, who takes them on, and what the bell counts."""

import httpx
from fastapi import FastAPI

from edge.console.app import add_api
from edge.views.tickets import count_tickets
from tests.console.floor import MINUTE, Floor
from tests.console.test_api import CHEAP


def lose_a_till(floor: Floor) -> None:
    floor.state("till-1", "lost", "the cable was pulled")
    for _ in range(2):
        floor.do(floor.alarms.look)
        floor.now += 3 * MINUTE


def bell(floor: Floor) -> int:
    with floor.store.reading() as database:
        return count_tickets(database)


async def test_a_clerk_takes_a_ticket_on_and_a_viewer_only_looks(shop: Floor) -> None:
    lose_a_till(shop)
    app = FastAPI()
    add_api(app, shop.context(), "secret of the gateway")
    for name, role in (("cleo", "clerk"), ("vic", "viewer")):
        await shop.store.do(
            lambda tx, name=name, role=role: (
                tx.sql.execute(  # type: ignore[misc]
                    "INSERT INTO account VALUES (?, ?, ?, 'en', 0)", (name, CHEAP, role)
                ).rowcount
            )
        )
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        vic, cleo = httpx.BasicAuth("vic", "correct horse 42"), httpx.BasicAuth("cleo", "correct horse 42")
        (ticket,) = (await client.get("/api/tickets", auth=vic)).json()["open"]
        assert (ticket["rule"], ticket["subject"], ticket["why"]) == ("till-lost", "till-1", "the cable was pulled")
        assert bell(shop) == 1
        path = f"/api/tickets/{ticket['number']}/acknowledge"
        assert (await client.post(path, auth=vic)).status_code == 403
        assert (await client.post(path, auth=cleo)).json() == {"ticket": ticket["number"]}
        assert bell(shop) == 0
        again = await client.post(path, auth=cleo)
        assert (again.status_code, again.json()["detail"]) == (409, "cleo has ticket 1 already")
        assert (await client.get("/api/tickets", auth=vic)).json()["open"][0]["acknowledged_by"] == "cleo"
        assert (await client.post("/api/tickets/99/acknowledge", auth=cleo)).status_code == 409
        ready = (await client.get("/api/availability", auth=vic)).json()
        assert [one["device"] for one in ready] == ["gateway", "till-1", "till-2"]
