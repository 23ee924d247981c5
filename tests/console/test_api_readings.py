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
from tests.console.conftest import MILK, OIL, SALT
from tests.console.floor import Floor, row
from tests.console.test_api import Connect, connect, token
from tests.readback.photo import Conditions, photograph

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


async def test_an_old_label_left_on_purpose_is_found_in_a_photo_of_the_shelf(connect: Connect, shop: Floor) -> None:
    """Taken askew, in poor light, through JPEG: one of four labels still shows what it showed before the raise."""
    shop.change([row(MILK, 149, "Whole milk 1 l")])
    shop.answer()
    shop.now += 60_000
    labels = [("shelf-01", MILK, 2), ("shelf-02", MILK, 1), ("shelf-03", OIL, 1), ("shelf-04", SALT, 1)]
    shots = []
    for device, item, version in labels:
        image = shop.pictures(item, version, device)
        assert image is not None
        link = digital_link.make(shop.shop.domain, item, version, digital_link.tag_of(device))
        modules = len(qr.modules(link))
        shots.append((image, modules, qr.module_size(modules, image.panel.width, image.panel.height)))
    how = Conditions(module_px=3, tilt=20, roll=8, blur=0.35, noise=7, glare=70, jpeg=70, contrast=0.7)
    picture, _ = photograph(shots, how, seed=8, columns=2)
    data = bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1])
    client = connect()
    headers = await token(client, "cleo")
    look = (await client.post("/api/readings", content=data, headers=headers)).json()
    found = {one["label"]: (one["verdict"], one["over"]) for one in look["labels"]}
    assert found == {
        "shelf-01": ("right", 0),
        "shelf-02": ("old", 20),
        "shelf-03": ("right", 0),
        "shelf-04": ("right", 0),
    }
    tasks = (await client.get("/api/tasks", headers=headers)).json()
    assert [(task["kind"], task["device"], task["place"]) for task in tasks] == [("shows_old", "shelf-02", "Dairy 2")]


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
