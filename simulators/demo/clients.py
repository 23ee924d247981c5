"""What a person at head office and a person in the shop would do, over the same HTTP interfaces that they use."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx


class ApiError(Exception):
    """An interface said no."""


class _Client:
    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.AsyncClient(base_url=url, timeout=60, trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _call(self, method: str, path: str, **more: Any) -> Any:
        answer = await self._http.request(method, path, **more)
        if answer.status_code >= 400:
            raise ApiError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    async def fetch(self, path: str) -> str:
        """A page or a file, as text."""
        answer = await self._http.get(path)
        if answer.status_code != 200:
            raise ApiError(f"GET {path}: {answer.status_code} {answer.text[:300]}")
        return answer.text

    def _use(self, token: str) -> None:
        self._http.headers["authorization"] = f"Bearer {token}"
        self._http.cookies.set("aisle_session", token)  # by which the pages know a browser


class Office(_Client):
    """Head office's operator interface."""

    async def set_up(self, name: str, password: str) -> None:
        """Make the first operator and sign in."""
        await self._call("POST", "/api/setup", json={"name": name, "password": password})
        await self.sign_in(name, password)

    async def sign_in(self, name: str, password: str) -> None:
        """Sign in, also after head office was started anew."""
        self._use((await self._call("POST", "/api/session", json={"name": name, "password": password}))["token"])

    async def add_store(self, store: str, name: str, currency: str, timezone: str) -> str:
        """Register a store; returns its one-time enrolment code."""
        made = await self._call(
            "POST", "/api/stores", json={"id": store, "name": name, "currency": currency, "timezone": timezone}
        )
        return str(made["enrolment"]["code"])

    async def approve_when_asked(self, store: str, within_seconds: float = 60) -> None:
        """Wait for the gateway's request and approve its key."""
        async with asyncio.timeout(within_seconds):
            while True:
                keys = (await self._call("GET", f"/api/stores/{store}"))["keys"]
                for key in keys:
                    if key["status"] == "pending":
                        await self._call(
                            "POST", f"/api/stores/{store}/approve", json={"fingerprint": key["fingerprint"]}
                        )
                        return
                await asyncio.sleep(0.2)

    async def push_file(self, store: str, file: Path) -> dict[str, Any]:
        """Push a price list as a CSV file."""
        with file.open("rb") as content:
            done: dict[str, Any] = await self._call(
                "POST", f"/api/stores/{store}/prices", files={"file": (file.name, content)}
            )
        return done

    async def push_rows(self, store: str, rows: Sequence[Mapping[str, Any]], at: str = "") -> dict[str, Any]:
        """Push single prices. `at`: "" is now, else the store's local time or one with an offset."""
        order = {"rows": list(rows), "at": at}
        done: dict[str, Any] = await self._call("POST", f"/api/stores/{store}/rows", json=order)
        return done

    async def order(self, store: str, *entries: Mapping[str, Any]) -> None:
        """Order something about goods, or discounts."""
        await self._call("POST", f"/api/stores/{store}/goods", json={"entries": list(entries)})

    async def rows(self, store: str, offset: int = 0, limit: int = 500) -> list[dict[str, Any]]:
        """Pushed rows with their outcomes."""
        found = await self._call("GET", f"/api/stores/{store}/rows", params={"offset": offset, "limit": limit})
        rows: list[dict[str, Any]] = found["rows"]
        return rows


class Box(_Client):
    """The gateway's console interface."""

    async def set_up(self, name: str, password: str) -> None:
        """First run: make the manager's account."""
        self._use((await self._call("POST", "/api/setup", json={"name": name, "password": password}))["token"])

    async def sign_in(self, name: str, password: str) -> None:
        """Sign in again, after the gateway was started anew."""
        self._use((await self._call("POST", "/api/sign-in", json={"name": name, "password": password}))["token"])

    async def enrol_till(self, till: str, name: str) -> str:
        """Take a till into service; returns its password."""
        return str((await self._call("POST", f"/api/tills/{till}", json={"name": name}))["password"])

    async def tasks(self) -> list[dict[str, Any]]:
        """What needs a person, most costly first."""
        found: list[dict[str, Any]] = await self._call("GET", "/api/tasks")
        return found

    async def tickets(self) -> list[dict[str, Any]]:
        """Faults that are open."""
        found: list[dict[str, Any]] = (await self._call("GET", "/api/tickets"))["open"]
        return found

    async def judge(self, receipt: str) -> list[dict[str, Any]]:
        """What the ledger says of a receipt."""
        found: list[dict[str, Any]] = await self._call("GET", f"/api/receipts/{receipt}")
        return found

    async def retire(self, device: str, why: str) -> None:
        """Vouch that a device is out of the shop."""
        await self._call("POST", f"/api/devices/{device}/retire", json={"why": why})

    async def retry(self, device: str) -> None:
        """Try a device in fault again."""
        await self._call("POST", f"/api/devices/{device}/retry")

    async def bind(self, bindings: Sequence[Mapping[str, str]]) -> None:
        """Bind labels to items and places."""
        done = await self._call("POST", "/api/labels/bindings", json=list(bindings))
        if done["refused"]:
            raise ApiError(f"labels could not be bound: {done['refused'][:3]}")
