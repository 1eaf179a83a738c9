from __future__ import annotations

import re
from pathlib import Path

from advisor.analysis.features.registry import FUNDAMENTAL, TECHNICAL

PAGE = (Path(__file__).parents[3] / "docs" / "features.md").read_text("utf-8")


def test_the_page_lists_every_feature_in_order_with_its_warm_up() -> None:
    rows = re.findall(r"^\| `(\w+)` \|(.+)\|$", PAGE, re.MULTILINE)
    assert [name for name, _ in rows] == [item.name for item in (*TECHNICAL, *FUNDAMENTAL)]
    warm_ups = [int(cells.split("|")[2]) for _, cells in rows[: len(TECHNICAL)]]
    assert warm_ups == [item.warm_up for item in TECHNICAL]
