"""Setting a camera up by mouse and finger, heat maps, zones, and checking a count."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.footfall import KNOCKED
from tests.browser.manager import MANAGER, PASSWORD
from tests.browser.readable import CONTRAST, NAMELESS

pytestmark = pytest.mark.browser


def scene(shop: str, camera: str = "tills") -> dict[str, object]:
    """What a camera looks for, as the gateway has it."""
    found: list[dict[str, dict[str, object]]] = httpx.get(
        f"{shop}/api/cameras/{camera}/scenes", auth=(MANAGER, PASSWORD)
    ).json()
    return found[0]["scene"] if found else {}


def spot(page: Page, x: float, y: float) -> tuple[float, float]:
    """A place of the picture, in the window."""
    box = page.locator(".draw-room .draw-sheet").first.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*spot(page, *start))
    page.mouse.down()
    page.mouse.move(*spot(page, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    page.mouse.move(*spot(page, *end))
    page.mouse.up()


def opened(page: Page, shop: str, camera: str = "tills") -> None:
    page.goto(f"{shop}/cameras/{camera}")
    expect(page.locator(".draw-still").first).to_have_js_property("naturalWidth", 960)


def test_what_is_drawn_goes_along_with_a_camera_that_was_moved(signed_in: Page, shop: str) -> None:
    page = signed_in
    page.goto(f"{shop}/cameras")
    expect(page.locator(".camera-card", has_text="door")).to_contain_text("This camera was moved")
    expect(page.locator(".camera-card", has_text="tills")).not_to_contain_text("This camera was moved")
    opened(page, shop, "door")
    expect(page.locator(".aisle-notice")).to_contain_text("3.1 %")
    before = scene(shop, "door")
    page.get_by_role("button", name="Move the drawing along").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. The camera looks for this from now on.")).to_be_visible()
    expect(page.locator(".aisle-notice")).to_have_count(0)
    right, down = KNOCKED
    for old, new in zip(before["zones"], scene(shop, "door")["zones"], strict=True):  # type: ignore[call-overload]
        assert new["polygon"] == [pytest.approx((x + right, y + down), abs=0.001) for x, y in old["polygon"]]
    page.get_by_role("button", name="Put back").first.click()  # for the tests that follow
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".console-line").first).to_contain_text("Version 4")
    assert scene(shop, "door") == before


def test_a_line_a_zone_and_the_floor_are_drawn_moved_and_deleted_by_mouse(signed_in: Page, shop: str) -> None:
    page = signed_in
    opened(page, shop)
    page.get_by_role("button", name="Line", exact=True).click()
    drag(page, (0.2, 0.8), (0.7, 0.85))
    page.get_by_label(re.compile("^Name")).fill("side door")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Turn the arrow round").click()
    page.get_by_role("button", name="Zone", exact=True).click()
    drag(page, (0.1, 0.1), (0.4, 0.4))  # a box
    page.get_by_label(re.compile("^Name")).fill("Bakery")
    page.get_by_label(re.compile("^Kind")).select_option("queue")
    page.get_by_label(re.compile("^Till that people")).fill("till-2")
    drag(page, (0.4, 0.4), (0.5, 0.45))  # its corner
    page.get_by_role("button", name="Zone", exact=True).click()
    for corner in ((0.6, 0.1), (0.9, 0.1), (0.75, 0.4), (0.6, 0.1)):  # a triangle, closed at its first corner
        page.mouse.click(*spot(page, *corner))
    page.get_by_role("button", name="Floor points", exact=True).click()
    expect(page.locator(".draw-floor .draw-number")).to_have_count(4)
    drag(page, (0.3, 0.4), (0.25, 0.5))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. The camera looks for this from now on.")).to_be_visible()
    kept = scene(shop)
    lines, zones = kept["lines"], kept["zones"]
    assert isinstance(lines, list)
    assert isinstance(zones, list)
    assert [one["name"] for one in lines] == ["door", "side door"]
    assert lines[1]["inside"] == "left"
    assert lines[1]["start"] == pytest.approx((0.2, 0.8), abs=0.01)
    assert [(one["name"], one["kind"], one["lane"], len(one["polygon"])) for one in zones] == [
        ("Bakery", "queue", "till-2", 4), ("Zone 1", "browse", "", 3),
    ]  # fmt: skip
    assert zones[0]["polygon"][2] == pytest.approx((0.5, 0.45), abs=0.01)
    assert kept["floor"]["picture"][0] == pytest.approx((0.25, 0.5), abs=0.01)  # type: ignore[index]
    expect(page.locator(".console-line").first).to_contain_text("Version 1")
    page.locator(".draw-row", has_text="Zone 1").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".draw-row", has_text="Zone 1")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".draw-row", has_text="Zone 1")).to_have_count(1)
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(NAMELESS) == []


def test_a_bad_drawing_says_what_is_wrong_and_is_not_kept(signed_in: Page, shop: str) -> None:
    page = signed_in
    opened(page, shop, "door")
    before = scene(shop, "door")
    page.locator(".draw-row", has_text="Dairy").click()
    drag(page, (0.08, 0.42), (0.6, 0.75))  # a corner across the zone
    drag(page, (0.36, 0.38), (0.05, 0.9))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile("outline of “Dairy” crosses itself"))).to_be_visible()
    assert scene(shop, "door") == before


def test_keys_move_and_delete_what_is_drawn(signed_in: Page, shop: str) -> None:
    page = signed_in
    opened(page, shop, "door")
    page.locator(".draw-row", has_text="entrance").click()
    page.get_by_role("button", name="Corner 1").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    lines = scene(shop, "door")["lines"]
    assert isinstance(lines, list)
    assert lines[0]["start"] == pytest.approx((0.17, 0.9), abs=0.001)


def test_a_finger_draws_too(browser: Browser, shop: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(15_000)
    sign_in(page, shop)
    opened(page, shop)
    page.get_by_role("button", name="Zone", exact=True).tap()
    for corner in ((0.55, 0.5), (0.9, 0.5), (0.9, 0.9), (0.6, 0.85)):
        page.touchscreen.tap(*spot(page, *corner))
    page.get_by_role("button", name="Close the shape").tap()
    expect(page.locator(".draw-open")).to_have_count(1)
    page.get_by_role("button", name="Show people").tap()
    expect(page.locator(".draw-room .draw-dot").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth <= 390")
    context.close()


def test_cameras_stand_on_one_plan_with_people_as_dots(signed_in: Page, shop: str) -> None:
    page = signed_in
    page.goto(f"{shop}/cameras")
    expect(page.locator(".camera-card")).to_have_count(4)
    expect(page.locator(".camera-card", has_text="yard")).to_contain_text("Aisle keeps trying")
    expect(page.locator("aisle-plan .draw-dot").first).to_be_attached()
    page.get_by_role("button", name="Look for cameras").click()
    expect(page.get_by_text("http://10.0.0.8/onvif/device_service")).to_be_visible()
    expect(page).to_have_title("Cameras · Aisle")  # the odd name is shown and not read as markup
    page.get_by_text("Change the floor plan").click()
    page.get_by_label("Width in metres").fill("24")
    page.get_by_label("Depth in metres").fill("16")
    page.get_by_role("button", name="Keep this plan").click()
    expect(page.locator("aisle-plan .draw-still")).to_have_attribute("src", re.compile("v=2"))
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(NAMELESS) == []


@pytest.mark.parametrize("path", ["/visitors/heat", "/visitors/heat?days=1&hour=17&of=visits", "/visitors/zones"])
def test_heat_and_zones_can_be_read_by_everybody(signed_in: Page, shop: str, path: str) -> None:
    page = signed_in
    page.goto(shop + path)
    expect(page.locator("main h1")).to_be_visible()
    for picture in page.locator(".heat-picture").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("naturalWidth", 1072)
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(NAMELESS) == []


def test_a_heat_map_is_saved_as_a_picture(signed_in: Page, shop: str) -> None:
    signed_in.goto(f"{shop}/visitors/heat")
    with signed_in.expect_download() as saved:
        signed_in.get_by_role("link", name="Save as picture").first.click()
    assert Path(saved.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("page", ["en-GB", "zh-CN"], indirect=True)
def test_a_count_is_checked_on_a_clip_that_is_gone_afterwards(page: Page, shop: str, tmp_path: Path) -> None:
    film = httpx.get(f"{shop}/api/cameras", auth=(MANAGER, PASSWORD))
    assert film.is_success
    sign_in(page, shop)
    page.goto(f"{shop}/cameras/shelf/audit")
    expect(page.locator(".aisle-empty")).to_be_visible()
    page.goto(f"{shop}/cameras/yard/audit")
    page.locator("select[name=span]").evaluate("select => { select.options[0].value = '5'; }")
    page.locator(".audit-start .draw-main").click()
    expect(page.locator(".audit-mark")).to_have_count(2, timeout=40_000)
    page.keyboard.press("i")
    page.locator(".audit-out").first.click()
    expect(page.locator(".audit-tick")).to_have_count(2)
    page.keyboard.press("Backspace")
    expect(page.locator(".audit-tick")).to_have_count(1)
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(NAMELESS) == []
    asked: list[str] = []
    page.on("request", lambda call: asked.append(call.url))
    page.locator(".audit-side .draw-main").click()
    expect(page.locator(".aisle-tile")).to_have_count(4)
    expect(page.get_by_text(re.compile("clip is deleted|短片已删除"))).to_be_visible()
    (number,) = {url.split("/")[-2] for url in asked if url.endswith("/marks")}
    gone = httpx.get(f"{shop}/api/audits/{number}/clip", auth=(MANAGER, PASSWORD))
    assert gone.status_code == 404
    expect(page.locator(".console-line").first).to_contain_text(MANAGER)
    expect(page.locator(".console-line").first).to_contain_text(" · background · ")  # what counted
