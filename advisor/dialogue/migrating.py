"""Stored states of earlier versions, brought to the present one step by step. On JSON, so that no old class has to be kept. Pure.

A state of a later version (a rollback) is left as it is: what this version does not know is carried along and written back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

FLOW_VERSION = 2
"""The version of states that this program writes."""

Raw = dict[str, Any]


def migrated(raw: Mapping[str, Any]) -> Raw:
    """The state in the present version's form, whatever version wrote it."""
    state = dict(raw)
    while (version := int(state.get("flow_version", 1))) < FLOW_VERSION:
        state = _STEPS[version](state) | {"flow_version": version + 1}
    return state


def _amounts_without_words(state: Raw) -> Raw:
    """1 to 2: the bad-year question keeps amounts and their currency; its words are made when it is asked.

    Since when the open question has been open was not kept: from the last turn on, as far as buttons are concerned.
    """
    currency = state.get("currency")
    goals = {
        key: goal | {"facts": _bad_year_in_money(goal.get("facts", {}), currency)}
        for key, goal in state.get("goals", {}).items()
    }
    return state | {
        "goals": goals,
        "facts": _bad_year_in_money(state.get("facts", {}), currency),
        "since": state.get("turn", 0),
    }


def _bad_year_in_money(facts: Raw, currency: str | None) -> Raw:
    asked = facts.get("bad_year")
    if not isinstance(asked, dict):
        return facts
    options = [{"id": item["id"], "amount": item["amount"]} for item in asked.get("options", ()) if "amount" in item]
    kept = {"amount": asked["amount"], "right": asked["right"], "options": options, "currency": currency}
    return facts | {"bad_year": kept}


_STEPS: dict[int, Callable[[Raw], Raw]] = {1: _amounts_without_words}
