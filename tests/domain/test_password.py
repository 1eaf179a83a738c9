"""What a password must be like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain.errors import InvalidInput
from advisor.domain.password import LONGEST, check_password, normal_password

EMAIL = "ann.smith.1@example.com"


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", "10 to 200"),
        ("ninechars", "10 to 200"),
        ("x" * (LONGEST + 1), "10 to 200"),
        ("Ann.Smith.1@Example.com", "e-mail"),
        ("ann.smith.1", "e-mail"),
        ("ann.smith.1!!!", "e-mail"),
        ("qwertyuiop", "guessed"),
        ("QwertyUIOP", "guessed"),
        ("1234567890", "guessed"),
        ("aaaaaaaaaaaa", "guessed"),
        ("abababababab", "guessed"),
        ("qwertyuiopqwertyuiop", "guessed"),
        ("a long\0sentence", "typed"),
        ("a long \ud800 sentence", "typed"),
    ],
)
def test_an_easy_password_is_refused_with_a_sentence_that_says_why(password: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        check_password(password, EMAIL)
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "a long sentence",
        "пароль из слов",
        "correct horse 7",
        "十個以上の文字を持つ合言葉",
        "x7!kQ9#mZ2",
        "annabelle smithson",
    ],
)
def test_a_long_one_of_any_letters_may_be_chosen(password: str) -> None:
    check_password(password, EMAIL)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=250))
def test_it_is_accepted_or_refused_and_its_form_is_settled(password: str) -> None:
    assert normal_password(normal_password(password)) == normal_password(password)
    refused = None
    try:
        check_password(password, EMAIL)
    except InvalidInput as error:
        refused = error.message
    length = len(normal_password(password).casefold())
    assert (refused is not None and refused.endswith(".")) or 10 <= length <= LONGEST


def test_what_looks_the_same_is_the_same() -> None:
    assert normal_password("caf\u00e9 au lait") == normal_password("cafe\u0301 au lait")
