"""The page of the interface in a real browser: it shows every operation and runs one, from our own server alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.running import Server
from tests.web.conftest import browser, chromium  # noqa: F401  fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_page_shows_and_runs_the_operations_without_any_other_site(browser: Browser, server: Server) -> None:  # noqa: F811
    page = browser.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server.url}/docs")
    page.locator(".opblock").first.wait_for()
    assert page.locator(".opblock").count() >= 17
    page.locator("#operations-health-healthz_healthz_get .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table").wait_for()
    assert '"status": "ok"' in page.locator(".live-responses-table").inner_text()
    assert all(address.startswith((server.url, "data:", "blob:")) for address in asked), asked
    assert complaints == [], "the page's policy or its scripts"
