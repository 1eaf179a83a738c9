"""Views that are computed on demand: on the plan's own prices, stored with the turn, and read out of free words."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from advisor.adapters.vault import Vault, generate_key
from advisor.dialogue import commands as c
from advisor.dialogue.effects import Do, Say
from advisor.dialogue.engine import step
from advisor.dialogue.understand import understand
from advisor.domain.message import Channel, Conversation, Inbound, Visitor
from advisor.ports.storage import Storage, TurnCommit
from tests.dialogue.test_conversation import ANSWERS, House, talk
from tests.dialogue.test_engine import FLOW, planned, start
from tests.transcripts.players import settings_in


def said(text: str) -> tuple[c.Command, ...]:
    return understand(Inbound("1", text=text), planned(), FLOW, date(2026, 1, 15))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("what if 2008 happens again?", c.Show("stress", "2008")),
        ("if the crash of 2020 comes back", c.Show("stress", "covid")),
        ("what if the market crashes", c.Show("stress", "crash")),
        ("what if rates go up 2 points", c.Show("stress", "rates:0.02")),
        ("if oil halves", c.Show("stress", "oil:-0.5")),
        ("what if oil falls 40% and rates rise 1 point", c.Show("stress", "oil:-0.4 rates:0.01")),
        ("stress test", c.Show("stress")),
        ("If a crash came back", c.Show("stress")),
        ("what is the least risk for 5 % a year?", c.WhatIf((c.Change("wanted_return", "set", 0.05),))),
        ("the calmest plan that reaches it", c.Show("calmest")),
        ("how much can I take out?", c.Show("spending")),
        ("all at once or bit by bit?", c.Show("entering")),
        ("what if I start in a year?", c.Show("later_start")),
        ("what if I start in 3 years?", c.Show("later_start", "other")),
        ("what changed?", c.Show("difference")),
        ("shopping list in fractions", c.Show("shopping_list", "fractions")),
        ("With parts of shares", c.Show("shopping_list", "fractions")),
        ("shopping list with at least $1,500 per line", c.Show("shopping_list", "minimum=1500")),
    ],
)
def test_a_wish_to_look_closer_is_understood(text: str, command: c.Command) -> None:
    assert said(text) == (command,)


@pytest.mark.parametrize(
    "text", ["what if rates go up to 5%", "what if oil falls to 40 dollars", "what if gold rises 10%", "without oil"]
)
def test_what_only_sounds_like_a_scenario_runs_none(text: str) -> None:
    assert not [command for command in said(text) if isinstance(command, c.Show)]


def test_without_a_plan_there_is_nothing_to_look_at() -> None:
    done = step(start(), [c.Show("stress", "2008")], FLOW)
    assert Say("no_plan_yet") in done.effects


def test_the_way_to_count_shares_is_kept_when_the_list_is_asked_for_again() -> None:
    first = step(planned(), [c.Show("shopping_list", "fractions")], FLOW)
    again = step(first.state, [c.Show("shopping_list", "fractions")], FLOW)
    assert first.effects[0] == Do("shopping_list", "fractions")
    assert again.effects[0] == Do("shopping_list", "again fractions")


@pytest.mark.slow
async def test_what_was_computed_is_stored_with_the_turn_that_says_it(tmp_path: Path) -> None:
    settings = await settings_in(tmp_path)
    made = House(settings.database_url.get_secret_value(), Vault([generate_key()]))
    dialogue = await made.open()
    try:
        opened = await dialogue.open(Channel.WEB, "a", Visitor("en-US"))
        await talk(dialogue, opened.id, *ANSWERS, "yes")
        (plan,) = await made.storage.plans(opened.user_id, None, 10)
        made.storage = ledger = Ledger(made.storage)  # type: ignore[assignment]
        dialogue = made.dialogue()
        shown = await talk(dialogue, opened.id, "what if 2008 happens again")
        await talk(dialogue, opened.id, "why this plan?")
        await talk(dialogue, opened.id, "shopping list")
        await talk(dialogue, opened.id, "compare")
        await talk(dialogue, opened.id, "make it 12 years")
        changed = await talk(dialogue, opened.id, "what changed?")
    finally:
        await made.storage.close()
        await made.offload.close()
    assert [[item.kind for item in commit.computations] for commit in ledger.commits] == [
        ["plan.stress"],
        ["plan.why"],
        [],  # a rehearsal shows its list only when asked twice
        ["plan.strategies"],
        [],
        ["plan.difference"],
    ]
    (compared,) = ledger.commits[-1].computations
    assert compared.inputs["other"] == plan.id
    assert "Your answers differ in: the time." in str(changed.blocks)
    (stressed,) = ledger.commits[0].computations
    assert stressed.inputs == {"plan": plan.id, "wish": {"scenarios": ["2008"]}}
    assert (stressed.user_id, stressed.data_hash, stressed.code_version) == (opened.user_id, plan.data_hash, "code")
    table = next(block for block in shown.blocks or () if block.get("name") == "stress" and block["kind"] == "table")
    assert [row["change"] for row in table["rows"]] == [
        part["change"] for part in stressed.result["scenarios"][0]["parts"]
    ]


class Ledger:
    """A storage that notes what it is handed and passes it on."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.commits: list[TurnCommit] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    async def commit_turn(self, commit: TurnCommit) -> Conversation:
        self.commits.append(commit)
        return await self._storage.commit_turn(commit)
