"""The widget against the product itself, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.running import Server
from tests.web import journey

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def shop_page(script: str) -> str:
    """A page of somebody else's that embeds the widget."""
    return (
        '<!doctype html><html lang="en"><head><title>A shop</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        '<body><main><h1>A shop</h1><a href="#x">A link</a></main>'
        f'<script src="{script}" data-title="Ask about investing" async></script></body></html>'
    )


class Shop(ThreadingHTTPServer):
    """A foreign origin under the strictest policy the widget promises to work with."""

    advisor = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ShopPage)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class ShopPage(BaseHTTPRequestHandler):
    """Every address of the shop shows the same page."""

    server: Shop

    def do_GET(self) -> None:
        advisor = self.server.advisor
        body = shop_page(f"{advisor}/embed/widget.js").encode()
        allowed = f"script-src {advisor}; connect-src {advisor}; img-src blob:"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header(
            "Content-Security-Policy", f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
        )
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """Somebody else's site."""
    with Shop() as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield http
        http.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, shop: Shop) -> Iterator[Server]:
    """One running product for all visitors of this module; the shop may embed it."""
    running = Server(tmp_path_factory.mktemp("product") / "data", allowed_origins=shop.url).start()
    shop.advisor = running.url
    yield running
    running.stop()


def opened(browser: Browser, url: str, **options: Any) -> Page:
    """A visitor who has pressed the launcher and read the greeting."""
    page = journey.visit(browser, url, **options)
    page.locator(".launcher").click()
    journey.newest(page).wait_for()
    return page


def test_the_demo_page_greets_and_asks_for_the_goal(browser: Browser, product: Server) -> None:
    page = journey.visit(browser, product.url)
    journey.newest(page).wait_for()
    assert journey.slot(page) == "goal"
    expect(page.locator(".step")).to_contain_text("1 of")
    assert page.locator(".option:enabled").count() >= 3
    assert page.faults == []  # type: ignore[attr-defined]


def test_the_first_plan_by_buttons_alone(browser: Browser, product: Server) -> None:
    page = journey.visit(browser, product.url)
    journey.newest(page).wait_for()
    asked = journey.walk_to_plan(page, journey.answer_by_button)
    assert asked[:2] == ["goal", "horizon"]
    assert "confirm_summary" in asked
    expect(journey.plan_table(page).first.locator("caption")).to_be_visible()
    assert journey.plan_table(page).first.locator("tbody tr").count() >= 1
    for name in ("allocation", "projection"):
        assert journey.is_drawn(journey.picture(page, name))
        assert journey.picture(page, name).last.get_attribute("alt")
    assert page.faults == []  # type: ignore[attr-defined]


def test_the_first_plan_by_typing_alone(browser: Browser, product: Server) -> None:
    page = journey.visit(browser, product.url)
    journey.newest(page).wait_for()
    asked = journey.walk_to_plan(page, journey.answer_by_typing)
    assert asked[:2] == ["goal", "horizon"]
    assert journey.is_drawn(journey.picture(page, "allocation"))
    assert journey.is_drawn(journey.picture(page, "projection"))


def test_the_numbers_behind_a_picture_can_be_read_as_a_table(browser: Browser, product: Server) -> None:
    page = journey.visit(browser, product.url)
    journey.newest(page).wait_for()
    journey.walk_to_plan(page, journey.answer_by_button)
    figure = page.locator('figure[data-chart="projection"]').last
    figure.locator("summary").click()
    expect(figure.locator("tbody tr").first).to_be_visible()
    assert figure.locator("thead th").count() >= 3


def test_a_reload_resumes_at_the_same_question_with_what_was_said(browser: Browser, product: Server) -> None:
    page = journey.visit(browser, product.url)
    journey.newest(page).wait_for()
    for _ in range(2):
        journey.answer_by_button(page)
    said = page.locator(".turn.investor").all_inner_texts()
    before = (journey.slot(page), journey.newest_turn(page), page.locator(".step").inner_text())
    page.reload()
    journey.newest(page).wait_for()
    expect(page.locator("textarea")).to_have_attribute("data-slot", before[0])
    assert (journey.slot(page), journey.newest_turn(page), page.locator(".step").inner_text()) == before
    assert page.locator(".turn.investor").all_inner_texts() == said
    journey.answer_by_button(page)
    assert journey.slot(page) != before[0]


