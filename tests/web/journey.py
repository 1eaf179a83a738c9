"""What a visitor does with the widget, as functions over a Playwright page. They work against any server of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.web.stub import Advisor

CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MOST_QUESTIONS = 60  # far above the contract's slots: a journey that gets here goes in circles
PATIENCE = 20_000  # ms


@contextmanager
def chromium(executable: str) -> Iterator[Browser]:
    """A headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def visit(browser: Browser, url: str, **options: Any) -> Page:
    """A new visitor (own storage) on a page; errors of the page's scripts are collected in `page.faults`."""
    page = browser.new_context(locale="en-US", timezone_id="Europe/Berlin", **options).new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    faults: list[str] = []
    page.faults = faults  # type: ignore[attr-defined]  # a note on the page it belongs to
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    page.goto(url)
    return page


def newest(page: Page) -> Locator:
    """The advisor's last turn."""
    return page.locator(".turn.advisor[data-turn]").last


def newest_turn(page: Page) -> int:
    """The number of the advisor's last turn."""
    newest(page).wait_for()
    return int(newest(page).get_attribute("data-turn") or 0)


def slot(page: Page) -> str:
    """The open question's slot, empty if none is open."""
    return page.locator("textarea").get_attribute("data-slot") or ""


def kind(page: Page) -> str:
    """The open question's kind."""
    return page.locator("textarea").get_attribute("data-kind") or ""


def example(page: Page) -> str:
    """The open question's example, which is a valid answer, read where the visitor reads it."""
    placeholder = page.locator("textarea").get_attribute("placeholder") or ""
    return placeholder.removeprefix("For example: ")


def wait_for_answer(page: Page, before: int) -> None:
    """Until the advisor has answered after turn `before`."""
    expect(newest(page)).not_to_have_attribute("data-turn", str(before))
    expect(page.locator('[data-state="waiting"]')).to_have_count(0)


def type_answer(page: Page, text: str) -> None:
    """Type, press Enter, wait for the answer."""
    before = newest_turn(page)
    page.locator("textarea").fill(text)
    page.locator("textarea").press("Enter")
    wait_for_answer(page, before)


def press(page: Page, button: Locator) -> None:
    """Press a button, wait for the answer."""
    before = newest_turn(page)
    button.click()
    wait_for_answer(page, before)


def answer_by_button(page: Page) -> None:
    """Answer the open question with buttons: an option where there are options, else Skip; typing only where neither exists."""
    options = page.locator(".option:enabled")
    if kind(page) == "multichoice":
        options.first.click()
        press(page, page.locator(".done:enabled"))
    elif options.count():
        press(page, options.first)
    elif page.locator("[data-move=skip]").is_visible():
        press(page, page.locator("[data-move=skip]"))
    else:
        type_answer(page, example(page))


def answer_by_typing(page: Page) -> None:
    """Answer the open question as its example says, or by the first option's number where there is no example."""
    type_answer(
        page, example(page) if "For example" in (page.locator("textarea").get_attribute("placeholder") or "") else "1"
    )


def has_plan(page: Page) -> bool:
    """Whether the advisor's last turn is the plan: its table and its two pictures."""
    charts = newest(page).locator("figure").evaluate_all("all => all.map(figure => figure.dataset.chart)")
    return {"allocation", "projection"} <= set(charts) and plan_table(page).count() > 0


def plan_table(page: Page) -> Locator:
    """The tables of the advisor's last turn that are shown without being asked for."""
    return newest(page).locator("> .scroll table")


def walk_to_plan(page: Page, answer: Any) -> list[str]:
    """Answer question after question until a plan is on screen; returns the slots asked, in order."""
    asked: list[str] = []
    for _ in range(MOST_QUESTIONS):
        if has_plan(page):
            return asked
        asked.append(slot(page))
        answer(page)
    raise AssertionError(f"No plan after the questions {asked}.")


def walk_to_plan_without_pictures(page: Page, answer: Any) -> None:
    """The same where pictures do not arrive: until no question is open."""
    for _ in range(MOST_QUESTIONS):
        if not slot(page):
            return
        answer(page)
    raise AssertionError("The questions do not end.")


def picture(page: Page, name: str) -> Locator:
    """The chart of this name."""
    return page.locator(f'figure[data-chart="{name}"] img')


def is_drawn(image: Locator) -> bool:
    """Whether a picture has arrived and could be decoded."""
    image.last.scroll_into_view_if_needed()
    return bool(image.last.evaluate("async image => { await image.decode(); return image.naturalWidth > 0; }"))


def focused(page: Page) -> str:
    """What has the focus: the element's name, class and label, also inside the shadow root."""
    return str(
        page.evaluate(
            "() => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;"
            " return `${at?.localName}.${at?.className} ${at?.getAttribute('aria-label') ?? at?.textContent}`; }"
        )
    )


def violations(page: Page) -> str:
    """What axe finds wrong, one line each, empty if nothing. Its own report cannot name what lies in a shadow root."""
    found = Axe().run(page).response["violations"]
    return "\n".join(f"{one['id']}: {one['help']}: {[node['html'] for node in one['nodes']]}" for one in found)


def embedded(browser: Browser, advisor: Advisor, attributes: str, **options: Any) -> Page:
    """A visitor of a page of ours that embeds the widget with these attributes."""
    page = browser.new_context(**options).new_page()
    html = (
        '<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1><div id="here"></div></main>'
        f'<script src="/embed/widget.js" {attributes}></script>'
    )
    page.route(f"{advisor.url}/page", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto(f"{advisor.url}/page")
    return page


def told(page: Page, advisor: Advisor, *blocks: dict[str, Any]) -> None:
    """The advisor says these blocks, and they have arrived."""
    before = newest_turn(page)
    advisor.say(*blocks)
    wait_for_answer(page, before)


def listening(advisor: Advisor, connections: int = 1) -> None:
    """Until the stream has been opened so many times and the page has caught up after it."""
    for _ in range(200):
        opened = [at for at, address in enumerate(advisor.addresses) if address.endswith("/stream")]
        if len(opened) >= connections and any(
            "/history" in address for address in advisor.addresses[opened[connections - 1] :]
        ):
            return
        advisor.ended.wait(0.05)
    raise AssertionError("The widget did not open its stream.")
