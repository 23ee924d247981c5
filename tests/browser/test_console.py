"""The console as a person meets it: sign in, look, decide, bind."""

import re
import time
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from edge.labels import digital_link, qr
from tests.browser.conftest import sign_in
from tests.browser.manager import MANAGER, PASSWORD
from tests.browser.readable import CONTRAST, NAMELESS
from tests.console.floor import HOUR, MINUTE, gtin
from tests.readback.photo import Conditions, photograph
from tests.readback.trials import subject

pytestmark = pytest.mark.browser


def test_first_run_makes_the_managers_account_and_opens_the_shop(page: Page, new_shop: str) -> None:
    page.goto(new_shop)
    page.wait_for_url(re.compile("/first-run$"))
    page.get_by_label("Name").fill("ana")
    page.get_by_label("Password").fill("too short")
    page.get_by_label("Password").fill("long enough 1")
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url(f"{new_shop}/")
    expect(page.get_by_role("status").first).to_contain_text("labels need you")


def test_the_overview_follows_the_shop_without_a_reload(overview: Page, shop: str) -> None:
    held = overview.get_by_role("link", name="held for your approval")
    expect(held).to_contain_text("1")
    overview.evaluate("window.before = true")
    item = httpx.get(f"{shop}/api/prices?phase=held", auth=(MANAGER, PASSWORD)).json()["prices"][0]
    answer = httpx.post(f"{shop}/api/prices/{item['item']}/{item['version']}/reject", auth=(MANAGER, PASSWORD))
    assert answer.status_code == 204
    expect(held).to_contain_text("0")
    assert overview.evaluate("window.before") is True


def test_chinese_is_one_press_away_and_stays(overview: Page, shop: str) -> None:
    overview.get_by_role("link", name="中文").first.click()
    expect(overview.get_by_role("link", name="电子价签")).to_be_visible()
    overview.goto(f"{shop}/prices")
    expect(overview.get_by_role("heading", name="变价")).to_be_visible()
    expect(overview.get_by_role("button", name=re.compile("已生效"))).to_be_visible()


def test_a_held_price_is_approved_after_saying_what_will_happen(page: Page, new_shop: str) -> None:
    page.goto(f"{new_shop}/")
    if "first-run" in page.url:
        page.get_by_label("Name").fill("ana")
        page.get_by_label("Password").fill("long enough 1")
        page.get_by_role("button", name="Make the account").click()
    else:
        page.get_by_label("Name").fill("ana")
        page.get_by_label("Password").fill("long enough 1")
        page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{new_shop}/")
    page.goto(f"{new_shop}/prices?phase=held")
    page.get_by_role("button", name="Approve: Honey").click()
    expect(page.get_by_role("dialog")).to_contain_text("8,99")
    expect(page.get_by_role("dialog")).to_contain_text("2 labels and 7 tills")
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(page.get_by_text("No price here")).to_be_visible()
    page.get_by_role("button", name=re.compile("landed")).click()
    expect(page.locator(".console-price").first).to_contain_text("Honey")


def test_a_label_is_bound_and_shows_its_picture(signed_in: Page, shop: str) -> None:
    signed_in.goto(f"{shop}/labels")
    signed_in.get_by_role("button", name="Bind a label").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Label").fill("shelf-99")
    dialog.get_by_label("Barcode of the item").fill("3850000000012")
    dialog.get_by_role("button", name="Bind").click()
    expect(dialog.get_by_role("alert")).to_contain_text("check digit")
    dialog.get_by_label("Barcode of the item").fill("3850000000015")
    dialog.get_by_label(re.compile("Place")).fill("Dairy 9")
    dialog.get_by_role("button", name="Bind").click()
    expect(signed_in.get_by_role("dialog")).to_have_count(0)
    card = signed_in.locator(".console-label")
    expect(card.filter(has_text="shelf-99")).to_have_count(1)  # the list has followed before it is searched
    signed_in.get_by_label(re.compile("Search")).fill("shelf-99")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("Dairy 9")
    expect(card).to_contain_text("right")
    picture = card.locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100


