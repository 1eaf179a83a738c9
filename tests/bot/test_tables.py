"""Tables on a narrow screen."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.domain.reply import Column, Table
from bot.richtext import to_html, to_plain
from bot.tables import MAX_WIDTH, table_text

COLUMNS = (Column("what", "Fund"), Column("share", "Share", "percent"), Column("money", "Amount", "money"))


def money(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def table(*rows: tuple[str, float | None, dict[str, str] | None], columns: tuple[Column, ...] = COLUMNS) -> Table:
    cells = tuple(dict(zip(("what", "share", "money"), row, strict=True)) for row in rows)
    return Table("allocation", "Your mix", columns, cells)


def test_columns_are_aligned_and_figures_stand_right() -> None:
    (piece,) = table_text(table(("VTI", 0.553, money("5530.00")), ("BND", 0.447, money("4470.00"))), "en")
    assert to_html(piece) == (
        "<b>Your mix</b>\n<pre>Fund  Share  Amount\nVTI   55.3%  $5,530\nBND   44.7%  $4,470</pre>"
    )


def test_a_column_keeps_one_precision() -> None:
    (piece,) = table_text(table(("A", 0.5, money("10.50")), ("B", 0.5, money("3"))), "en")
    assert "50%  $10.50" in to_plain(piece)
    assert "50%   $3.00" in to_plain(piece)


def test_figures_follow_the_readers_locale() -> None:
    (piece,) = table_text(table(("VTI", 0.553, money("5530.25", "EUR"))), "de-DE")
    assert "55,3\xa0%  5.530,25\xa0€" in to_plain(piece)


def test_currencies_without_cents_have_none() -> None:
    (piece,) = table_text(table(("A", 0.5, money("1000000.5", "JPY"))), "en")
    assert "¥1,000,000" in to_plain(piece)


def test_a_wide_table_becomes_one_line_a_row() -> None:
    (piece,) = table_text(table(("Vanguard Total Stock Market Index", 0.55, money("5500"))), "en")
    assert to_html(piece) == (
        "<b>Your mix</b>\n• <b>Vanguard Total Stock Market Index</b> – Share: 55%, Amount: $5,500"
    )


def test_a_wide_table_of_names_and_facts_is_a_list_without_the_same_label_in_every_row() -> None:
    columns = (Column("what", "About"), Column("share", "Your answer"))
    answers = Table(
        "answers", "Your answers", columns, ({"what": "The goal", "share": "A home in the country, some day"},)
    )
    (piece,) = table_text(answers, "en")
    assert to_plain(piece) == "Your answers\n• The goal – A home in the country, some day"


def test_a_fact_that_is_the_same_in_every_row_of_a_list_is_said_once() -> None:
    columns = (*COLUMNS, Column("cost", "Fund cost a year"))
    names = ("US shares, the whole market", "US Treasury bonds, short", "Cash at the Treasury rate")
    cells = tuple({"what": name, "share": 0.1 * n, "cost": "unknown"} for n, name in enumerate(names, 1))
    (piece,) = table_text(Table("t", "", columns[:2] + columns[3:], cells), "en")
    assert to_plain(piece).splitlines() == [
        "• US shares, the whole market – Share: 10%",
        "• US Treasury bonds, short – Share: 20%",
        "• Cash at the Treasury rate – Share: 30%",
        "All of them – Fund cost a year: unknown",
    ]


def test_unknown_is_a_dash_and_never_zero() -> None:
    (piece,) = table_text(table(("VTI", None, None)), "en")
    assert to_plain(piece).endswith("VTI       –       –")


def test_words_where_a_figure_was_expected_are_shown_as_they_are() -> None:
    columns = (Column("what", "What"), Column("share", "Share", "percent"), Column("money", "Amount", "number", "kg"))
    rows = ({"what": "A", "share": "unknown", "money": Decimal("1234.5")},)
    (piece,) = table_text(Table("t", "", columns, rows), "xx-nonsense")
    assert to_plain(piece) == "What    Share  Amount (kg)\nA     unknown      1,234.5"


def test_a_table_without_rows_leaves_its_caption() -> None:
    assert [to_plain(piece) for piece in table_text(table(), "en")] == ["Your mix"]


def test_a_long_table_is_cut_between_rows_with_its_head_repeated() -> None:
    rows = [(f"F{number}", 0.01, money("10")) for number in range(90)]
    pieces = [to_plain(piece) for piece in table_text(table(*rows), "en")]
    assert len(pieces) == 3
    assert all("Fund  Share  Amount" in piece for piece in pieces)


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.none() | st.floats(-1e6, 1e6), st.none()), max_size=5))
def test_aligned_lines_are_never_wider_than_the_screen(rows: list[tuple[str, float | None, None]]) -> None:
    for piece in table_text(table(*rows), "en"):
        for run in piece:
            if run.style == "mono":
                assert max(map(len, run.text.split("\n"))) <= MAX_WIDTH
