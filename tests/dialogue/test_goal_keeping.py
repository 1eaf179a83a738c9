"""What a talk about goals leaves behind: goals, profiles and plans stored with the turn that made them."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from advisor.adapters.vault import Vault, generate_key
from advisor.domain.audit import verify
from advisor.domain.message import Channel, Conversation, Inbound, Turn, Visitor
from advisor.domain.plan import PlanStatus
from advisor.domain.records import GoalStatus
from tests.dialogue.test_conversation import ANSWERS, House, talk
from tests.transcripts.players import settings_in
from tests.world import HandClock

pytestmark = pytest.mark.slow
_SECOND = (
    "I also want to save for a car in 4 years",
    "5000",
    "100 a month",
    "skip",
    "skip",
    "skip",
    "skip",
    "skip",
    "yes",
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    settings = await settings_in(tmp_path)
    made = House(settings.database_url.get_secret_value(), Vault([generate_key()]))
    await made.open()
    yield made
    await made.storage.close()
    await made.offload.close()


async def planned(house: House) -> Conversation:
    dialogue = house.dialogue()
    conversation = await dialogue.open(Channel.WEB, "a", Visitor("en-US"))
    await talk(dialogue, conversation.id, *ANSWERS, "yes")
    await take(house, conversation)
    return conversation


async def take(house: House, conversation: Conversation) -> Turn:
    """Pick the amount of a bad year."""
    kept = await house.storage.conversation(conversation.id)
    assert kept is not None
    right = kept.state["facts"]["bad_year"]["right"]
    return await house.dialogue().handle(conversation.id, Inbound(secrets.token_hex(8), choice=(right,)))


async def stored(house: House, user: str) -> list[tuple[str, int, GoalStatus]]:
    return [(goal.name, goal.priority, goal.status) for goal in await house.storage.goals(user)]


def words(turn: Turn) -> str:
    return " ".join(str(block.get("text")) for block in turn.blocks or ())


async def test_the_first_plan_is_kept_with_its_goal_and_the_profile(house: House) -> None:
    conversation = await planned(house)
    (goal,), (plan,) = (
        await house.storage.goals(conversation.user_id),
        await house.storage.plans(conversation.user_id, None, 9),
    )
    profile = await house.storage.profile(conversation.user_id)
    assert (goal.name, goal.kind, goal.priority, goal.version) == ("A home", "home", 1, 1)
    assert goal.answers["initial_amount"] == "20000"
    assert (plan.goal_id, plan.status) == (goal.id, PlanStatus.ACTIVE)
    assert profile is not None
    assert "initial_amount" not in profile.answers
    assert profile.market["drawdown"] >= 0
    links = await house.storage.audit(0, 100)
    assert [link.event for link in links] == ["goal.saved", "plan.stored", "profile.stored", "plan.activated"]
    assert verify(links) is None


async def test_a_plan_made_anew_is_of_the_same_goal_and_the_same_profile_is_not_stored_twice(house: House) -> None:
    conversation = await planned(house)
    await talk(house.dialogue(), conversation.id, "make it 12 years")
    (goal,) = await house.storage.goals(conversation.user_id)
    plans = await house.storage.plans(conversation.user_id, None, 9)
    assert goal.version == 2
    assert [(plan.goal_id, plan.status) for plan in plans] == [
        (goal.id, PlanStatus.PROPOSED),
        (goal.id, PlanStatus.ACTIVE),
    ]
    assert len(await house.storage.profiles(conversation.user_id, 9)) == 1


async def test_each_goal_has_its_own_plan_in_use_and_one_view_shows_both(house: House) -> None:
    conversation = await planned(house)
    await talk(house.dialogue(), conversation.id, *_SECOND)
    await take(house, conversation)
    user = conversation.user_id
    first, second = await house.storage.goals(user)
    plans = await house.storage.plans(user, None, 9)
    assert {(plan.goal_id, plan.status) for plan in plans} == {
        (first.id, PlanStatus.ACTIVE),
        (second.id, PlanStatus.ACTIVE),
    }
    shown = await talk(house.dialogue(), conversation.id, "my goals")
    (kept,) = await house.storage.computations(user, "goals.together", 9)
    assert {item["id"]: item["share"] for item in kept.result["goals"]} == {first.id: 0.8, second.id: 0.2}
    by_goal = {plan.goal_id: plan.result["weights"] for plan in plans}
    for symbol, weight in kept.result["weights"].items():
        mixed = 0.8 * by_goal[first.id].get(symbol, 0.0) + 0.2 * by_goal[second.id].get(symbol, 0.0)
        assert weight == pytest.approx(mixed, abs=1e-12)
    table = next(block for block in shown.blocks or () if block["kind"] == "table")
    assert [row["goal"] for row in table["rows"]] == ["A home", "A big purchase"]


async def test_orders_reach_the_stored_goals_and_undo_takes_them_back(house: House) -> None:
    conversation = await planned(house)
    user, dialogue = conversation.user_id, house.dialogue()
    await talk(dialogue, conversation.id, *_SECOND)
    await talk(dialogue, conversation.id, "make the car first", "rename the house to Our place", "pause our place")
    assert await stored(house, user) == [("A big purchase", 1, GoalStatus.OPEN), ("Our place", 2, GoalStatus.PAUSED)]
    await talk(dialogue, conversation.id, "undo")
    assert await stored(house, user) == [("A big purchase", 1, GoalStatus.OPEN), ("Our place", 2, GoalStatus.OPEN)]


async def test_a_name_given_elsewhere_stays_when_the_plan_is_made_anew(house: House) -> None:
    conversation = await planned(house)
    (goal,) = await house.storage.goals(conversation.user_id)
    await house.storage.save_goal(replace(goal, name="By the sea", priority=3), 1)
    await talk(house.dialogue(), conversation.id, "make it 12 years")
    (after,) = await house.storage.goals(conversation.user_id)
    assert (after.name, after.priority, after.version) == ("By the sea", 3, 3)


async def test_an_order_about_a_goal_deleted_elsewhere_is_told(house: House) -> None:
    conversation = await planned(house)
    (goal,) = await house.storage.goals(conversation.user_id)
    await house.storage.delete_goal(conversation.user_id, goal.id)
    assert "This goal was deleted" in words(await talk(house.dialogue(), conversation.id, "pause the house"))
    assert await house.storage.goals(conversation.user_id) == []


async def test_after_a_year_a_check_is_offered_once_and_the_same_answers_count_for_another_year(house: House) -> None:
    conversation = await planned(house)
    profile = await house.storage.profile(conversation.user_id)
    assert profile is not None
    clock = HandClock(profile.created_at + timedelta(days=364))
    dialogue = house.dialogue(clock)
    assert "A year has passed" not in words(await talk(dialogue, conversation.id, "costs"))
    clock.present = profile.created_at + timedelta(days=366)
    offer = await talk(dialogue, conversation.id, "costs")
    assert "A year has passed" in words(offer)
    assert [o["id"] for block in offer.blocks or () for o in block.get("options", ())] == ["review_same", "review"]
    assert "A year has passed" not in words(await talk(dialogue, conversation.id, "costs"))
    await talk(dialogue, conversation.id, "Nothing has changed")
    newer = await house.storage.profile(conversation.user_id)
    assert newer is not None
    assert (newer.answers, newer.created_at) == (profile.answers, clock.present)
    clock.present += timedelta(days=364)
    assert "A year has passed" not in words(await talk(dialogue, conversation.id, "costs"))


async def test_no_check_is_offered_where_the_answers_were_stated_elsewhere_meanwhile(house: House) -> None:
    conversation = await planned(house)
    profile = await house.storage.profile(conversation.user_id)
    assert profile is not None
    lately = profile.created_at + timedelta(days=300)
    await house.storage.save_profile(replace(profile, id="newer", created_at=lately))
    dialogue = house.dialogue(HandClock(profile.created_at + timedelta(days=366)))
    assert "A year has passed" not in words(await talk(dialogue, conversation.id, "costs"))
    kept = await house.storage.conversation(conversation.id)
    assert kept is not None
    assert kept.state["facts"]["profiled"] == lately.date().isoformat()
