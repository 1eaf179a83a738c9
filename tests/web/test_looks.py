"""How the widget looks and behaves on a page, and what can be read off its source: against a stand-in of the advisor."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web import journey
from tests.web.stub import Advisor

pytestmark = pytest.mark.browser


def test_messages_that_come_while_it_is_closed_are_counted(browser: Browser, advisor: Advisor) -> None:
    page = journey.embedded(browser, advisor, "")
    page.locator(".launcher").click()
    journey.newest(page).wait_for()
    page.keyboard.press("Escape")
    for _ in range(200):
        if any(address.endswith("/stream") for address in advisor.addresses):
            break
        advisor.ended.wait(0.05)
    advisor.push("One")
    expect(page.locator(".badge")).to_have_text("1")
    expect(page.locator(".launcher")).to_have_attribute("aria-label", re.compile("1 new message"))
    page.reload()
    expect(page.locator(".badge")).to_have_text("1")
    page.locator(".launcher").click()
    expect(page.get_by_text("One", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".badge")).to_be_hidden()


@pytest.mark.parametrize(
    ("attributes", "phone", "shown"), [("data-open", False, True), ("data-open", True, False), ("", False, False)]
)
def test_it_opens_by_itself_where_the_page_asks_and_never_over_a_phones_page(
    browser: Browser, advisor: Advisor, attributes: str, phone: bool, shown: bool
) -> None:
    width = 360 if phone else 1200
    page = journey.embedded(browser, advisor, attributes, viewport={"width": width, "height": 800})
    page.locator("[data-smartinvest]").wait_for(state="attached")
    assert page.locator(".panel").is_visible() is shown
    assert journey.focused(page).startswith("body")


def test_the_page_names_the_chat_and_says_who_stands_behind_it(browser: Browser, advisor: Advisor) -> None:
    page = journey.embedded(browser, advisor, 'data-target="#here" data-title="Ask Ann" data-note="Licensed by nobody"')
    assert page.locator(".names").locator("h2, p").all_inner_texts() == ["Ask Ann", "Licensed by nobody"]
    expect(page.get_by_role("region", name="Ask Ann")).to_be_visible()


def test_the_theme_asked_for_wins_over_the_systems(browser: Browser, advisor: Advisor) -> None:
    def paper(attributes: str) -> str:
        page = journey.embedded(browser, advisor, f'data-target="#here" {attributes}', color_scheme="light")
        return str(page.locator(".panel").evaluate("node => getComputedStyle(node).backgroundColor"))

    assert paper('data-theme="dark"') != paper("") == paper('data-theme="light"')


def test_a_picture_can_be_enlarged_and_escape_leaves_it_for_where_one_was(browser: Browser, advisor: Advisor) -> None:
    page = journey.visit(browser, advisor.url, viewport={"width": 360, "height": 740})
    journey.newest(page).wait_for()
    journey.walk_to_plan(page, journey.answer_by_button)
    page.get_by_role("button", name="Enlarge the picture: The mix").focus()
    page.keyboard.press("Enter")
    large = page.get_by_role("dialog", name="The mix").get_by_role("img")
    assert journey.is_drawn(large)
    assert large.evaluate("image => image.clientWidth") >= 800
    assert journey.violations(page) == ""
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    assert "Enlarge the picture: The mix" in journey.focused(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, advisor: Advisor, width: int) -> None:
    page = journey.visit(browser, advisor.url, viewport={"width": width, "height": 740})
    journey.newest(page).wait_for()
    journey.walk_to_plan(page, journey.answer_by_button)
    journey.told(page, advisor, {"kind": "text", "text": "A" * 300})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    log = page.locator(".log")
    assert log.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_targets_can_be_hit(page: Page, advisor: Advisor) -> None:
    journey.walk_to_plan(page, journey.answer_by_button)
    boxes = [
        button.bounding_box() for button in page.locator("button:enabled:visible, a:visible, summary:visible").all()
    ]
    assert boxes
    assert [box for box in boxes if box is None or box["width"] < 24 or box["height"] < 24] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_any_block(browser: Browser, advisor: Advisor, scheme: str) -> None:
    page = journey.visit(browser, advisor.url, color_scheme=scheme)
    journey.newest(page).wait_for()
    journey.walk_to_plan(page, journey.answer_by_button)
    page.locator("summary").first.click()
    assert journey.violations(page) == ""


def test_axe_would_see_a_fault_inside_the_widget(page: Page, advisor: Advisor) -> None:
    page.locator(".send").evaluate("node => node.removeAttribute('aria-label')")
    assert "button-name" in journey.violations(page)
