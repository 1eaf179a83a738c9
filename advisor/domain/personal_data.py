"""The form in which somebody's own data leaves: names of the file, and nested values as cells of a table."""

from __future__ import annotations

import json
from typing import Any

ARCHIVE = "smartinvest-my-data"
"""What the name of every export begins with."""
ZIP = "application/zip"
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def flat(value: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """A JSON object as one row: a nested object's fields under "outer.inner", a list as JSON, null as an empty text."""
    row: dict[str, str] = {}
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            row |= flat(inner, f"{prefix}{name}.")
        else:
            row[f"{prefix}{name}"] = _cell(inner)
    return row


def spreadsheet_safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that begins like a formula gets an apostrophe, numbers do not.

    Source: OWASP, CSV injection.
    """
    return f"'{cell}" if cell.startswith(_FORMULAS) and not _is_number(cell) else cell


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
