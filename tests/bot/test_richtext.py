"""Text measured, split and escaped as Telegram does."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.richtext import Run, from_markup, join, length, split, to_html, to_plain, utf16_length
from tests.bot_api_server.entities import parse_html, utf16

texts = st.lists(
    st.text(st.characters(codec="utf-8"), max_size=9)
    | st.sampled_from([" ", "\n\n", "**", "<b>", "&lt;", "😀", "\n- ", ". "]),
    max_size=60,
).map("".join)


@settings(deadline=None)
@given(texts)
def test_html_parses_back_to_the_plain_text(text: str) -> None:
    rich = from_markup(text)
    parsed, entities = parse_html(to_html(rich))
    assert parsed == to_plain(rich)
    bold = [run for run in rich if run.style == "bold"]
    assert [entity["length"] for entity in entities] == [utf16(run.text) for run in bold]


@settings(deadline=None)
@given(texts, st.integers(5, 120))
def test_pieces_keep_the_limit_and_lose_nothing_but_white_space(text: str, limit: int) -> None:
    rich = from_markup(text)
    pieces = split(rich, limit)
    assert all(0 < length(piece) <= limit for piece in pieces)
    kept = "".join("".join(to_plain(piece).split()) for piece in pieces)
    assert kept == "".join(to_plain(rich).split())
    assert all(parse_html(to_html(piece))[0] == to_plain(piece) for piece in pieces)


@settings(deadline=None)
@given(texts)
def test_length_counts_utf16_units(text: str) -> None:
    assert utf16_length(text) == len(text.encode("utf-16-le")) // 2


def test_bold_and_lists_are_shown() -> None:
    rich = from_markup("Buy **now** or\n- later\n- never ** a **")
    assert to_html(rich) == "Buy <b>now</b> or\n• later\n• never ** a **"


def test_markup_characters_of_html_are_escaped() -> None:
    assert to_html(from_markup("a < b && **c > d**")) == "a &lt; b &amp;&amp; <b>c &gt; d</b>"


def test_control_characters_are_dropped() -> None:
    assert to_plain(from_markup("a\x00b\x1bc\ud800d\te\nf")) == "abcd\te\nf"


def test_a_cut_prefers_a_paragraph_then_a_line_then_a_sentence_then_a_word() -> None:
    def first(text: str) -> str:
        return to_plain(split(from_markup(text), 30)[0])

    assert first("One paragraph here.\n\nAnother one that is long.") == "One paragraph here."
    assert first("One line here for you\nand another one that is long") == "One line here for you"
    assert first("A short sentence here. And another that is long") == "A short sentence here."
    assert first("many words that go on and on and on and on") == "many words that go on and on"
    assert first("x" * 40) == "x" * 30


def test_a_style_goes_on_after_a_cut() -> None:
    pieces = split((Run("a"), Run("b" * 50, "bold")), 30)
    assert [to_html(piece) for piece in pieces] == [f"a<b>{'b' * 29}</b>", f"<b>{'b' * 21}</b>"]


def test_join_leaves_out_what_is_empty() -> None:
    assert to_plain(join([(), (Run("a"),), (), (Run("b"),)])) == "a\n\nb"
