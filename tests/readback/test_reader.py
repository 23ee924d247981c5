"""Labels in photographs: many at once, small, askew, in poor light; and never one that is not there."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.labels import digital_link, qr
from edge.readback import BadPicture, find_labels, in_grey, open_picture
from edge.readback.picture import MAX_BYTES
from tests.readback.photo import Conditions, photograph
from tests.readback.trials import DOMAIN, TRIALS, Trial, run, subject

SMALL = ((296, 128), (250, 122), (212, 104), (196, 96))
QUICK = [trial for trial in TRIALS if not trial.beyond]


@pytest.mark.parametrize("trial", QUICK, ids=lambda trial: trial.name)
def test_readable_labels_are_read_and_none_wrongly(trial: Trial) -> None:
    tally = run(trial, 3 if trial.module_px[1] > 6 else 12, seed=5, sizes=SMALL)
    assert tally.wrong == 0
    assert tally.readable >= 3
    assert tally.read_of_readable == tally.readable


@pytest.mark.parametrize("trial", [trial for trial in TRIALS if trial.beyond], ids=lambda trial: trial.name)
def test_what_cannot_be_read_is_not_read_wrongly(trial: Trial) -> None:
    assert run(trial, 6, seed=6, sizes=SMALL).wrong == 0


@pytest.mark.parametrize("size", [(400, 300), (640, 384), (800, 480), (240, 416), (280, 480), (960, 640)])
def test_large_panels_are_read_from_farther_away(size: tuple[int, int]) -> None:
    one = subject(3, size)
    how = Conditions(module_px=2.6, tilt=15, roll=10, blur=0.3, noise=5, glare=60, jpeg=75)
    picture, _ = photograph([one.shot], how, seed=9)
    (reading,) = find_labels(in_grey(picture), DOMAIN).readings
    assert (reading.item, reading.version, reading.tag) == (one.item, one.version, one.tag)


def test_a_whole_shelf_in_one_photograph_and_where_each_label_is() -> None:
    labels = [subject(number, SMALL[number % 4]) for number in range(20)]
    how = Conditions(module_px=3, tilt=15, roll=4, blur=0.35, noise=6, glare=80, jpeg=75)
    picture, truths = photograph([one.shot for one in labels], how, seed=3, columns=5)
    look = find_labels(in_grey(picture), DOMAIN)
    found = {reading.item: reading for reading in look.readings}
    assert len(look.readings) == len(found) == 20
    for one, truth in zip(labels, truths, strict=True):
        reading = found[one.item]
        assert (reading.version, reading.tag, reading.modules) == (one.version, one.tag, one.modules)
        off = np.abs(np.array(reading.corners) - truth.corners).max()
        assert off < 2 * reading.module_px + 1
        assert reading.module_px == pytest.approx(truth.module_px(one.modules), rel=0.15)
    assert (look.height, look.width) == picture.shape[:2]


def test_two_labels_of_one_version_are_two_readings() -> None:
    one = subject(1, (296, 128))
    picture, _ = photograph([one.shot, one.shot], Conditions(module_px=4), seed=1, columns=2)
    assert len(find_labels(in_grey(picture), DOMAIN).readings) == 2


def test_codes_of_others_are_counted_and_not_believed() -> None:
    one = subject(1, (296, 128))
    links = (f"HTTPS://{DOMAIN}/01/03850334043642?V=1", "https://example.org/menu", "WIFI:S:guest;;")
    strange = [qr.modules(text) for text in links]
    picture, _ = photograph([one.shot], Conditions(module_px=4), seed=1)
    sheet = np.full((picture.shape[0] + 300, max(picture.shape[1], 1200), 3), 250, np.uint8)
    sheet[: picture.shape[0], : picture.shape[1]] = picture
    for number, code in enumerate(strange):
        large = np.pad(code, 4, constant_values=255).repeat(5, axis=0).repeat(5, axis=1)
        left = 20 + 350 * number
        sheet[picture.shape[0] + 10 :, left:][: len(large), : len(large)] = large[:, :, None]
    look = find_labels(in_grey(sheet), DOMAIN)
    assert [(reading.item, reading.version) for reading in look.readings] == [(one.item, one.version)]
    assert look.foreign == 3
    assert find_labels(in_grey(sheet), "other.example").readings == ()


@given(st.integers(0, 2**32 - 1), st.integers(40, 300), st.integers(40, 300))
@settings(max_examples=15, deadline=None)
def test_noise_is_never_a_label(seed: int, height: int, width: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    assert find_labels(noise, DOMAIN).readings == ()


def test_a_damaged_code_is_read_rightly_or_not_at_all() -> None:
    """More and more of a code is painted over, at random: what is read is what was drawn, until nothing is."""
    text = digital_link.make(DOMAIN, "03850334043641", 1234, "K3F2")
    code = np.pad(qr.modules(text), 4, constant_values=255).repeat(4, axis=0).repeat(4, axis=1)
    chance = np.random.default_rng(4)
    said = set()
    for spots in range(0, 120, 3):
        hurt = code.copy()
        for _ in range(spots):
            x, y = chance.integers(0, len(code), 2)
            cv2.circle(hurt, (int(x), int(y)), 4, int(chance.integers(0, 2)) * 255, -1)
        said |= {(one.item, one.version, one.tag) for one in find_labels(hurt, DOMAIN).readings}
    assert said == {("03850334043641", 1234, "K3F2")}


def _png(width: int, height: int) -> bytes:
    return bytes(cv2.imencode(".png", np.full((height, width), 200, np.uint8))[1])


def test_a_picture_is_opened_upright() -> None:
    """A telephone turns its pictures by a mark in the file (EXIF orientation 6: a quarter turn), browsers obey it."""
    plain = bytes(cv2.imencode(".jpg", np.full((60, 100), 200, np.uint8))[1])
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    turned = plain[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + plain[2:]
    assert open_picture(plain).shape == (60, 100)
    assert open_picture(turned).shape == (100, 60)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"GIF89a" + b"\0" * 64, "kind"),
        (b"\xff\xd8\xff", "broken"),
        (_png(100, 100)[:60], "broken"),
        (_png(100, 20), "small"),
        (_png(8, 8)[:16] + (60_000).to_bytes(4, "big") * 2 + b"\0" * 40, "pixels"),
        (b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03" + b"\0" * 40, "pixels"),
        (b"\0" * (MAX_BYTES + 1), "bytes"),
    ],
)
def test_a_picture_that_cannot_be_used_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(BadPicture) as refused:
        open_picture(data)
    assert refused.value.reason == reason


@given(st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b""]), st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_a_picture_or_refused(head: bytes, rest: bytes) -> None:
    try:
        assert open_picture(head + rest).ndim == 2
    except BadPicture as bad:
        reason = bad.reason
    else:
        reason = "broken"
    assert reason in ("empty", "bytes", "pixels", "small", "kind", "broken")
