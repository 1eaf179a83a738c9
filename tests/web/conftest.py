"""A real browser for the tests of the web widget."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.journey import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, shared by a module's tests; each test makes its own visitors."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("There is no Chromium on this machine.")
    with chromium(executable) as running:
        yield running


@pytest.fixture(autouse=True)
def _leave(browser: Browser) -> Iterator[None]:
    """Visitors go when their test ends."""
    yield
    for context in browser.contexts:
        context.close()
