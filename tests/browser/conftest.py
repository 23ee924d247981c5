"""The system's Chromium, and shops to look at."""

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.manager import MANAGER, PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Open = Callable[..., Page]


def start_shop(*options: str) -> tuple[subprocess.Popen[str], str]:
    """A shop in a process of its own (NiceGUI allows one console per process), and its address."""
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.shop", *options],
        cwd=root, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(root)},
    )  # fmt: skip
    assert process.stdout is not None
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        if select.select([process.stdout], [], [], 1)[0]:
            return process, process.stdout.readline().strip()
    process.kill()
    raise AssertionError("the shop did not start")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; tests skip where there is none.

    For one module only: Playwright keeps an event loop running in this thread, and no other test could run its own.
    """
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt install chromium fonts-noto-cjk")
    expect.set_options(timeout=20_000)  # how long a page may take is no matter of these tests
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


def _serve(browser: Browser, *options: str) -> Iterator[str]:
    process, address = start_shop(*options)
    yield address
    process.terminate()
    process.wait(timeout=15)
    if process.stdout:
        process.stdout.close()


@pytest.fixture(scope="module")
def shop(browser: Browser) -> Iterator[str]:
    """The address of a shop with something of everything, malicious names included."""
    yield from _serve(browser, "--hostile")


@pytest.fixture(scope="module")
def new_shop(browser: Browser) -> Iterator[str]:
    """The address of a shop that has no account yet."""
    yield from _serve(browser, "--fresh")


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in a browser of its own. A script error or a call to another host fails the test."""
    language = getattr(request, "param", "en-GB")
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale=language)
    made = context.new_page()
    made.set_default_timeout(15_000)
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.on(
        "request",
        lambda call: (
            faults.append(call.url) if "//127.0.0.1" not in call.url and call.url.startswith(("http", "ws")) else None
        ),
    )
    yield made
    context.close()
    assert faults == []


@pytest.fixture
def signed_in(page: Page, shop: str) -> Page:
    """An empty page of a browser that is signed in as the shop's manager."""
    answer = page.context.request.post(f"{shop}/sign-in", form={"name": MANAGER, "password": PASSWORD}, max_redirects=0)
    assert answer.headers["location"] == "/"
    return page


@pytest.fixture
def overview(signed_in: Page, shop: str) -> Page:
    """The overview of the shop, seen by its manager."""
    signed_in.goto(f"{shop}/")
    return signed_in


def sign_in(page: Page, address: str) -> None:
    """Sign in by the form."""
    page.goto(f"{address}/sign-in")
    page.get_by_role("textbox").first.fill(MANAGER)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.wait_for_url(f"{address}/")
