"""Goals, profile and plans made from them, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from advisor.domain.plan import canonical_json
from tests.api.conftest import VisitorClient, new_visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = "/api/v1"
HOME: dict[str, Any] = {
    "name": "A home",
    "kind": "home",
    "horizon_years": 10,
    "currency": "USD",
    "initial_amount": {"amount": "10000.00", "currency": "USD"},
    "monthly_amount": 250,
    "target_amount": "60000",
}


async def made(visitor: VisitorClient, **changes: Any) -> dict[str, Any]:
    answer = await visitor.client.post(f"{ROOT}/goals", json=HOME | changes, headers=visitor.headers)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def patch(visitor: VisitorClient, goal: str, **changes: Any) -> httpx.Response:
    return await visitor.client.patch(f"{ROOT}/goals/{goal}", json=changes, headers=visitor.headers)


async def test_a_goal_is_kept_with_its_date_and_its_amounts(visitor: VisitorClient) -> None:
    goal = await made(visitor)
    assert goal["initial_amount"] == {"amount": "10000.00", "currency": "USD"}
    assert (goal["monthly_amount"], goal["target_amount"]) == (
        {"amount": "250", "currency": "USD"},
        {"amount": "60000", "currency": "USD"},
    )
    assert (goal["horizon_years"], goal["version"], goal["status"], goal["priority"]) == (10.0, 1, "open", 1)
    assert (await visitor.get(f"{ROOT}/goals/{goal['id']}")).json() == goal
    dated = await made(visitor, horizon_years=None, target_date=goal["target_date"])
    assert dated["horizon_years"] == 10.0


async def test_goals_come_by_priority_in_pages(client: httpx.AsyncClient) -> None:
    visitor = await new_visitor(client)
    ids = [(await made(visitor, priority=priority))["id"] for priority in (3, 1, 2, 1)]
    page = (await visitor.get(f"{ROOT}/goals?limit=3")).json()
    assert [goal["id"] for goal in page["goals"]] == [ids[1], ids[3], ids[2]]
    rest = (await visitor.get(f"{ROOT}/goals?limit=3&cursor={page['next_cursor']}")).json()
    assert ([goal["id"] for goal in rest["goals"]], rest["next_cursor"]) == ([ids[0]], None)
    assert (await visitor.get(f"{ROOT}/goals?cursor=unknown")).json()["goals"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \n"}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"kind": "yacht"}, "kind"),
        ({"horizon_years": 0}, "horizon_years"),
        ({"horizon_years": "ten"}, "horizon_years"),
        ({"horizon_years": None}, None),
        ({"target_date": "2040-01-01"}, None),
        ({"horizon_years": None, "target_date": "2040-13-01"}, "target_date"),
        ({"horizon_years": None, "target_date": "9999-01-01"}, None),
        ({"currency": None, "initial_amount": 5, "monthly_amount": 5, "target_amount": None}, None),
        ({"currency": "usd"}, "currency"),
        ({"currency": "EUR"}, None),
        ({"initial_amount": -1}, "initial_amount"),
        ({"initial_amount": "1e3"}, "initial_amount"),
        ({"initial_amount": True}, "initial_amount"),
        ({"initial_amount": 1e13}, "initial_amount"),
        ({"initial_amount": {"amount": "5"}}, "initial_amount"),
        ({"initial_amount": {"amount": "5", "currency": "US"}}, "initial_amount"),
        ({"initial_amount": 0, "monthly_amount": 0}, None),
        ({"wanted_return": 3}, "wanted_return"),
        ({"priority": 0}, "priority"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_what_is_no_goal_is_refused_by_its_field(
    visitor: VisitorClient, changes: dict[str, Any], field: str | None
) -> None:
    body = {key: value for key, value in (HOME | changes).items() if value is not None}
    answer = await visitor.client.post(f"{ROOT}/goals", json=body, headers=visitor.headers)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"].get("field") == field
    assert answer.json()["error"]["message"]


async def test_a_goal_is_changed_in_part_and_checked_as_a_whole(visitor: VisitorClient) -> None:
    goal = (await made(visitor))["id"]
    changed = (await patch(visitor, goal, name="A larger home", target_amount=90000, status="paused")).json()
    assert (changed["name"], changed["version"], changed["status"]) == ("A larger home", 2, "paused")
    assert changed["target_amount"] == {"amount": "90000", "currency": "USD"}
    assert changed["initial_amount"] == {"amount": "10000.00", "currency": "USD"}
    sooner = (await patch(visitor, goal, horizon_years=5)).json()
    assert sooner["horizon_years"] == 5.0
    for wrong, field in (
        ({"priority": "high"}, "priority"),
        ({"kind": None}, "kind"),
        ({"colour": "red"}, "colour"),
        ({"currency": "EUR"}, "initial_amount"),
        ({"initial_amount": 0, "monthly_amount": 0}, None),
    ):
        answer = await patch(visitor, goal, **wrong)
        assert (answer.status_code, answer.json()["error"].get("field")) == (422, field), answer.text
    assert (await visitor.get(f"{ROOT}/goals/{goal}")).json() == sooner


async def test_of_two_who_change_a_goal_the_second_is_told(visitor: VisitorClient) -> None:
    goal = (await made(visitor))["id"]
    assert (await patch(visitor, goal, name="Mine", version=1)).status_code == 200
    answer = await patch(visitor, goal, name="Yours", version=1)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
    assert (await visitor.get(f"{ROOT}/goals/{goal}")).json()["name"] == "Mine"


async def test_a_deleted_goal_is_gone(visitor: VisitorClient) -> None:
    goal = (await made(visitor))["id"]
    path = f"{ROOT}/goals/{goal}"
    assert (await visitor.client.delete(path, headers=visitor.headers)).status_code == 204
    assert (await visitor.client.delete(path, headers=visitor.headers)).status_code == 404
    assert (await visitor.get(path)).status_code == 404


async def test_there_is_a_bound_to_how_many_goals_one_has(client: httpx.AsyncClient) -> None:
    visitor = await new_visitor(client)
    for _ in range(50):
        await made(visitor)
    answer = await visitor.client.post(f"{ROOT}/goals", json=HOME, headers=visitor.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_input")


async def test_a_profile_is_assessed_and_kept(visitor: VisitorClient) -> None:
    assert (await visitor.get(f"{ROOT}/profile")).status_code == 404
    careful = {"risk": ["avoids", "cancel", "sell_all", "no_swing", "sure"], "emergency_fund_months": 6}
    bold = {"risk": ["enjoys", "longer", "buy_more", "huge_swing", "one_in_ten"], "emergency_fund_months": 6}
    scores = []
    for body in (careful, bold):
        answer = await visitor.client.put(f"{ROOT}/profile", json=body, headers=visitor.headers)
        assert answer.status_code == 200, answer.text
        scores.append(answer.json()["assessment"]["willingness"])
    assert scores == [0.0, 100.0]
    latest = (await visitor.get(f"{ROOT}/profile")).json()
    assert latest == answer.json()
    assert latest["answers"]["risk"] == bold["risk"]
    assert latest["due"] is None
    assert "income_stability" in latest["assessment"]["defaulted"]
    assert {"drawdown", "rise", "benchmark"} <= set(latest["market"]) or "unknown" in latest["market"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"risk": ["reckless"]}, "risk_1"),
        ({"risk": ["careful"] * 6}, "risk"),
        ({"full_scale": ["dares", "reckless"]}, "scale_2"),
        ({"full_scale": ["dares"] * 14}, "full_scale"),
        ({"loss_limit": 2}, "loss_limit"),
        ({"debt_rate": -0.1}, "debt_rate"),
        ({"debt_amount": {"amount": "-5", "currency": "USD"}}, "debt_amount"),
        ({"exclusions": ["tulips"]}, "exclusions"),
        ({"emergency_fund_months": "many"}, "emergency_fund_months"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_what_is_no_profile_is_refused_by_its_field(
    visitor: VisitorClient, body: dict[str, Any], field: str
) -> None:
    answer = await visitor.client.put(f"{ROOT}/profile", json=body, headers=visitor.headers)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["field"] == field
    assert (await visitor.get(f"{ROOT}/profile")).status_code == 404


async def test_all_thirteen_questions_count_instead_of_the_five(visitor: VisitorClient) -> None:
    bold = {"risk": ["enjoys", "longer", "buy_more", "huge_swing", "one_in_ten"], "emergency_fund_months": 6}
    boldest = ["dares", "one_in_twenty", "upgrade", "firms", "at_ease", "kick", "borrow", "wild", "coin", "coin"]
    careful = ["stays_clear", "at_once", "call_off", "account", "uneasy", "harm", "stay", "flat", "voucher", "pay"]
    found = []
    for scale in (boldest, careful):
        body = bold | {"full_scale": scale}
        answer = await visitor.client.put(f"{ROOT}/profile", json=body, headers=visitor.headers)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        assert "scale_11" in found[-1]["assessment"]["defaulted"]
        assert "risk_1" not in found[-1]["assessment"]["defaulted"]
    bolder, calmer = (each["assessment"]["willingness"] for each in found)
    assert (bolder > 80, calmer < 20) == (True, True)
    plan = await visitor.client.post(
        f"{ROOT}/plans", json={"goal": {k: v for k, v in HOME.items() if k != "name"}}, headers=visitor.headers
    )
    assert plan.json()["inputs"]["full_scale"] == careful


@pytest.mark.slow
async def test_a_plan_is_made_for_a_goal_with_the_kept_profile_and_can_be_replayed(visitor: VisitorClient) -> None:
    await visitor.client.put(f"{ROOT}/profile", json={"loss_limit": 0.1}, headers=visitor.headers)
    goal = (await made(visitor))["id"]
    headers = visitor.headers | {"Idempotency-Key": "plan"}
    answers = [await visitor.client.post(f"{ROOT}/plans", json={"goal_id": goal}, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    plan = answers[0].json()
    assert answers[1].json() == plan
    assert (plan["goal_id"], plan["status"]) == (goal, "proposed")
    assert (plan["inputs"]["loss_limit"], plan["inputs"]["horizon_years"]) == (0.1, 10.0)
    replayed = await visitor.get(f"{ROOT}/plans/{plan['id']}/replay")
    assert replayed.content == canonical_json(plan["result"])
    assert len((await visitor.get(f"{ROOT}/plans")).json()["plans"]) == 1


@pytest.mark.slow
async def test_a_plan_for_a_goal_stated_on_the_spot_leaves_no_goal_behind(visitor: VisitorClient) -> None:
    terms = {key: value for key, value in HOME.items() if key != "name"}
    body = {"goal": terms, "profile": {"risk": ["careful"], "exclusions": ["gold"]}}
    answer = await visitor.client.post(f"{ROOT}/plans", json=body, headers=visitor.headers)
    assert answer.status_code == 201, answer.text
    plan = answer.json()
    assert plan["goal_id"] is None
    assert plan["inputs"]["exclusions"] == ["gold"]
    assert "risk_2" in plan["inputs"]["defaulted"]
    assert (await visitor.get(f"{ROOT}/goals")).json()["goals"] == []
    assert (await visitor.get(f"{ROOT}/profile")).status_code == 404


@pytest.mark.slow
async def test_two_goals_have_an_active_plan_each(visitor: VisitorClient) -> None:
    plans = []
    for _ in range(2):
        goal = (await made(visitor))["id"]
        answer = await visitor.client.post(f"{ROOT}/plans", json={"goal_id": goal}, headers=visitor.headers)
        plans.append(answer.json())
        loss = plans[-1]["result"]["bad_year"]["amount"]
        said = {"bad_year": {"amount": f"{loss:.2f}", "currency": "USD"}}
        activated = await visitor.client.post(
            f"{ROOT}/plans/{plans[-1]['id']}/activate", json=said, headers=visitor.headers
        )
        assert activated.status_code == 200, activated.text
    statuses = [plan["status"] for plan in (await visitor.get(f"{ROOT}/plans")).json()["plans"]]
    assert statuses == ["active", "active"]
    await visitor.client.delete(f"{ROOT}/goals/{goal}", headers=visitor.headers)
    assert (await visitor.get(f"{ROOT}/plans/{plans[1]['id']}")).json()["status"] == "superseded"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"goal_id": "unknown", "goal": {"kind": "home", "horizon_years": 5, "initial_amount": 5, "currency": "USD"}},
        {"goal": {"kind": "home", "horizon_years": 5, "initial_amount": 5, "currency": "XTS"}},
        {"goal": {"kind": "home", "horizon_years": 5, "initial_amount": 5, "currency": "USD", "name": "no name here"}},
    ],
)
async def test_what_no_plan_can_be_made_of_is_refused(visitor: VisitorClient, body: dict[str, Any]) -> None:
    answer = await visitor.client.post(f"{ROOT}/plans", json=body, headers=visitor.headers)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["message"]


async def test_a_goal_of_another_is_none(client: httpx.AsyncClient, visitor: VisitorClient) -> None:
    goal = (await made(visitor))["id"]
    stranger = await new_visitor(client)
    assert (await patch(stranger, goal, name="Mine")).status_code == 404
    answer = await client.post(f"{ROOT}/plans", json={"goal_id": goal}, headers=stranger.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
