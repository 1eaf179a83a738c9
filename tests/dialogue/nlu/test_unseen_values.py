"""Values written down before the grammars were tuned to them, in English and German; what stays wrong is listed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from tests.dialogue.nlu.value_cases import HERE, UNSEEN, ValueCase, value_cases

WRONG: dict[str, dict[str, str]] = yaml.safe_load((HERE / "still_wrong.yaml").read_text(encoding="utf-8"))
ALL = [(name, case) for name in UNSEEN for case in value_cases(name)]
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "understanding.md"


@pytest.mark.parametrize(("name", "case"), ALL, ids=[f"{case.group}@{case.locale}: {case.said}" for _, case in ALL])
def test_a_value_is_read_as_written_down_or_is_listed_as_wrong(name: str, case: ValueCase) -> None:
    expected = WRONG[name].get(case.said, case.expected)
    assert case.actual == expected


@pytest.mark.parametrize(("name", "fewest"), [(UNSEEN[0], 400), (UNSEEN[1], 200)])
def test_at_least_95_of_100_are_exact(name: str, fewest: int) -> None:
    rows = list(value_cases(name))
    assert len(rows) >= fewest
    assert sum(case.said not in WRONG[name] for case in rows) >= 0.95 * len(rows)
    assert set(Counter(case.group for case in rows)) == {"money", "percent", "horizon", "date", "age", "yesno"}


def test_what_stays_wrong_is_said_in_the_documentation() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [said for rows in WRONG.values() for said in rows if f'"{said}"' not in text] == []
