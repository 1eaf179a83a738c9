"""Every block of the closed union as Telegram messages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.domain.chart import ChartSpec, Donut
from advisor.domain.reply import (
    BLOCK_TYPES,
    Block,
    Chart,
    Choices,
    Column,
    Expects,
    File,
    Link,
    Notice,
    Option,
    Table,
    Text,
    block_to_json,
)
from bot.render import RENDERERS, MessagePart, Part, PhotoPart, render
from tests.bot.conftest import asks
from tests.bot_api_server.checks import keyboard_of
from tests.bot_api_server.entities import parse_html, utf16

SPEC = ChartSpec("allocation", "Your mix", "Shares 60 %.", Donut((("S", 1.0, "equity"),)))
SAMPLES: dict[type[Block], Block] = {
    Text: Text("Hello **you**"),
    Choices: Choices((Option("a", "A"),), "Which?"),
    Chart: Chart("c1", SPEC),
    Table: Table("t", "Caption", (Column("a", "A"),), ({"a": "x"},)),
    Notice: Notice("warning", "Careful"),
    File: File("report.pdf", "application/pdf", 120_000, "/api/v1/plans/1/report.pdf"),
    Link: Link("Site", "https://example.org"),
}


def shown(*blocks: Block, expects: Expects | None = None, site: str = "") -> list[Part]:
    stored = tuple(block_to_json(block) for block in blocks)
    return render(stored, expects.to_json() if expects else None, 5, site=site)


def labels(part: Part) -> list[str]:
    return [button.text for row in part.keyboard.inline_keyboard for button in row] if part.keyboard else []


@pytest.mark.parametrize("kind", BLOCK_TYPES)
def test_every_kind_of_block_has_a_renderer_that_shows_something(kind: type[Block]) -> None:
    assert kind in RENDERERS
    parts = shown(SAMPLES[kind])
    assert parts
    assert all(part.plain.strip() for part in parts)


def test_text_around_a_picture_keeps_its_order() -> None:
    parts = shown(Text("one"), Notice("info", "two"), Chart("c", SPEC), Text("three"))
    assert [type(part) for part in parts] == [MessagePart, PhotoPart, MessagePart]
    assert parts[0].plain == "one\n\nℹ️ two"
    assert parts[2].plain == "three"


def test_the_open_question_is_on_the_last_message() -> None:
    question = asks(kind="choice", options=(Option("a", "A"), Option("b", "B")), skippable=True, step=3)
    parts = shown(Text("one"), Chart("c", SPEC), Text("Which?"), expects=question)
    assert [labels(part) for part in parts] == [[], [], ["A", "B", "Skip", "Why?", "Back"]]
    assert [part.asks for part in parts] == [False, False, True]


def test_options_given_as_block_and_as_question_show_once() -> None:
    options = (Option("a", "A"), Option("b", "B"))
    (part,) = shown(Choices(options, "Which?"), expects=asks(kind="choice", options=options))
    assert part.plain == "Which?"
    assert labels(part) == ["A", "B", "Why?"]


def test_buttons_that_are_no_question_stay_with_their_text() -> None:
    parts = shown(Text("Your plan."), Choices((Option("why", "Why this?"),)), Text("Anything else?"))
    assert [(part.plain, labels(part)) for part in parts] == [("Your plan.", ["Why this?"]), ("Anything else?", [])]


def test_buttons_without_any_text_get_a_line_to_stand_under() -> None:
    (part,) = shown(Choices((Option("a", "A"),)))
    assert part.plain == "Please choose:"


def test_hints_and_long_labels_are_written_out_above_the_buttons() -> None:
    options = (
        Option("sell", "Sell everything at once and wait for better days"),
        Option("keep", "Keep it", "Do nothing"),
    )
    (part,) = shown(Text("What would you do?"), expects=asks(kind="choice", options=options))
    assert "1. Sell everything at once and wait for better days\n2. Keep it – Do nothing" in part.plain
    assert labels(part)[1] == "2. Keep it"


def test_a_caption_that_is_too_long_goes_on_in_a_message_and_the_buttons_with_it() -> None:
    spec = ChartSpec("p", "Projection", "In year ten you may have 10,000. " * 60, SPEC.picture)
    photo, text = shown(Chart("c", spec), expects=asks(kind="choice", options=(Option("a", "A"),)))
    assert isinstance(photo, PhotoPart)
    assert utf16(photo.plain) <= 1024
    assert photo.keyboard is None
    assert labels(text) == ["A", "Why?"]
    words = f"{photo.plain} {text.plain}".split()
    assert words == f"Projection {spec.alt}".split()


def test_a_caption_says_its_title_once() -> None:
    spec = ChartSpec("allocation", "Your mix", "Your mix. Shares 60 %.", Donut((("S", 1.0, "equity"),)))
    (part,) = shown(Chart("c1", spec))
    assert part.plain == "Your mix\nShares 60 %."


def test_a_watermark_is_said_in_the_caption() -> None:
    spec = ChartSpec("a", "Mix", "All shares.", Donut((("S", 1.0, "equity"),), watermark="Rehearsal with sample data"))
    assert shown(Chart("c", spec))[0].plain == "Mix\nAll shares.\nRehearsal with sample data"


def test_a_link_is_a_button_and_a_local_one_is_text() -> None:
    public, local = shown(Link("Site", "https://example.org"))[0], shown(Link("Site", "http://localhost:8000"))[0]
    assert labels(public) == ["Site"]
    assert (local.plain, local.keyboard) == ("Site: http://localhost:8000", None)


def test_a_label_without_a_character_to_show_still_makes_a_button() -> None:
    link, options = Link("\x00\u200b", "https://example.org"), Choices((Option("\x00", "\x00"), Option("b", "B")))
    (part,) = shown(Text("Here"), link, options)
    assert labels(part) == ["https://example.org", "1", "B"]


def test_a_relative_link_is_completed_with_the_public_address() -> None:
    (part,) = shown(Link("Plan", "/app/plan"), site="https://advisor.example.org/")
    assert part.keyboard is not None
    assert part.keyboard.inline_keyboard[0][0].url == "https://advisor.example.org/app/plan"


def test_a_private_file_is_named_with_its_size_and_a_public_one_is_a_button() -> None:
    private = shown(SAMPLES[File], site="https://example.org")[0]
    assert private.plain == "File: report.pdf (120 kB). You find it on the website."
    public = shown(File("r.pdf", "application/pdf", 2_500_000, "https://example.org/r.pdf"))[0]
    assert labels(public) == ["r.pdf"]


def test_figures_are_written_in_the_locale_of_the_replys_chart() -> None:
    spec = ChartSpec("a", "Mix", "60 %", SPEC.picture, locale="de")
    block = Table("t", "", (Column("p", "Anteil", "percent"),), ({"p": 0.125},))
    assert "12,5\xa0%" in shown(Chart("c", spec), block)[1].plain


def test_a_block_that_cannot_be_read_is_said_to_be_missing_and_the_rest_is_shown() -> None:
    stored: tuple[dict[str, Any], ...] = ({"kind": "hologram"}, {"kind": "text"}, {"kind": "text", "text": "fine"})
    (part,) = render(stored, None, 5)
    assert part.plain.count("cannot be shown") == 2
    assert part.plain.endswith("fine")


def test_a_turn_without_words_but_with_a_question_still_asks() -> None:
    (part,) = shown(expects=asks(kind="money", skippable=True))
    assert (part.plain, labels(part)) == ("Please choose:", ["Skip", "Why?"])
    assert shown() == []


blocks = st.one_of(
    st.builds(Text, st.text(max_size=6000)),
    st.builds(Notice, st.sampled_from(["info", "warning", "error"]), st.text(max_size=300)),
    st.builds(
        lambda alt, title: Chart("c", ChartSpec("n", title, alt, SPEC.picture)), st.text(max_size=3000), st.text()
    ),
    st.builds(Link, st.text(min_size=1, max_size=30).filter(str.strip), st.just("https://example.org")),
    st.builds(
        lambda ids: Choices(tuple(Option(i, i) for i in ids)),
        st.lists(st.text(min_size=1, max_size=80).filter(str.strip), min_size=1, max_size=5, unique=True),
    ),
)


@settings(deadline=None)
@given(st.lists(blocks, max_size=5))
def test_whatever_is_said_telegram_takes_it(said: list[Block]) -> None:
    for part in shown(*said, expects=asks(kind="text", skippable=True)):
        text, _ = parse_html(part.html)
        assert text == part.plain
        assert utf16(text) <= (1024 if isinstance(part, PhotoPart) else 4096)
        assert text.strip() or isinstance(part, PhotoPart)
        if part.keyboard:
            keyboard_of({"reply_markup": part.keyboard.to_json()})
