"""The lane's own screen, and the lane as a process."""

import asyncio
import json
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from cloud_sync.pages.i18n import Catalogue
from edge.lane import machine
from edge.lane.basket import Refusal
from edge.lane.commands import serving
from edge.lane.screen import screen_app
from edge.lane.state import Closed, Phase, Reason
from tests.lane.kit import BADGE, MILK, TEA, Rig, rig


def client(shop: Rig) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(screen_app(shop.lane))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


async def test_a_shopper_and_the_staff_at_the_screen(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane, client(shop) as screen:
        page = (await screen.get("/")).text
        assert "</html>" in page
        assert "Scan your first item" in page
        await screen.post("/scan", json={"code": MILK[1:]})
        await shop.lines(1)
        await shop.buy(TEA[1:])
        shown = (await screen.get("/lane")).json()
        assert [line["name"] for line in shown["lines"]] == ["Milk 1 l", "Tea"]
        assert (shown["total"], shown["may_pay"], shown["connected"]) == (439, True, True)
        await screen.post("/void", json={"place": 0})
        await shop.until("a call", lambda: lane.state.call)
        assert (await screen.get("/lane")).json()["call"]["about"] == "Milk 1 l"
        await screen.post("/staff", json={"deed": "allow"})
        await shop.until("no badge", lambda: lane.state.hint and lane.state.hint.word == "badge-first")
        shop.scan(BADGE, "C0")
        await shop.until("a badge", lambda: lane.state.staff)
        await screen.post("/staff", json={"deed": "allow"})
        await shop.lines(1)
        await screen.post("/pay")
        await shop.until("a receipt", lambda: shop.printer.receipts)
        await shop.phase(Phase.FREE)
        assert [charge.minor for charge in shop.bank.standing] == [310]


def test_the_screen_has_words_for_everything_in_every_language() -> None:
    texts = Catalogue.load("edge.lane")
    assert texts.missing() == []
    known = texts.words("en").messages
    calls = {*Refusal, *Reason} - {Refusal.FULL, Reason.REFUSED, Reason.PAYMENT, Reason.PRINTER}
    calls |= {"void-all", "unknown", "ask-person", "slow", "disk", "not-printed"}
    source = "".join(file.read_text() for file in Path(machine.__file__).parent.glob("*.py"))
    hints = set(re.findall(r'hinting\("([a-z-]+)"', source))
    wanted = {f"call.{one}" for one in calls} | {f"closed.{one}" for one in Closed} | {f"hint.{one}" for one in hints}
    page = (Path(machine.__file__).parent / "screen.html").read_text()
    wanted |= set(re.findall(r'"((?:screen|staff|closed|call)\.[a-z.-]*[a-z])"', page))
    assert wanted - known.keys() == set()


async def test_other_sites_and_odd_words_are_refused(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane, client(shop) as screen:
        await shop.buy(MILK[1:])
        assert (await screen.post("/pay", headers={"origin": "http://evil.example"})).status_code == 403
        assert (await screen.get("/lane", headers={"host": "evil.example"})).status_code == 403
        for path, body in (("/void", {"place": 999}), ("/staff", {"deed": "open-sesame"}), ("/scan", {"code": "\n"})):
            assert (await screen.post(path, json=body)).status_code == 422
        assert lane.state.phase is Phase.SCANNING
        async with serving(lane) as port, httpx.AsyncClient() as real:
            assert (await real.get(f"http://127.0.0.1:{port}/lane")).json()["name"] == "Lane 1"


async def test_a_lane_is_a_process_of_its_own(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop:
        settings = json.loads(json.dumps(shop.settings | {"data": "lane", "screen": {"port": 0}}, default=str))
        (tmp_path / "lane.toml").write_text(toml(settings))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "edge.cli", "lane", "run", str(tmp_path / "lane.toml")
        )
        try:
            ports = tmp_path / "lane" / "ports.json"
            await shop.shop_until("it serves", ports.exists)
            address = f"http://127.0.0.1:{json.loads(ports.read_text())['screen']}"
            async with httpx.AsyncClient(base_url=address) as screen:
                await shop.shop_until("its birth", lambda: shop.office.seen_)
                await shop.shop_until("a lease", lambda: shop.office.asked_)
                async with asyncio.timeout(20):
                    while (await screen.get("/lane")).json()["closed"]:
                        await asyncio.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 15) == 0
            await shop.shop_until("its goodbye", lambda: shop.office.lost_)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def toml(settings: Mapping[str, Any], at: str = "") -> str:
    """Enough of TOML for a lane's settings."""
    plain = [f"{key} = {json.dumps(value)}" for key, value in settings.items() if not isinstance(value, dict | list)]
    tables = [
        f"[{at}{key}]\n{toml(value, f'{at}{key}.')}" for key, value in settings.items() if isinstance(value, dict)
    ]
    arrays = [
        f"[[{at}{key}]]\n" + "\n".join(f"{name} = {json.dumps(one)}" for name, one in row.items())
        for key, value in settings.items() if isinstance(value, list) for row in value
    ]  # fmt: skip
    return "\n".join([*plain, *arrays, *tables])