def test_a_dead_label_is_replaced_from_its_task(signed_in: Page, shop: str) -> None:
    signed_in.goto(f"{shop}/tasks")
    task = signed_in.locator(".console-task", has_text="shelf-03")
    expect(task).to_contain_text("an hour")
    task.get_by_role("button", name="Replace, cover or remove").click()
    code = signed_in.get_by_label("Label", exact=True)
    code.fill("shelf-07")  # the neighbour
    code.press("Enter")
    expect(signed_in.get_by_role("alert").filter(has_text="not shelf-03")).to_be_visible()
    code.fill(f"HTTPS://ID.EXAMPLE/01/{gtin(3)}?V=1")
    code.press("Enter")
    signed_in.get_by_role("button", name="Replace it").click()
    new = signed_in.get_by_label("New label")
    new.fill("shelf-96")
    new.press("Enter")
    expect(signed_in.get_by_role("status").filter(has_text="shelf-96 has taken the place of shelf-03")).to_be_visible()


def test_a_label_is_covered_from_a_photo_of_its_code_and_uncovered_again(signed_in: Page, shop: str) -> None:
    photo = httpx.get(f"{shop}/labels/shelf-24/now.png", auth=(MANAGER, PASSWORD)).content
    picture = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    photo = cv2.imencode(".jpg", cv2.resize(picture, None, fx=3, fy=3))[1].tobytes()
    signed_in.goto(f"{shop}/scan")
    signed_in.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo})
    signed_in.get_by_role("button", name=re.compile("shelf-24")).click()
    signed_in.get_by_role("button", name="Cover it").click()
    expect(signed_in.get_by_role("status").filter(has_text="shelf-24 is covered")).to_be_visible()
    signed_in.goto(f"{shop}/labels/shelf-24")
    expect(signed_in.get_by_role("status").filter(has_text="Covered by mara")).to_be_visible()
    signed_in.goto(f"{shop}/scan?label=shelf-24")
    signed_in.get_by_label("Label", exact=True).fill("shelf-24")
    signed_in.keyboard.press("Enter")
    signed_in.get_by_role("button", name="Take the cover off").click()
    expect(signed_in.get_by_role("status").filter(has_text="shelf-24 is uncovered")).to_be_visible()


LATE_LETTERS = """
    let ready = false, held = 0;
    Object.defineProperty(window, "did_handshake", { get: () => ready && window.connected, set: (is) => (ready = is) });
    const plain = window.setTimeout;
    window.setTimeout = (do_it, wait, ...more) => plain(do_it, wait === 10 && held++ === 0 ? 1000 : wait, ...more);
"""
"""A page that is not connected until it is told to be; what is done first on it arrives a second after the rest."""


def test_a_scanner_that_types_while_the_page_is_connecting_is_heard(signed_in: Page, shop: str) -> None:
    signed_in.add_init_script(LATE_LETTERS)
    signed_in.goto(f"{shop}/scan")
    code = signed_in.get_by_label("Label", exact=True)
    code.fill("shelf-05")
    code.press("Enter")
    signed_in.evaluate("window.connected = true")
    expect(signed_in.get_by_role("button", name="Replace it")).to_be_visible()


def test_the_ledger_is_verified_on_demand(signed_in: Page, shop: str) -> None:
    signed_in.goto(f"{shop}/ledger")
    signed_in.get_by_role("button", name="Verify").click()
    expect(signed_in.get_by_role("status").filter(has_text="Intact")).to_be_visible()


def test_a_till_is_enrolled_and_its_password_shown_once(signed_in: Page, shop: str) -> None:
    signed_in.goto(f"{shop}/settings")
    signed_in.get_by_label(re.compile("Till's id")).fill("till-8")
    signed_in.get_by_role("button", name="Take into service").click()
    expect(signed_in.get_by_role("dialog")).to_contain_text("kite-amber-lantern-42")
    signed_in.get_by_role("button", name="I have it").click()
    signed_in.reload()
    expect(signed_in.get_by_text("kite-amber")).to_have_count(0)


