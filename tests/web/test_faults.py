"""What the widget does when the network, the server or the page misbehaves: against a stand-in that fails on demand."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web import journey
from tests.web.stub import Advisor

pytestmark = pytest.mark.browser


def numbers(page: Page) -> list[int]:
    """Turn numbers in the order they are shown."""
    return [int(turn.get_attribute("data-turn") or 0) for turn in page.locator(".turn").all()]


def test_a_message_whose_answer_was_lost_is_repeated_under_the_same_id_and_shown_once(
    page: Page, advisor: Advisor
) -> None:
    advisor.lose = 2
    page.locator("[data-option=retirement]").click()
    expect(page.locator(".turn")).to_have_count(3)
    expect(page.locator('[data-state="waiting"]')).to_have_count(0)
    assert numbers(page) == [1, 2, 3]
    assert len(advisor.posts) == 3
    assert len({post["client_id"] for post in advisor.posts}) == 1
    assert len(advisor.talk.turns) == 3


def test_while_nothing_answers_the_message_is_kept_and_a_button_offers_another_try(
    page: Page, advisor: Advisor
) -> None:
    advisor.silent = True
    page.locator("textarea").fill("Retirement")
    page.locator("textarea").press("Enter")
    expect(page.locator(".status")).to_contain_text("Trying again")
    expect(page.locator(".investor")).to_have_text("You said: Retirement")
    retry = page.get_by_role("button", name="Try again now")
    retry.wait_for()
    advisor.silent = False
    retry.click()
    expect(page.locator(".turn")).to_have_count(3)
    expect(page.locator(".status")).to_be_empty()
    assert [turn["author"] for turn in advisor.talk.turns] == ["advisor", "investor", "advisor"]


def test_a_message_under_way_survives_a_reload_and_is_not_doubled(page: Page, advisor: Advisor) -> None:
    advisor.gate.clear()
    page.locator("[data-option=a_home]").click()
    expect(page.locator('[data-state="waiting"]')).to_have_count(1)
    page.reload()
    advisor.gate.set()
    expect(page.locator("textarea")).to_have_attribute("data-slot", "horizon")
    expect(page.locator('[data-state="waiting"]')).to_have_count(0)
    assert numbers(page) == [1, 2, 3]
    assert len({post["client_id"] for post in advisor.posts}) == 1


def test_an_answer_that_comes_by_the_stream_first_is_shown_once(page: Page, advisor: Advisor) -> None:
    journey.listening(advisor)
    advisor.gate.clear()
    page.locator("[data-option=retirement]").click()
    for _ in range(100):
        if len(advisor.talk.turns) == 3:
            break
        advisor.ended.wait(0.05)
    advisor.gate.set()
    expect(page.locator('[data-state="waiting"]')).to_have_count(0)
    advisor.push("Afterwards")
    expect(page.locator(".notice")).to_have_count(1)
    assert numbers(page) == [1, 2, 3, 4]


@pytest.mark.parametrize("size", [1, 2, 7])
def test_events_are_read_however_the_network_cuts_them(browser: Browser, advisor: Advisor, size: int) -> None:
    advisor.pieces = size
    page = journey.visit(browser, advisor.url)
    journey.listening(advisor)
    advisor.push("Größer als 5 €: 再平衡")
    expect(page.locator(".notice .text")).to_have_text("Größer als 5 €: 再平衡")


def test_a_push_leaves_the_open_question_open(page: Page, advisor: Advisor) -> None:
    journey.listening(advisor)
    advisor.push("Your mix has drifted.")
    expect(page.locator(".notice")).to_have_count(1)
    assert journey.slot(page) == "goal"
    assert page.locator(".option:enabled").count() == 5
    page.reload()
    expect(page.locator(".notice")).to_have_count(1)
    expect(page.locator("textarea")).to_have_attribute("data-slot", "goal")
    journey.press(page, page.locator("[data-option=retirement]"))
    assert journey.slot(page) == "horizon"


def test_what_was_said_while_the_connection_was_down_is_shown_when_it_is_back(page: Page, advisor: Advisor) -> None:
    journey.listening(advisor)
    advisor.silent = True
    advisor.ended.wait(0.3)
    advisor.talk.advise([{"kind": "text", "text": "Said while you were away"}], asks=False)
    advisor.silent = False
    expect(page.get_by_text("Said while you were away")).to_be_visible()
    assert numbers(page) == [1, 2]


def test_another_tab_of_the_same_visitor_follows(page: Page, advisor: Advisor) -> None:
    journey.listening(advisor)
    other = page.context.new_page()
    other.goto(advisor.url)
    journey.listening(advisor, 2)
    journey.press(other, other.locator("[data-option=retirement]"))
    expect(page.locator("textarea")).to_have_attribute("data-slot", "horizon")
    assert numbers(page) == numbers(other) == [1, 2, 3]
    assert "Retirement" in page.locator(".investor").inner_text()


def test_an_unknown_token_begins_a_new_session_and_says_so(page: Page, advisor: Advisor) -> None:
    journey.answer_by_button(page)
    advisor.expire()
    page.reload()
    expect(page.get_by_text("Your earlier session has ended")).to_be_visible()
    assert journey.slot(page) == "goal"
    assert numbers(page) == [1]


def test_a_session_that_ends_in_mid_dialogue_keeps_what_was_typed(page: Page, advisor: Advisor) -> None:
    journey.answer_by_button(page)
    advisor.expire()
    page.locator("textarea").fill("in ten years")
    page.locator("textarea").press("Enter")
    expect(page.get_by_text("Your earlier session has ended")).to_be_visible()
    expect(page.locator("textarea")).to_have_attribute("data-slot", "goal")
    expect(page.locator("textarea")).to_have_value("in ten years")
    journey.press(page, page.locator("[data-option=retirement]:enabled"))
    assert journey.slot(page) == "horizon"


def test_a_text_that_is_too_long_is_not_sent_and_not_lost(page: Page, advisor: Advisor) -> None:
    page.locator("textarea").fill("ä" * 9000)
    page.locator("textarea").press("Enter")
    expect(page.locator(".status")).to_contain_text("too long")
    assert len(page.locator("textarea").input_value()) == 9000
    assert advisor.posts == []


def test_what_is_being_typed_survives_a_reload(page: Page, advisor: Advisor) -> None:
    page.locator("textarea").fill("half a thought")
    page.reload()
    expect(page.locator("textarea")).to_have_value("half a thought")


def test_without_storage_it_still_talks(browser: Browser, advisor: Advisor) -> None:
    page = browser.new_context().new_page()
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('forbidden', 'SecurityError'); } });"
    )
    page.goto(advisor.url)
    journey.newest(page).wait_for()
    journey.answer_by_button(page)
    assert journey.slot(page) == "horizon"


def test_a_picture_that_cannot_be_loaded_is_told_in_words_and_can_be_asked_for_again(
    page: Page, advisor: Advisor
) -> None:
    advisor.no_pictures = True
    journey.walk_to_plan_without_pictures(page, journey.answer_by_button)
    figure = page.locator('figure[data-chart="allocation"]')
    expect(figure).to_contain_text("US shares 35 %")
    expect(figure).to_contain_text("could not be loaded")
    advisor.no_pictures = False
    figure.get_by_role("button", name="Load it again").click()
    assert journey.is_drawn(journey.picture(page, "allocation"))
