"""Published numbers that the numerics are checked against; each carries its source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


def published(name: str) -> dict[str, Any]:
    """One entry of tests/fixtures/quant.json."""
    entries: dict[str, dict[str, Any]] = json.loads(
        (Path(__file__).parent / "fixtures" / "quant.json").read_text("utf-8")
    )
    return entries[name]
