"""Makes the pictures of the documentation: `python -m tests.browser.pictures [folder]`; `--all` makes every page's."""

import argparse
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, sign_in, start_shop
from tests.console.floor import HOUR, MINUTE, gtin

PAGES = {
    "overview": "/", "tasks": "/tasks", "labels": "/labels", "label": "/labels/shelf-03", "prices": "/prices",
    "visitors": "/visitors", "devices": "/devices", "network": "/network", "link": "/link", "ledger": "/ledger",
    "settings": "/settings", "photo": "/photo", "stock": "/stock", "pickup": "/pickup", "alarms": "/alarms",
    "lanes": "/lanes",
    "receiving": "/receiving", "trace": "/trace?batch=L-2214", "fridges": "/fridges",
    "cameras": "/cameras", "camera": "/cameras/door", "check": "/cameras/door/audit", "heat": "/visitors/heat",
    "zones": "/visitors/zones",
}  # fmt: skip
SIZES = {"pc": (1366, 768), "phone": (390, 844)}
FEW = {("overview", "pc", "en"), ("overview", "phone", "zh"), ("labels", "pc", "en"), ("prices", "pc", "en")}


def take(browser: Browser, address: str, folder: Path, *, everything: bool) -> None:
    """Every page in both sizes and languages, or only those of the documentation."""
    for size, (width, height) in SIZES.items():
        for language, locale in (("en", "en-GB"), ("zh", "zh-CN")):
            context = browser.new_context(viewport={"width": width, "height": height}, locale=locale)
            context.add_cookies([{"name": "aisle_language", "value": language, "url": address}])
            page = context.new_page()
            sign_in(page, address)
            for name, path in PAGES.items():
                if everything or (name, size, language) in FEW:
                    page.goto(address + path)
                    page.locator("main h1").wait_for()
                    page.wait_for_timeout(1_000)  # curves and pictures are drawn after the text
                    page.screenshot(path=folder / f"console-{name}-{size}-{language}.png")
            if (size, language) == ("pc", "en"):
                look_back(page, address, folder)
            context.close()


def look_back(page: Page, address: str, folder: Path) -> None:
    """The slider at a time when one label was behind, and a raise waited for it."""
    page.set_viewport_size({"width": 1366, "height": 960})
    at = time.time_ns() // 1_000_000 - 8 * HOUR + 10 * MINUTE
    page.goto(f"{address}/ledger?of={gtin(7)}&at={at}")
    page.locator(".asof-clock").wait_for()
    page.wait_for_timeout(1_000)
    page.screenshot(path=folder / "ledger-slider.png")


def evening() -> str:
    """A time zone in which it is about six in the evening, when a shop's day can be seen on its pages."""
    ahead = (18 - time.gmtime().tm_hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"


def main() -> None:
    """Start a shop, look at it, stop it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parents[2] / "docs" / "images")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    process, address = start_shop("--timezone", evening())
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            take(browser, address, options.folder, everything=options.all)
            browser.close()
    finally:
        process.terminate()
        process.wait(timeout=15)


if __name__ == "__main__":
    main()
