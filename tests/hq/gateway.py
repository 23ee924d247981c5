"""A store's gateway as head office meets it: its own key, its own words, written from the contract."""

import itertools
import json
from collections.abc import Sequence
from typing import Any

import httpx
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud_sync.contract.change import Change, open_change, public_key
from cloud_sync.contract.enrolment import make_token
from cloud_sync.contract.events import Committed
from cloud_sync.contract.feed import CHANGES, ENROL, EVENTS, FeedPage

MINUTE = 60_000
NOW = 1_751_500_800_000


class Gateway:
    """One gateway. Every method is one real HTTP call."""

    def __init__(self, url: str, store: str, epoch: int = 7) -> None:
        # Plain http on loopback: reading the world's certificate authorities would take longer than most tests.
        self.http = httpx.Client(base_url=url, timeout=20, verify=False)
        self.store = store
        self.epoch = epoch
        self.key = Ed25519PrivateKey.generate()
        self.change_keys: dict[str, str] = {}
        self._seq = itertools.count(1)

    @property
    def public(self) -> str:
        return self.key.public_key().public_bytes_raw().hex()

    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {make_token(self.store, self.key)}"}

    def enrol(self, code: str) -> httpx.Response:
        answer = self.http.post(ENROL, json={"code": code, "public_key": self.public, "gateway": "box-1"})
        if answer.is_success:
            self.change_keys = answer.json()["change_keys"]
        return answer

    def event(self, kind: str, body: dict[str, Any], cls: str = "sale", seq: int | None = None) -> dict[str, Any]:
        at = NOW + (seq or 0)
        number = next(self._seq) if seq is None else seq
        return {
            "seq": number, "cls": cls, "kind": kind, "device": "till-1", "device_epoch": 1, "device_seq": number,
            "at": at, "received_at": at + 5, "body": body,
        }  # fmt: skip

    def sale(self, receipt: str, minor: int = 330, seq: int | None = None) -> dict[str, Any]:
        line = {"item": "03850334043641", "version": 1, "minor": minor, "quantity": 1, "total_minor": minor}
        body = {"receipt": receipt, "currency": "EUR", "lines": [line], "total_minor": minor}
        return self.event("sale", body, seq=seq)

    def visit(self, minute: int, entered: int, left: int = 0) -> dict[str, Any]:
        body = {"line": "door", "minute": minute, "entered": entered, "left": left}
        return self.event("visit.minute", body, "visit")

    def outcome(self, sequence: int, rows: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
        told = [{"item": item, "outcome": outcome, "why": why} for item, outcome, why in rows]
        return self.event("price.outcome", {"sequence": sequence, "rows": told}, "price")

    def send(self, events: Sequence[dict[str, Any]], epoch: int | None = None) -> httpx.Response:
        text = json.dumps({"epoch": self.epoch if epoch is None else epoch, "events": list(events)})
        return self.post(zstandard.compress(text.encode()))

    def post(self, body: bytes, **headers: str) -> httpx.Response:
        fixed = {"content-encoding": "zstd", "content-type": "application/vnd.aisle.events+json"}
        return self.http.post(EVENTS.format(store=self.store), content=body, headers=self.headers() | fixed | headers)

    def committed(self, events: Sequence[dict[str, Any]], epoch: int | None = None) -> Committed:
        answer = self.send(events, epoch)
        assert answer.status_code == 200, answer.text
        return Committed.model_validate_json(answer.content)

    def page(self, after: int = 0, limit: int = 50) -> FeedPage:
        path = CHANGES.format(store=self.store)
        answer = self.http.get(path, params={"after": after, "limit": limit}, headers=self.headers())
        assert answer.status_code == 200, answer.text
        return FeedPage.model_validate_json(answer.content)

    def changes(self, after: int = 0) -> list[Change]:
        trusted = [public_key(keyid, public) for keyid, public in self.change_keys.items()]
        return [open_change(entry.envelope.encode(), trusted) for entry in self.page(after).entries]
