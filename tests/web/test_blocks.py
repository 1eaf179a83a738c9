"""How the widget shows what the advisor says, and how it asks: against a stand-in that says what a test wants said."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from advisor.domain.chart import ChartSpec, Fan
from advisor.domain.reply import (
    BLOCK_TYPES,
    Block,
    Chart,
    Choices,
    Column,
    File,
    Link,
    Notice,
    Option,
    Table,
    Text,
    block_to_json,
)
from tests.web import journey
from tests.web.canned import plan_blocks
from tests.web.stub import Advisor

pytestmark = pytest.mark.browser


def text(words: str) -> dict[str, Any]:
    return {"kind": "text", "text": words}


def test_text_is_text_whatever_it_holds(page: Page, advisor: Advisor) -> None:
    journey.told(page, advisor, text("<img src=x onerror=alert(1)> **bold <b>not</b>**\n\n- one\n- two\n\nlast & done"))
    turn = journey.newest(page)
    assert turn.locator("img, b").count() == 0
    expect(turn.locator("strong")).to_have_text("bold <b>not</b>")
    assert turn.locator("li").all_inner_texts() == ["one", "two"]
    assert turn.locator("p").all_inner_texts() == ["<img src=x onerror=alert(1)> bold <b>not</b>", "last & done"]


def test_only_safe_links_become_links(page: Page, advisor: Advisor) -> None:
    urls = ["https://example.com/a", "http://example.com/", "javascript:alert(1)", "data:text/html,x", "/docs"]
    journey.told(page, advisor, *[{"kind": "link", "label": f"L{n}", "url": url} for n, url in enumerate(urls)])
    links = journey.newest(page).locator("a")
    assert [link.get_attribute("href") for link in links.all()] == [urls[0], f"{advisor.url}/docs"]
    assert {link.get_attribute("rel") for link in links.all()} == {"noopener noreferrer"}
    expect(journey.newest(page)).to_contain_text("L2")


def test_a_table_writes_numbers_for_the_reader_and_never_a_zero_for_unknown(browser: Browser, advisor: Advisor) -> None:
    page = journey.visit(browser, advisor.url)
    journey.newest(page).wait_for()
    journey.told(page, advisor, plan_blocks("x")[3])
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
    page = journey.embedded(browser, advisor, 'data-target="#here" data-locale="de-DE" data-currency="eur"')
    journey.newest(page).wait_for()
    journey.told(page, advisor, plan_blocks("x")[3])
    expect(journey.plan_table(page).locator("tbody tr").last).to_contain_text("1.000,55")
    assert advisor.wishes[-1]["locale"] == "de-DE"
    assert advisor.wishes[-1]["currency"] == "EUR"


def test_the_greeting_is_asked_for_in_the_browsers_language_and_time_zone(page: Page, advisor: Advisor) -> None:
    assert advisor.wishes == [{"locale": "en-US", "timezone": "Europe/Berlin"}]


def test_every_picture_lists_its_numbers(page: Page, advisor: Advisor) -> None:
    days = [f"2016-{month:02}-{day:02}" for month in range(1, 8) for day in range(1, 29)]
    money = {"unit": "money", "currency": "USD"}
    data: list[dict[str, Any]] = [
        {"kind": "bars", "bars": [["2008", -0.21], ["2009", 0.12]], "unit": "percent", "currency": ""},
        {"kind": "frontier", "curve": [[0.1, 0.03]], "points": [["Your plan", 0.08, 0.045]]},
        {"kind": "lines", "dates": days, "series": {"Plan": [1000.0 + n for n in range(len(days))]}, **money},
    ]
    rest = {"kind": "chart", "id": "0", "title": "A picture", "alt": "a", "svg_url": "/x.svg", "png_url": "/x.png"}
    journey.told(page, advisor, *[{**rest, "name": picture["kind"], "data": picture} for picture in data])
    for summary in journey.newest(page).locator("summary").all():
        summary.click()
    bars, frontier, lines = (journey.newest(page).locator(f'figure[data-chart="{d["kind"]}"] tbody tr') for d in data)
    assert bars.first.locator("th, td").all_inner_texts() == ["2008", "-21%"]
    assert frontier.first.locator("th, td").all_inner_texts() == ["Your plan", "8%", "4.5%"]
    assert lines.count() <= 41
    assert lines.first.locator("th, td").all_inner_texts() == ["2016-01-01", "$1,000"]
    assert lines.last.locator("th").inner_text() == "2016-07-28"
    expect(journey.newest(page)).to_contain_text("Every 5th row is shown.")


SAMPLES: dict[type[Block], Block] = {
    Text: Text("Some **words**"),
    Choices: Choices((Option("a", "Option A", "A hint"), Option("b", "Option B")), prompt="Which one?"),
    Chart: Chart(
        "c1",
        ChartSpec("projection", "A fan", "Words for the fan", Fan((0.0, 1.0), {"p50": (1.0, 2.0)}, (1.0, 1.5), "USD")),
    ),
    Table: Table("t", "A table", (Column("a", "Column A"),), ({"a": "Cell A"},)),
    Notice: Notice("warning", "Careful"),
    File: File("report.pdf", "application/pdf", 2048, "/api/v1/plans/1/report.pdf"),
    Link: Link("A link", "https://example.com/"),
}


@pytest.mark.parametrize("block", BLOCK_TYPES, ids=lambda block: block.kind)
def test_every_kind_of_block_the_advisor_can_say_is_shown(page: Page, advisor: Advisor, block: type[Block]) -> None:
    words = {
        Text: ["Some words"],
        Choices: ["Which one?", "Option A", "A hint", "Option B"],
        Chart: ["A fan", "Words for the fan", "Show the numbers"],
        Table: ["A table", "Column A", "Cell A"],
        Notice: ["Warning", "Careful"],
        File: ["Download report.pdf"],
        Link: ["A link"],
    }[block]
    journey.told(page, advisor, block_to_json(SAMPLES[block]))
    for word in words:
        expect(journey.newest(page)).to_contain_text(word)


def test_an_unknown_block_is_left_out_and_the_rest_is_shown(page: Page, advisor: Advisor) -> None:
    journey.told(page, advisor, {"kind": "hologram", "depth": 3}, text("Still here"))
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