def test_an_inspection_is_drawn_walked_and_what_is_wrong_becomes_a_task(signed_in: Page, shop: str) -> None:
    signed_in.set_viewport_size({"width": 390, "height": 844})
    signed_in.goto(f"{shop}/inspect")
    signed_in.get_by_label("Seed (optional)").fill("42")
    signed_in.get_by_role("button", name="Draw").click()
    signed_in.wait_for_url(re.compile("/inspect/1$"))
    expect(signed_in.locator(".inspect-price")).to_be_visible()
    signed_in.get_by_role("button", name="Right", exact=True).click()
    expect(signed_in.get_by_text("So far;")).to_be_visible()
    second = signed_in.locator(".inspect-line").nth(1)
    label = second.inner_text().split("·")[1].split()[0]
    signed_in.get_by_label("Shows another price").fill("0,01")
    signed_in.keyboard.press("Enter")
    expect(second).to_contain_text("charged too much: 0,01")
    assert signed_in.evaluate(CONTRAST) == []
    assert signed_in.evaluate("document.documentElement.scrollWidth <= innerWidth")
    signed_in.goto(f"{shop}/tasks")
    task = signed_in.locator(".console-task", has_text="An inspection found a price that is too low").first
    expect(task).to_contain_text("the label showed 0,01")
    task.get_by_role("button", name="Look again").click()
    signed_in.wait_for_url(re.compile(f"/inspect/1\\?label={label}"))
    signed_in.get_by_role("button", name="Right", exact=True).click()
    expect(second).not_to_contain_text("charged too much")


def test_signing_out_closes_the_door(overview: Page, shop: str) -> None:
    overview.get_by_role("button", name="Sign out").first.click()
    overview.wait_for_url(f"{shop}/sign-in")
    overview.goto(f"{shop}/prices")
    overview.wait_for_url(f"{shop}/sign-in")


def test_the_slider_tells_what_was_shown_and_charged_at_any_time_of_a_day(signed_in: Page, shop: str) -> None:
    at = time.time_ns() // 1_000_000 - 8 * HOUR + 10 * MINUTE
    signed_in.goto(f"{shop}/ledger?of={gtin(7)}&at={at}")
    expect(signed_in.get_by_text("one of these").first).to_be_visible()
    expect(signed_in.locator(".asof-face img").nth(2)).to_be_visible()  # one label at least is one of two pictures
    expect(signed_in.get_by_text("No till charged more than a label showed")).to_be_visible()
    expect(signed_in.locator(".asof-missing", has_text="read back optically")).to_have_count(3)
    signed_in.get_by_role("button", name="The next change").click()
    expect(signed_in.get_by_text("one of these")).to_have_count(0)
    before = signed_in.locator(".asof-clock").inner_text()
    signed_in.get_by_role("slider").locator("[tabindex]").focus()
    signed_in.keyboard.press("ArrowRight")
    expect(signed_in.locator(".asof-clock")).not_to_have_text(before)
    signed_in.get_by_label("Label, item or name").fill("shelf-05")
    expect(signed_in.locator(".asof-name", has_text="shelf-05")).to_be_visible()
    assert signed_in.evaluate(CONTRAST) == []
    assert signed_in.evaluate(NAMELESS) == []


def test_a_receipt_is_judged_on_the_page(signed_in: Page, shop: str) -> None:
    signed_in.goto(f"{shop}/ledger")
    signed_in.get_by_label("Number of the receipt").fill("R-2041")
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_text("Fine", exact=True).first).to_be_visible()
    signed_in.get_by_label("Number of the receipt").fill("nothing")
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_text("No sale with this number is on record.")).to_be_visible()


def test_a_manager_vouches_for_the_clock_and_sets_the_hours(signed_in: Page, shop: str) -> None:
    signed_in.goto(f"{shop}/link")
    expect(signed_in.get_by_text("nobody has vouched for this box's time")).to_be_visible()
    signed_in.get_by_role("button", name="The clock is right").click()
    signed_in.get_by_role("dialog").get_by_role("button", name="The clock is right").click()
    expect(signed_in.get_by_text("compared by a person")).to_be_visible()
    signed_in.goto(f"{shop}/settings")
    signed_in.get_by_label("Mon", exact=True).fill("08:00-12:00, 14:00-20:00")
    signed_in.get_by_label("Days that differ").fill("2026-12-24 08:00-14:00\n2026-12-25")
    signed_in.get_by_role("button", name="Keep these hours").click()
    expect(signed_in.get_by_text("The hours hold from now on.")).to_be_visible()
    said = httpx.get(f"{shop}/api/clock", auth=(MANAGER, PASSWORD)).json()
    assert said["week"] == ["08:00-12:00, 14:00-20:00", *[""] * 6]
    assert said["days"] == {"2026-12-24": "08:00-14:00", "2026-12-25": ""}


