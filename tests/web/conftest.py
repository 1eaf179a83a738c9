"""A real browser, and a stand-in of the advisor, for the tests of the web widget."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.web import journey
from tests.web.stub import Advisor


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium, shared by a module's tests."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip(reason="there is no Chromium on this machine")
    with journey.chromium(executable) as running:
        yield running


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser; a test's visitors leave when it ends."""
    yield chromium
    for context in chromium.contexts:
        context.close()


@pytest.fixture
def advisor() -> Iterator[Advisor]:
    """The stand-in."""
    running = Advisor()
    yield running
    running.close()


@pytest.fixture
def page(browser: Browser, advisor: Advisor) -> Page:
    """A visitor of the stand-in, at the first question."""
    page = journey.visit(browser, advisor.url)
    journey.newest(page).wait_for()
    return page