def test_two_visitors_do_not_see_each_other(browser: Browser, product: Server) -> None:
    one, other = journey.visit(browser, product.url), journey.visit(browser, product.url)
    journey.newest(one).wait_for()
    journey.newest(other).wait_for()
    journey.answer_by_button(one)
    assert journey.slot(one) == "horizon"
    other.reload()
    journey.newest(other).wait_for()
    expect(other.locator("textarea")).to_have_attribute("data-slot", "goal")
    assert other.locator(".turn.investor").count() == 0


def test_the_token_is_in_no_address(browser: Browser, product: Server) -> None:
    page = journey.visit(browser, product.url)
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    journey.newest(page).wait_for()
    journey.answer_by_button(page)
    token = page.evaluate("() => JSON.parse(Object.values(localStorage)[0]).token")
    assert token
    assert addresses
    assert not [address for address in addresses if token in address]
    assert page.context.cookies() == []


def test_escape_closes_and_gives_the_focus_back(browser: Browser, product: Server, shop: Shop) -> None:
    page = opened(browser, shop.url)
    assert journey.focused(page).startswith("textarea")
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_be_hidden()
    assert journey.focused(page).startswith("button.launcher")
    page.keyboard.press("Enter")
    expect(page.locator(".panel")).to_be_visible()
    assert journey.focused(page).startswith("textarea")


def test_the_keyboard_alone_reaches_and_answers_everything(browser: Browser, product: Server, shop: Shop) -> None:
    page = journey.visit(browser, shop.url)
    page.locator(".launcher").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert journey.focused(page).startswith("button.launcher")
    page.keyboard.press("Enter")
    journey.newest(page).wait_for()
    before = journey.newest_turn(page)
    for _ in range(40):
        if journey.focused(page).startswith("button.option"):
            break
        page.keyboard.press("Shift+Tab")
    assert journey.focused(page).startswith("button.option")
    page.keyboard.press("Enter")
    journey.wait_for_answer(page, before)
    # The button is spent: the focus goes on to the new question's input instead of getting lost.
    assert journey.focused(page).startswith("textarea")
    page.keyboard.type(journey.example(page))
    before = journey.newest_turn(page)
    page.keyboard.press("Enter")
    journey.wait_for_answer(page, before)
    assert journey.slot(page) not in {"goal", "horizon"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_on_the_demo_page(browser: Browser, product: Server, scheme: str, width: int) -> None:
    page = journey.visit(browser, product.url, color_scheme=scheme, viewport={"width": width, "height": 800})
    journey.newest(page).wait_for()
    assert journey.violations(page) == ""
    journey.answer_by_button(page)
    assert journey.violations(page) == ""


def test_axe_finds_nothing_beside_a_plan(browser: Browser, product: Server) -> None:
    page = journey.visit(browser, product.url)
    journey.newest(page).wait_for()
    journey.walk_to_plan(page, journey.answer_by_button)
    assert journey.violations(page) == ""


def test_a_foreign_page_with_a_strict_policy_can_embed_it(browser: Browser, product: Server, shop: Shop) -> None:
    page = opened(browser, shop.url)
    journey.walk_to_plan(page, journey.answer_by_button)
    assert journey.is_drawn(journey.picture(page, "allocation"))
    assert page.faults == []  # type: ignore[attr-defined]


def test_the_dialogue_goes_on_after_the_server_was_killed(browser: Browser, server: Server) -> None:
    page = journey.visit(browser, server.url)
    journey.newest(page).wait_for()
    journey.answer_by_button(page)
    before = journey.newest_turn(page)
    server.kill()
    page.locator("textarea").fill(journey.example(page))
    page.locator("textarea").press("Enter")
    expect(page.locator(".status")).to_contain_text("Trying again")
    server.restart()
    journey.wait_for_answer(page, before)
    expect(page.locator(".status")).to_be_empty()
    turns = [int(turn.get_attribute("data-turn") or 0) for turn in page.locator(".turn").all()]
    assert turns == list(range(1, before + 3))
    page.reload()
    expect(page.locator(".turn")).to_have_count(before + 2)
