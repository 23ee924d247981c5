"""Every page of the console: readable, reachable and named, in both languages, on a phone and a PC.

The shop's devices have malicious names, which are to be seen as they are.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.readable import CONTRAST, NAMELESS

pytestmark = pytest.mark.browser

PAGES = ["/", "/tasks", "/alarms", "/fridges", "/receiving", "/lanes",
         "/trace?batch=L-2214", "/scan", "/scan?label=shelf-03", "/inspect", "/inspect/1", "/labels",
         "/labels/shelf-03", "/labels/shelf-97", "/photo", "/prices", "/visitors", "/devices", "/network",
         "/link", "/ledger", "/settings"]  # fmt: skip

WIDTHS = 390, 1366


@pytest.mark.parametrize(("page", "widths"), [("en-GB", WIDTHS), ("zh-CN", WIDTHS[::-1])], ids=str, indirect=["page"])
def test_every_page_can_be_read_reached_and_named(page: Page, shop: str, widths: tuple[int, ...]) -> None:
    """A page is loaded as wide as the first, and then made as wide as the others: loading is most of the work."""
    page.goto(f"{shop}/sign-in")
    expect(page.locator("main h2")).to_be_visible()
    for width in widths:
        resize(page, width)
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(NAMELESS) == []
    sign_in(page, shop)
    for path in PAGES:
        page.set_viewport_size({"width": widths[0], "height": 800})
        page.goto(shop + path)
        expect(page.locator("main h1")).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert page.title() != "owned", path
        assert page.locator("main img[src='x']").count() == 0, path
        if path == "/devices":  # names from devices are text and nothing else
            expect(page.get_by_text("=1+1 <img src=x").first).to_be_visible()
        for width in widths:
            resize(page, width)
            where = path, width
            assert (where, page.evaluate(CONTRAST)) == (where, [])
            assert (where, page.evaluate(NAMELESS)) == (where, [])
            assert (where, page.evaluate("document.documentElement.scrollWidth <= innerWidth")) == (where, True)
            assert (where, page.evaluate("scrollY")) == (where, 0)


def resize(page: Page, width: int) -> None:
    """Until nothing slides any more; what turns for ever may."""
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_function(
        "document.getAnimations().every(one => one.playState !== 'running' "
        "|| one.effect.getComputedTiming().endTime === Infinity)"
    )
