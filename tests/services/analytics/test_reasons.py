"""Every reason that an analysis records is explained where somebody who reads its answers looks."""

from __future__ import annotations

import re
from pathlib import Path

from advisor.replies.wording import known

ROOT = Path(__file__).parents[3]
KEYS = re.compile(r'"((?:strategy|tolerance|backtest|frontier|risk|scenario)\.[a-z_]+)"')
EXPLAINED = ("docs/analyses.md", "docs/strategies.md")


def recorded() -> set[str]:
    files = (path.read_text("utf-8") for path in (ROOT / "advisor").rglob("*.py"))
    return {key for code in files if "Reason(" in code for key in KEYS.findall(code)}


def test_every_key_has_words_in_the_catalogue_or_in_the_documents() -> None:
    keys = recorded()
    assert len(keys) > 20  # or the search finds nothing and holds nothing
    documents = "".join((ROOT / name).read_text("utf-8") for name in EXPLAINED)
    assert not {key for key in keys if f"`{key}`" not in documents and not known("en", f"reasons.{key}")}


def test_no_document_explains_a_key_that_nothing_records() -> None:
    table = (ROOT / "docs/analyses.md").read_text("utf-8")
    explained = set(re.findall(r"`((?:tolerance|backtest|frontier|risk|scenario)\.[a-z_]+)`", table))
    assert explained - recorded() - {"scenario.historical", "scenario.hypothetical"} == set()
