"""Photos over HTTP: what comes back, who may send one, and what happens to hostile ones."""

import asyncio
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest

from edge.labels import digital_link, palette_png, qr
from edge.readback.picture import MAX_BYTES
from edge.readback.service import MOST_WAITING
from tests.console.conftest import MILK
from tests.console.floor import Floor
from tests.console.test_api import Connect, connect, token

__all__ = ["connect"]


def photo(shop: Floor, *labels: tuple[str, str, int]) -> bytes:
    """A JPEG of labels side by side, as (device, item, version) they show."""
    sheets = []
    for device, item, version in labels:
        image = shop.pictures(item, version, device)
        assert image is not None
        drawn = np.asarray(cv2.imdecode(np.frombuffer(palette_png(image, 2), np.uint8), cv2.IMREAD_COLOR), np.uint8)
        sheets.append(cv2.copyMakeBorder(drawn, 40, 680 - drawn.shape[0], 40, 40, cv2.BORDER_CONSTANT, value=(90,) * 3))
    return bytes(cv2.imencode(".jpg", np.hstack(sheets), [cv2.IMWRITE_JPEG_QUALITY, 80])[1])


async def test_a_photo_is_read_judged_and_not_kept(connect: Connect, shop: Floor, tmp_path: Path) -> None:
    client = connect()
    before = set(tmp_path.rglob("*"))
    data = photo(shop, ("shelf-01", MILK, shop.sequence))
    answer = await client.post(
        "/api/readings?place=Dairy+1&age_ms=2000", content=data, headers=await token(client, "cleo")
    )
    assert answer.status_code == 200, answer.text
    look = answer.json()
    (one,) = look["labels"]
    assert (one["item"], one["label"], one["verdict"]) == (MILK, "shelf-01", "right")
    assert (look["by"], look["source"], look["place"], look["foreign"]) == ("cleo", "photo", "Dairy 1", 0)
    assert look["taken"] == shop.now - 2000
    assert len(one["corners"]) == 4
    history = (await client.get("/api/readings", headers=await token(client, "vic"))).json()
    assert [each["look"] for each in history] == [look["look"]]
    assert set(tmp_path.rglob("*")) == before
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert data[:200] not in path.read_bytes()


@pytest.mark.parametrize(("name", "status"), [(None, 401), ("vic", 403), ("cleo", 422)])
async def test_reading_a_photo_takes_a_clerk(connect: Connect, name: str | None, status: int) -> None:
    client = connect()
    headers = await token(client, name) if name else {}
    assert (await client.post("/api/readings", content=b"", headers=headers)).status_code == status
    assert (await client.get("/api/readings", headers=headers)).status_code == (401 if name is None else 200)


@pytest.mark.parametrize(
    ("data", "query", "status", "reason"),
    [
        (b"", "", 422, "empty"),
        (b"hello", "", 415, "kind"),
        (b"\xff\xd8\xff\xe0", "", 422, "broken"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff", "", 413, "pixels"),
        (b"\0" * (MAX_BYTES + 1), "", 413, "bytes"),
        (b"anything", "?age_ms=3600000", 422, "old"),
    ],
)
async def test_what_cannot_be_read_is_refused_in_words(
    connect: Connect, data: bytes, query: str, status: int, reason: str
) -> None:
    client = connect()
    answer = await client.post(f"/api/readings{query}", content=data, headers=await token(client, "cleo"))
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert answer.json()["detail"].endswith(".")


async def test_too_many_photos_at_once_are_turned_away_and_the_rest_is_read(connect: Connect, shop: Floor) -> None:
    client = connect()
    headers = await token(client, "cleo")
    code = qr.modules(digital_link.make(shop.shop.domain, MILK, shop.sequence, digital_link.tag_of("shelf-01")))
    sheet = np.pad(code, 8, constant_values=255).repeat(24, axis=0).repeat(24, axis=1)
    data = bytes(cv2.imencode(".png", sheet)[1])
    calls = [client.post("/api/readings", content=data, headers=headers) for _ in range(MOST_WAITING + 3)]
    answers: list[httpx.Response] = await asyncio.gather(*calls)
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) >= MOST_WAITING
    assert set(statuses) <= {200, 503}
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 503)
