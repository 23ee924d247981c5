"""Every code on every panel says which item and which price version, to a reader that did not draw it."""

import cv2
import numpy as np
import pytest

from drivers.base import Ink, Panel, PanelImage
from edge.labels import CannotDraw, digital_link, draw, qr
from simulators.demo.judge import read_label
from tests.labels.samples import BW, COMMON, PANELS, SIZES, label


def read(image: PanelImage) -> str:
    """The code as OpenCV's detector reads it, enlarged as a camera close by would see it."""
    black = image.panel.inks.index(Ink.BLACK)
    grey = np.where(image.pixels == black, 0, 255).astype(np.uint8)
    scale = 3 if image.panel.width < 400 else 1
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(grey.repeat(scale, axis=0).repeat(scale, axis=1))
    return str(text)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: f"{panel.width}x{panel.height}-{len(panel.inks)}")
@pytest.mark.parametrize("was", [None, 159])
def test_code_says_item_and_version(panel: Panel, was: int | None) -> None:
    assert digital_link.parse(read(draw(label(was_minor=was), panel))) == ("03850334043641", 1234)


@pytest.mark.parametrize("size", SIZES)
def test_a_code_with_the_labels_tag_is_read_by_others_as_well(size: tuple[int, int]) -> None:
    image = draw(label(tag="K3F2"), Panel(*size, BW))
    assert digital_link.of_shop(read(image), "labels.shop.example") == digital_link.Link("03850334043641", 1234, "K3F2")
    assert read_label(image.pixels, ("black", "white")) == ("03850334043641", 1234)


@pytest.mark.parametrize("version", [0, 1, 98765, 2**53])
def test_any_version_reads_back(version: int) -> None:
    assert digital_link.parse(read(draw(label(version=version), COMMON))) == ("03850334043641", version)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: f"{panel.width}x{panel.height}-{len(panel.inks)}")
@pytest.mark.parametrize("name", ["SOL", "EKSTRA DJEVIČANSKO MASLINOVO ULJE 0.25L SAN ANTONIO"])
def test_code_is_crisp_and_nothing_enters_its_quiet_zone(panel: Panel, name: str) -> None:
    image = draw(label(name, unit_minor=119999, was_minor=159), panel)
    modules = qr.modules("HTTPS://LABELS.SHOP.EXAMPLE/01/03850334043641?V=1234")
    size = qr.module_size(len(modules), panel.width, panel.height)
    assert size >= 2
    black, white = panel.inks.index(Ink.BLACK), panel.inks.index(Ink.WHITE)
    framed = np.pad(modules, qr.QUIET, constant_values=255).repeat(size, axis=0).repeat(size, axis=1)
    corner = image.pixels[-len(framed) :, -len(framed) :]
    np.testing.assert_array_equal(corner, np.where(framed == 0, black, white))


def test_a_domain_too_long_for_the_panel_is_refused() -> None:
    with pytest.raises(CannotDraw, match=r"03850334043641.*shorter domain"):
        draw(label(domain=f"{'a' * 60}.{'b' * 35}.example"[-100:]), Panel(196, 96, BW))
