"""A value put in place of another that is named too."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from advisor.dialogue.nlu.contrast import contrast, holds


@pytest.mark.parametrize(
    ("locale", "said", "old", "new"),
    [
        ("en", "it's 19.5 not 18.9", "18.9", "19.5"),
        ("en", "not 200 but 300", "200", "300"),
        ("en", "300 instead of 200 a month", "200", "300"),
        ("en", "change it from 200 to 300", "200", "300"),
        ("en", "lower it from 300 to 200", "300", "200"),
        ("de", "es sind 19,5, nicht 18,9", "18.9", "19.5"),
        ("de", "nicht 200, sondern 300", "200", "300"),
        ("de", "ändere es von 200 auf 300", "200", "300"),
        ("de", "300 statt 200", "200", "300"),
    ],
)
def test_the_old_value_is_told_from_the_new_one(locale: str, said: str, old: str, new: str) -> None:
    found = contrast(said, locale)
    assert found is not None
    assert (found.old, Decimal(found.new.replace(",", "."))) == (Decimal(old), Decimal(new))
    assert old not in found.rest


@pytest.mark.parametrize(
    "said", ["300", "between 200 and 300", "I don't have 200 or 300", "from 200 to 300", "not much"]
)
def test_what_replaces_nothing_is_no_contrast(said: str) -> None:
    assert contrast(said, "en") is None


@pytest.mark.parametrize(
    ("value", "old", "held"),
    [
        (0.189, "18.9", True),
        (3.0, "3", True),
        ({"amount": "200", "currency": None}, "200", True),
        ({"years": 20.0, "said": "20 years"}, "20", True),
        ({"years": 26.0, "age": 60}, "60", True),
        (0.189, "19", False),
        ("home", "1", False),
        (None, "1", False),
        (["gold"], "1", False),
    ],
)
def test_an_answer_is_known_by_its_value_as_it_was_said(value: Any, old: str, held: bool) -> None:
    assert holds(value, Decimal(old)) is held
