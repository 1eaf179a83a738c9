"""How the widget shows what the advisor says, and how it looks on a page: against the stand-in, which says what a test wants said."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web import journey
from tests.web.canned import plan_blocks
from tests.web.stub import EMBED, Advisor

pytestmark = pytest.mark.browser

LARGEST = 25 * 1024


@pytest.fixture
def advisor() -> Iterator[Advisor]:
    running = Advisor()
    yield running
    running.close()


@pytest.fixture
def page(browser: Browser, advisor: Advisor) -> Page:
    """A visitor at the first question."""
    page = journey.visit(browser, advisor.url)
    journey.newest(page).wait_for()
    return page


def told(page: Page, advisor: Advisor, *blocks: dict[str, object]) -> None:
    """The advisor says these blocks, and they have arrived."""
    before = journey.newest_turn(page)
    advisor.say(*blocks)
    journey.wait_for_answer(page, before)


def text(words: str) -> dict[str, object]:
    return {"kind": "text", "text": words}


def embedded(browser: Browser, advisor: Advisor, attributes: str, **options: object) -> Page:
    """A visitor of a page of ours that embeds the widget with these attributes."""
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    html = f'<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1><div id="here"></div></main><script src="/embed/widget.js" {attributes}></script>'
    page.route(f"{advisor.url}/page", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto(f"{advisor.url}/page")
    return page


def test_the_script_is_small_and_stands_alone() -> None:
    source = (EMBED / "widget.js").read_bytes()
    packed = len(gzip.compress(source, 9, mtime=0))
    print(f"widget.js: {len(source):,} bytes, {packed:,} gzipped (at most {LARGEST:,})")
    assert packed <= LARGEST
    words = source.decode()
    assert (
        re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|document\.cookie", words
        )
        == []
    )
    assert re.findall(r"^\s*(?:import|export)\b|\bimport\(", words, re.MULTILINE) == []
    assert set(re.findall(r"https?://[\w.]+", words)) == {"https://advisor.example", "http://www.w3.org"}


def test_text_is_text_whatever_it_holds(page: Page, advisor: Advisor) -> None:
    told(page, advisor, text("<img src=x onerror=alert(1)> **bold <b>not</b>**\n\n- one\n- two\n\nlast & done"))
    turn = journey.newest(page)
    assert turn.locator("img, b").count() == 0
    expect(turn.locator("strong")).to_have_text("bold <b>not</b>")
    assert turn.locator("li").all_inner_texts() == ["one", "two"]
    assert turn.locator("p").all_inner_texts() == ["<img src=x onerror=alert(1)> bold <b>not</b>", "last & done"]


def test_only_safe_links_become_links(page: Page, advisor: Advisor) -> None:
    urls = ["https://example.com/a", "http://example.com/", "javascript:alert(1)", "data:text/html,x", "/docs"]
    told(page, advisor, *[{"kind": "link", "label": f"L{n}", "url": url} for n, url in enumerate(urls)])
    links = journey.newest(page).locator("a")
    assert [link.get_attribute("href") for link in links.all()] == [urls[0], f"{advisor.url}/docs"]
    assert {link.get_attribute("rel") for link in links.all()} == {"noopener noreferrer"}
    expect(journey.newest(page)).to_contain_text("L2")


def test_a_table_writes_numbers_for_the_reader_and_never_a_zero_for_unknown(browser: Browser, advisor: Advisor) -> None:
    page = journey.visit(browser, advisor.url)
    journey.newest(page).wait_for()
    told(page, advisor, plan_blocks("x")[3])
    rows = [row.locator("th, td").all_inner_texts() for row in journey.plan_table(page).locator("tbody tr").all()]
    assert rows[0] == ["US shares", "35%", "$1,750.00", "0.03%"]
    assert rows[2] == ["Treasuries, 2 to 10 years", "30%", "$1,500.00", "unknown"]
    assert rows[3][2] == "$1,000.55"
    assert journey.plan_table(page).locator("thead th").all_inner_texts() == [
        "What",
        "Share",
        "Amount",
        "Cost (per year)",
    ]
    assert journey.plan_table(page).locator("tbody th").first.get_attribute("scope") == "row"


def test_numbers_follow_the_locale(browser: Browser, advisor: Advisor) -> None:
    page = embedded(browser, advisor, 'data-target="#here" data-locale="de-DE" data-currency="eur"')
    journey.newest(page).wait_for()
    told(page, advisor, plan_blocks("x")[3])
    expect(journey.plan_table(page).locator("tbody tr").last).to_contain_text("1.000,55")
    assert advisor.wishes[-1]["locale"] == "de-DE"
    assert advisor.wishes[-1]["currency"] == "EUR"


def test_the_greeting_is_asked_for_in_the_browsers_language_and_time_zone(page: Page, advisor: Advisor) -> None:
    assert advisor.wishes == [{"locale": "en-US", "timezone": "Europe/Berlin"}]


def test_every_picture_lists_its_numbers(page: Page, advisor: Advisor) -> None:
    data = [
        {"kind": "bars", "bars": [["2008", -0.21], ["2009", 0.12]], "unit": "percent", "currency": ""},
        {"kind": "frontier", "curve": [[0.1, 0.03]], "points": [["Your plan", 0.08, 0.045]]},
        {"kind": "lines", "dates": [f"2016-{m:02}-{d:02}" for m in range(1, 8) for d in range(1, 29)], "unit": "money", "currency": "USD",
         "series": {"Plan": [1000.0 + n for n in range(196)]}},
    ]  # fmt: skip
    told(
        page,
        advisor,
        *[
            {
                "kind": "chart",
                "id": "0",
                "name": d["kind"],
                "title": d["kind"],
                "alt": "a",
                "svg_url": "/x.svg",
                "png_url": "/x.png",
                "data": d,
            }
            for d in data
        ],
    )
    for summary in journey.newest(page).locator("summary").all():
        summary.click()
    bars, frontier, lines = (journey.newest(page).locator(f'figure[data-chart="{d["kind"]}"] tbody tr') for d in data)
    assert bars.first.locator("th, td").all_inner_texts() == ["2008", "-21%"]
    assert frontier.first.locator("th, td").all_inner_texts() == ["Your plan", "8%", "4.5%"]
    assert lines.count() <= 41
    assert lines.first.locator("th, td").all_inner_texts() == ["2016-01-01", "$1,000"]
    assert lines.last.locator("th").inner_text() == "2016-07-28"
    expect(journey.newest(page)).to_contain_text("Every 5th row is shown.")


def test_an_unknown_block_is_left_out_and_the_rest_is_shown(page: Page, advisor: Advisor) -> None:
    told(page, advisor, {"kind": "hologram", "depth": 3}, text("Still here"))
    expect(journey.newest(page)).to_contain_text("Still here")


def test_answered_buttons_are_inert_and_show_what_was_chosen(page: Page, advisor: Advisor) -> None:
    journey.press(page, page.locator("[data-option=education]"))
    old = page.locator('.turn[data-turn="1"] .option')
    assert old.count() == 5
    assert [button.is_disabled() for button in old.all()] == [True] * 5
    assert page.locator(".option.chosen").all_inner_texts() == ["Education"]
    expect(page.locator(".investor")).to_have_text("You said: Education")


def test_several_choices_are_toggled_and_sent_as_a_list_and_none_excludes_the_rest(
    page: Page, advisor: Advisor
) -> None:
    while journey.kind(page) != "multichoice":
        journey.answer_by_button(page)
    done = page.locator(".done")
    assert done.is_disabled()
    for option in ("gold", "none", "gold", "oil"):
        page.locator(f"[data-option={option}]").click()
    pressed = page.locator('[aria-pressed="true"]')
    assert [button.get_attribute("data-option") for button in pressed.all()] == ["gold", "oil"]
    journey.press(page, done)
    assert advisor.posts[-1]["choice"] == ["gold", "oil"]


def test_the_buttons_beside_a_question_say_skip_why_and_back(page: Page, advisor: Advisor) -> None:
    assert not page.locator("[data-move=skip]").is_visible()
    assert not page.locator("[data-move=back]").is_visible()
    journey.press(page, page.locator("[data-move=why]"))
    assert advisor.posts[-1]["text"] == "why?"
    assert journey.slot(page) == "goal"
    journey.answer_by_button(page)
    journey.press(page, page.locator("[data-move=back]"))
    assert advisor.posts[-1]["text"] == "back"
    assert journey.slot(page) == "goal"


def test_the_number_keyboard_is_offered_and_can_be_left(browser: Browser, advisor: Advisor) -> None:
    page = journey.visit(browser, advisor.url, has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740})
    journey.newest(page).wait_for()
    while journey.kind(page) != "money":
        journey.answer_by_button(page)
    assert page.locator("textarea").get_attribute("inputmode") == "decimal"
    page.get_by_role("button", name="Show the letter keyboard").click()
    assert page.locator("textarea").get_attribute("inputmode") == "text"


def test_messages_that_come_while_it_is_closed_are_counted(browser: Browser, advisor: Advisor) -> None:
    page = embedded(browser, advisor, "")
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
    page = embedded(browser, advisor, attributes, viewport={"width": width, "height": 800})
    page.locator("[data-smartinvest]").wait_for(state="attached")
    assert page.locator(".panel").is_visible() is shown
    assert journey.focused(page).startswith("body")


def test_the_theme_asked_for_wins_over_the_systems(browser: Browser, advisor: Advisor) -> None:
    def paper(attributes: str) -> str:
        page = embedded(browser, advisor, f'data-target="#here" {attributes}', color_scheme="light")
        return str(page.locator(".panel").evaluate("node => getComputedStyle(node).backgroundColor"))

    assert paper('data-theme="dark"') != paper("") == paper('data-theme="light"')


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, advisor: Advisor, width: int) -> None:
    page = journey.visit(browser, advisor.url, viewport={"width": width, "height": 740})
    journey.newest(page).wait_for()
    journey.walk_to_plan(page, journey.answer_by_button)
    told(page, advisor, text("A" * 300))
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
