"""What a shopper sees: everything whole, nothing over anything else, the promotion plain to see."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base import Ink, Panel, PanelImage
from edge.labels import CannotDraw, LabelContent, draw, palette_png
from edge.labels.canvas import Canvas
from edge.labels.glyphs import Face, Mask
from tests.labels.samples import BW, BWR, BWRY, BWY, COMMON, LIST, PANELS, SIZES, label, real_labels

TYPICAL = [
    label(),
    label("BUDDY MP GOVEDINA 405g", 99, unit_minor=245, unit="kg", was_minor=149),
    label("JABUKA IDARED", 149, per="kg", unit_minor=None, unit=None),
    label("蒙牛 纯牛奶 全脂灭菌乳 250ml×12盒", 4990, currency="CNY", locale="zh", was_minor=5990),
]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: f"{panel.width}x{panel.height}-{len(panel.inks)}")
@pytest.mark.parametrize("content", TYPICAL, ids=lambda content: content.name)
def test_every_panel_shows_every_kind_of_label(panel: Panel, content: LabelContent) -> None:
    image = draw(content, panel)
    assert image.panel == panel
    assert image.pixels.shape == (panel.height, panel.width)
    assert image.pixels.dtype == np.uint8
    assert image.pixels.max() < len(panel.inks)
    assert draw(content, panel).digest == image.digest


@pytest.mark.parametrize(
    "change",
    [
        {"name": "MLIJEKO TRAJNO 2,8% M.M. 2L"},
        {"minor": 118},
        {"minor": 319},
        {"unit_minor": 118},
        {"unit": "kg"},
        {"was_minor": 120},
        {"per": "kg"},
        {"currency": "USD"},
        {"version": 1235},
        {"item": "03850334018236"},
        {"domain": "other.shop.example"},
        {"locale": "en"},
    ],
    ids=str,
)
def test_every_fact_shows(change: dict[str, object]) -> None:
    assert draw(label(**change), COMMON).digest != draw(label(), COMMON).digest  # type: ignore[arg-type]


@pytest.mark.parametrize(("inks", "ground"), [(BW, Ink.BLACK), (BWR, Ink.RED), (BWY, Ink.YELLOW), (BWRY, Ink.RED)])
def test_a_promotion_stands_on_the_strongest_ink(inks: tuple[Ink, ...], ground: Ink) -> None:
    panel = Panel(296, 128, inks)
    plain, promoted = draw(label(), panel).pixels, draw(label(was_minor=159), panel).pixels
    index = inks.index(ground)
    assert np.count_nonzero(promoted == index) > np.count_nonzero(plain == index) + 3000


@pytest.fixture
def boxes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int, int]]:
    """Where the ink of each line of text went: left, top, right, bottom."""
    seen: list[tuple[int, int, int, int]] = []
    real = Canvas.text

    def text(self: Canvas, line: Mask, letters: Face, x: int, baseline: int, ink: Ink) -> None:
        columns, rows = np.flatnonzero(line.any(axis=1)), np.flatnonzero(line.any(axis=0))
        top = baseline - letters.rise
        seen.append((x + int(columns[0]), top + int(rows[0]), x + int(columns[-1]) + 1, top + int(rows[-1]) + 1))
        real(self, line, letters, x, baseline, ink)

    monkeypatch.setattr(Canvas, "text", text)
    return seen


def overlapping(boxes: list[tuple[int, int, int, int]]) -> bool:
    return any(
        a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        for place, a in enumerate(boxes)
        for b in boxes[place + 1 :]
    )


@pytest.mark.skipif(not LIST.exists(), reason="the real price list is not beside this checkout")
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_real_names_overlap_nothing(width: int, height: int, boxes: list[tuple[int, int, int, int]]) -> None:
    drawn = 0
    for number, content in enumerate(real_labels()[:: 61 if width < 600 else 301]):
        boxes.clear()
        try:
            draw(content, Panel(width, height, BWR))
        except CannotDraw:
            continue
        drawn += 1
        # raised minor digits lean over the decimal mark: pieces of one price may share columns, never pixels
        assert not overlapping([box for box in boxes if not _of_price(box, boxes)]), (number, content)
        assert all(min(left, top, width - right, height - bottom) >= 0 for left, top, right, bottom in boxes)
    assert drawn > 30


def _of_price(box: tuple[int, int, int, int], boxes: list[tuple[int, int, int, int]]) -> bool:
    tallest = max(boxes, key=lambda each: each[3] - each[1])
    return box is not tallest and box[0] >= tallest[0] and tallest[1] - 4 <= box[1] and box[3] <= tallest[3] + 4


@pytest.mark.skipif(not LIST.exists(), reason="the real price list is not beside this checkout")
def test_a_whole_real_price_list_draws() -> None:
    refused = []
    for content in real_labels():
        try:
            draw(content, COMMON)
        except CannotDraw as error:
            refused.append(str(error))
    assert refused == []


words = st.text("ABCDEFGHIJKLMNOPRSTUVZČĆĐŠŽabcčćdđefghijklmnoprsštuvzž0123456789.,%", min_size=1, max_size=14)
eastern = st.text("蒙牛纯奶全脂灭菌乳盒整箱装特价，。", min_size=1, max_size=12)


@given(
    names=st.lists(words | eastern, min_size=1, max_size=9).map(" ".join),
    minor=st.integers(0, 10**7),
    more=st.none() | st.integers(1, 10**6),
    unit=st.none() | st.integers(0, 10**7),
    panel=st.sampled_from(PANELS),
    locale=st.sampled_from(["hr", "en", "zh"]),
    per=st.sampled_from(["each", "kg", "l"]),
)
@settings(max_examples=80, deadline=None)
def test_any_label_is_drawn_whole_or_refused(
    names: str, minor: int, more: int | None, unit: int | None, panel: Panel, locale: str, per: str
) -> None:
    was = None if more is None else minor + more
    content = label(
        names, minor, was_minor=was, unit_minor=unit, unit=unit if unit is None else "kg", locale=locale, per=per
    )
    try:
        image = draw(content, panel)
    except CannotDraw:
        return
    white = panel.inks.index(Ink.WHITE)
    assert (image.pixels[0] == white).all(), "ink on the top edge"
    assert (image.pixels[:, -1] == white).all() or panel.height > panel.width, "ink on the right edge"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": "  "}, "no name"),
        ({"name": "NEPREKINUTO" * 9}, "does not fit"),
        ({"name": "DUGO IME ARTIKLA " * 25}, "does not fit"),
        ({"minor": 10**12, "was_minor": 10**12 + 1}, "does not fit"),
        ({"minor": -1}, "below zero"),
        ({"was_minor": 119}, "not above"),
        ({"currency": "€"}, "currency"),
        ({"locale": "tlh"}, "not known"),
        ({"unit": None}, "unit price"),
        ({"per": "box"}, "not known"),
        ({"item": "123"}, "GTIN-14"),
        ({"version": -1}, "version"),
        ({"domain": "not a host"}, "host"),
    ],
    ids=str,
)
def test_what_cannot_be_shown_is_refused_with_a_reason(change: dict[str, object], why: str) -> None:
    with pytest.raises(CannotDraw, match=why):
        draw(label(**change), COMMON)  # type: ignore[arg-type]


def test_a_panel_without_white_is_refused() -> None:
    with pytest.raises(CannotDraw, match="black and white"):
        draw(label(), Panel(296, 128, (Ink.BLACK, Ink.RED)))


def test_the_picture_on_the_screen_has_the_inks_colours() -> None:
    image = draw(label(was_minor=159), COMMON)
    shown = cv2.imdecode(np.frombuffer(palette_png(image, 2), np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape == (256, 592, 3)
    for index in range(3):
        colours = np.unique(shown[::2, ::2][image.pixels == index], axis=0)
        assert len(colours) == 1
    assert palette_png(PanelImage(COMMON, image.pixels)) == palette_png(image)
    with pytest.raises(ValueError, match="scale"):
        palette_png(image, 0)