@pytest.mark.parametrize("page", ["en-GB", "zh-CN"], indirect=True)
def test_a_photo_is_shown_with_every_label_marked(page: Page, shop: str, tmp_path: Path) -> None:
    """The browser keeps the photo to itself; the page draws a numbered box over each label and lists them."""
    labels = [subject(number, (296, 128)) for number in (1, 2)]
    picture, _ = photograph([one.shot for one in labels], Conditions(module_px=4, tilt=10), 5)
    code = qr.modules(digital_link.make("id.example.com", gtin(6), 1, digital_link.tag_of("shelf-06")))
    large = np.pad(code, 4, constant_values=255).repeat(5, axis=0).repeat(5, axis=1)
    picture[20 : 20 + len(large), 20 : 20 + len(large)] = large[:, :, None]
    file = tmp_path / "shelf.png"
    cv2.imwrite(str(file), picture)
    sign_in(page, shop)
    page.goto(f"{shop}/photo")
    page.locator(".photo-input").last.set_input_files(file)
    expect(page.locator(".photo-boxes polygon")).to_have_count(1)
    expect(page.locator(".photo-shot")).to_have_attribute("src", re.compile("^blob:"))
    expect(page.locator(".photo-panel .photo-line")).to_contain_text("shelf-06")
    expect(page.locator(".photo-panel .aisle-chip")).to_have_text(re.compile("right|正确"))
    expect(page.locator(".photo-panel")).to_contain_text(re.compile("2 other codes|另有 2 个码"))
    expect(page.locator(".photo-look").first).to_contain_text(MANAGER)
    file.write_bytes(b"this is no picture")
    page.locator(".photo-input").last.set_input_files(file)
    expect(page.locator(".photo-said")).to_have_text(re.compile("no JPEG or PNG|不是 JPEG 或 PNG"))
    expect(page.locator(".photo-boxes polygon")).to_have_count(0)


def test_a_dead_camera_is_seen_and_woken_by_its_port(signed_in: Page, shop: str) -> None:
    signed_in.goto(f"{shop}/network")
    expect(signed_in.get_by_text("The shop runs on battery")).to_be_visible()
    signed_in.get_by_role("button", name=re.compile("Port ge6 · no link · camera-yard")).click()
    signed_in.get_by_role("dialog").get_by_role("button", name="Switch power off and on").click()
    asked = signed_in.get_by_role("dialog")
    expect(asked).to_contain_text("camera-yard loses its power for some seconds")
    asked.get_by_role("button", name="Switch power off and on").click()
    expect(signed_in.get_by_text("Port ge6 has power again.")).to_be_visible()
    signed_in.get_by_role("button", name=re.compile("Port ge2")).first.click()
    expect(signed_in.get_by_role("dialog")).to_contain_text("camera-door")
    expect(signed_in.get_by_role("dialog").get_by_role("button", name="Switch power off and on")).to_have_count(0)


def test_an_order_is_put_aside_and_handed_out_for_its_code(signed_in: Page, shop: str) -> None:
    signed_in.goto(f"{shop}/pickup")
    pick = signed_in.get_by_role("article").filter(has_text="A-1043")
    pick.get_by_role("button", name="Put aside").click()
    expect(pick.get_by_role("button", name="Hand out")).to_be_visible()
    give = signed_in.get_by_role("article").filter(has_text="A-1038")
    give.get_by_label("The customer's code").fill("1234")
    give.get_by_role("button", name="Hand out").click()
    expect(signed_in.get_by_role("alert").filter(has_text="4 tries left")).to_be_visible()
    give.get_by_label("The customer's code").fill("pickup:A-1038:4711")
    give.get_by_role("button", name="Hand out").click()
    expect(give).to_have_count(0)


def test_a_count_is_booked_and_shows_its_difference(signed_in: Page, shop: str) -> None:
    signed_in.goto(f"{shop}/stock?text=Butter")
    signed_in.get_by_role("button", name="Butter 250 g").click()
    signed_in.get_by_label("How many").fill("9")
    signed_in.get_by_role("button", name="Counted").click()
    expect(signed_in.get_by_role("button", name="Butter 250 g")).to_contain_text("last count +7 against the book")
