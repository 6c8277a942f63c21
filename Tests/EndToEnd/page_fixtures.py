"""Fixtures of the page's tests: a real Chromium, its visits, and a broker's stand-in.

A test file asks for them with `pytest_plugins = ["page_fixtures"]`. There is one browser for the whole run: Playwright's
synchronous interface can be started only once.
"""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from harness.processes import Process
from page_standin import StandIn
from page_support import Visit

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def page_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(page_browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens pages: `visit(address, counters=False, script="", **context options)`; the script runs before the page's own."""
    with contextlib.ExitStack() as contexts:

        def open_page(address: str, *, counters: bool = False, script: str = "", **options: object) -> Visit:
            context = page_browser.new_context(**options)
            contexts.callback(context.close)
            return Visit(context, counters, script).open(address)

        yield open_page


@pytest.fixture
def cameras(launch, broker) -> Callable[..., Process]:
    """Starts many cameras in one process: `cameras({"stream": "yard", "fps": 30, "width": 1280, "height": 720}, …)`."""

    def start(*specs: dict) -> Process:
        program = Path(__file__).resolve().parent / "page_cameras.py"
        process = launch("cameras", [sys.executable, program, broker.url, json.dumps(specs)])
        process.wait_log("ready", timeout=30)
        return process

    return start


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn() as broker:
        yield broker
