"""Goods in and the navigation, in a real browser on a phone and a PC."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
MILK = "03850000000015"


def test_a_box_is_scanned_measured_signed_and_traced_on_a_phone(signed_in: Page, shop: str) -> None:
    page = signed_in
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{shop}/receiving")
    until = (datetime.now(tz=UTC) + timedelta(days=9)).strftime("%y%m%d")
    page.get_by_label("Scan the box, or type its barcode").fill(f"(01){MILK}(17){until}(10)NEW-1")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Batch or lot")).to_have_value("NEW-1")
    dialog.get_by_label("How many").fill("12")
    dialog.get_by_role("button", name="Open the sheet").click()
    sheet = page.locator("article", has_text="batch NEW-1")
    expect(sheet.get_by_role("button", name="Accept")).to_be_disabled()
    sheet.get_by_label("Temperature").fill("2.4")
    sheet.get_by_label("Humidity").fill("62")
    sheet.get_by_role("button", name="Note it").click()
    expect(sheet.get_by_role("button", name="Accept")).to_be_enabled()
    sheet.get_by_role("button", name="Accept").click()
    expect(sheet).to_have_count(0)
    page.get_by_role("link", name="batch NEW-1").click()
    expect(page.get_by_role("heading", name="Trace of a batch")).to_be_visible()
    expect(page.locator(".aisle-main")).to_contain_text("2.4 °C")
    expect(page.locator(".aisle-main")).to_contain_text("12")


def test_a_manager_releases_what_is_set_apart_and_says_why(signed_in: Page, shop: str) -> None:
    page = signed_in
    page.goto(f"{shop}/receiving")
    held = page.locator(".receiving-line", has_text="Gouda")
    expect(held).to_contain_text("too warm, the truck stood open")
    held.get_by_role("button", name="Release").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Release")).to_be_disabled()
    dialog.get_by_label("Why").fill("core measured: 3.1 °C")
    dialog.get_by_role("button", name="Release").click()
    expect(held).to_have_count(0)


def test_on_a_phone_the_sheet_holds_what_the_bar_does_not_and_closes_beside_it(signed_in: Page, shop: str) -> None:
    page = signed_in
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{shop}/")
    bar = page.locator(".aisle-bar")
    fridges = bar.get_by_role("link", name="Fridges")
    expect(fridges).to_be_hidden()
    bar.locator("summary").click()
    expect(fridges).to_be_visible()
    page.mouse.click(195, 100)
    expect(fridges).to_be_hidden()
    bar.locator("summary").click()
    fridges.click()
    expect(page.get_by_role("heading", name="Fridges")).to_be_visible()
    expect(bar.locator("summary")).to_contain_text("Fridges")


def test_on_a_pc_every_entry_is_in_sight_and_the_overview_says_what_waits(signed_in: Page, shop: str) -> None:
    page = signed_in
    page.goto(f"{shop}/")
    rail = page.locator(".aisle-rail")
    assert rail.evaluate("rail => rail.scrollHeight <= rail.clientHeight")
    answer = page.get_by_role("status").first
    for words in ("faults open", "orders to put aside", "running low"):
        expect(answer).to_contain_text(words)
    answer.get_by_role("link", name="faults open").click()
    expect(page.get_by_role("heading", name="Alarms")).to_be_visible()
    port = page.locator(".console-task", has_text="port 6 of Switch, back office")
    expect(port.get_by_role("button", name="Show")).to_be_visible()
