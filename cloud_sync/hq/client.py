"""A small client of head office's operator API, for the command line and for scripts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx


class HqSaidNo(Exception):
    """Head office refused, or could not be reached. The text says why."""


class HqClient:
    """Calls the operator API. Give a token, or a name and a password."""

    def __init__(self, url: str, token: str = "", name: str = "", password: str = "", ca: Path | None = None) -> None:
        verify: Any = True if ca is None else str(ca)
        self._http = httpx.Client(base_url=url, timeout=httpx.Timeout(120, connect=10), verify=verify)
        try:
            if not token:
                token = self._call("POST", "/api/session", json={"name": name, "password": password})["token"]
        except HqSaidNo:
            self._http.close()
            raise
        self._http.headers["authorization"] = f"Bearer {token}"

    def __enter__(self) -> "HqClient":
        """Use as a context manager: the connection ends with it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._http.close()

    def push_file(
        self,
        store: str,
        file: Path,
        times: Mapping[str, str] | None = None,
        mapping: Sequence[str] = (),
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Hand in a price file. `times`: "at", "until" and "deadline"; see `uploads.Upload.facts` for the answer."""
        form: dict[str, Any] = {**(times or {}), "map": list(mapping), "dry_run": str(dry_run).lower()}
        with file.open("rb") as data:
            answer: dict[str, Any] = self._call(
                "POST",
                f"/api/stores/{store}/prices",
                data=form,
                files={"file": (file.name, data, "text/csv")},
            )
        return answer

    def store(self, store: str) -> dict[str, Any]:
        """A store's state and counts."""
        answer: dict[str, Any] = self._call("GET", f"/api/stores/{store}")
        return answer

    def stores(self) -> list[dict[str, Any]]:
        """Every store with its counts."""
        answer: list[dict[str, Any]] = self._call("GET", "/api/stores", params={"limit": 500})
        return answer

    def rows(self, store: str, status: str, limit: int = 20) -> dict[str, Any]:
        """Rows of one status, newest first."""
        answer: dict[str, Any] = self._call(
            "GET", f"/api/stores/{store}/rows", params={"status": status, "limit": limit}
        )
        return answer

    def _call(self, method: str, path: str, **rest: Any) -> Any:
        try:
            answer = self._http.request(method, path, **rest)
        except httpx.HTTPError as error:
            raise HqSaidNo(f"head office at {self._http.base_url} does not answer: {error}") from error
        if answer.is_success:
            return answer.json()
        try:
            said = answer.json()
            why = said.get("error") or said.get("detail") or answer.text
        except (ValueError, AttributeError):
            why = answer.text
        raise HqSaidNo(f"head office says no ({answer.status_code}): {str(why)[:500]}")
