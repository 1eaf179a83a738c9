"""`kill -9` of the whole product between any two messages: the dialogue goes on at the same question, nothing lost or doubled."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.promises import Promise, soak_count
from tests.running import Server

pytestmark = pytest.mark.slow
MESSAGES = 20  # from the greeting to the plan
KILLS = 5  # while one visitor gets that far
VISITORS = max(1, soak_count("SOAK_RESTARTS", KILLS) // KILLS)


class _Visitor:
    """One visitor whose client repeats a message under the same id until it is answered, as the widget does."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._sent = 0
        body = httpx.post(f"{server.url}/api/v1/chat/sessions", json={"locale": "en-US"}, timeout=30).json()
        self._headers = {"Authorization": f"Bearer {body['token']}"}
        self.expects: dict[str, Any] | None = body["expects"]

    def answer(self) -> None:
        asked = self.expects
        assert asked is not None
        said: dict[str, Any] = {"text": asked.get("example")}
        if asked.get("options"):
            chosen = asked["options"][0]["id"]
            said = {"choice": [chosen] if asked["kind"] == "multichoice" else chosen}
        self._sent += 1
        self.expects = self.post(f"m{self._sent}", **said)["expects"]

    def post(self, client_id: str, **said: Any) -> dict[str, Any]:
        answer = httpx.post(
            f"{self._server.url}/api/v1/chat/messages",
            json={"client_id": client_id, **said},
            headers=self._headers,
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def history(self) -> list[dict[str, Any]]:
        page = httpx.get(f"{self._server.url}/api/v1/chat/history?limit=200", headers=self._headers, timeout=30)
        turns: list[dict[str, Any]] = page.json()["turns"]
        return turns

    def repeat_last(self) -> dict[str, Any]:
        turns = self.history()
        said = {key: turns[-2][key] for key in ("text", "choice") if turns[-2].get(key) is not None}
        return self.post(f"m{self._sent}", **said)


@pytest.mark.timeout(120 + 60 * VISITORS)
def test_killed_between_messages_the_dialogue_goes_on_at_the_same_question(tmp_path: Path, promise: Promise) -> None:
    server = Server(tmp_path / "data").start()
    dice = random.Random(20261120)
    kills = [set(dice.sample(range(1, MESSAGES), KILLS)) for _ in range(VISITORS)]
    lost = doubled = 0
    try:
        for number, moments in enumerate(kills, 1):
            visitor = _Visitor(server)
            _walk_with_kills(server, visitor, moments)
            turns = [turn["turn"] for turn in visitor.history()]
            lost += len(set(range(1, 2 * MESSAGES + 2)) - set(turns))
            doubled += len(turns) - len(set(turns)) + max(0, max(turns) - 2 * MESSAGES - 1)
            plans = httpx.get(f"{server.url}/api/v1/plans", headers=visitor._headers, timeout=30).json()["plans"]
            assert len(plans) == 1
            promise.progress(number * KILLS, VISITORS * KILLS, "kills of the whole product")
    finally:
        server.stop()
    acknowledged = MESSAGES * VISITORS
    promise.outcome(
        "kill -9 of the product: turns",
        "sqlite",
        trials=VISITORS * KILLS,
        acknowledged=acknowledged,
        lost=lost,
        doubled=doubled,
    )
    assert (lost, doubled) == (0, 0)


def _walk_with_kills(server: Server, visitor: _Visitor, moments: set[int]) -> None:
    """From the greeting to the plan, with a kill before each of these messages."""
    for step in range(MESSAGES):
        if step in moments:
            before = visitor.history()
            server.kill()
            server.restart()
            assert visitor.history() == before
            assert visitor.repeat_last()["expects"] == visitor.expects
            assert visitor.history() == before
        visitor.answer()
    assert visitor.expects is not None
    assert visitor.expects["slot"] == "confirm_bad_year"


def test_killed_in_the_middle_of_a_plan_it_is_made_once(tmp_path: Path) -> None:
    server = Server(tmp_path / "data").start()
    try:
        visitor = _Visitor(server)
        while visitor.expects and visitor.expects["slot"] != "confirm_summary":
            visitor.answer()
        with pytest.raises(httpx.TimeoutException):
            httpx.post(
                f"{server.url}/api/v1/chat/messages",
                json={"client_id": "the-plan", "choice": "yes"},
                headers=visitor._headers,
                timeout=httpx.Timeout(30, read=0.05),
            )
        server.kill()
        server.restart()
        turn = visitor.post("the-plan", choice="yes")
        assert turn["expects"]["slot"] == "confirm_bad_year"
        assert visitor.post("the-plan", choice="yes") == turn
        assert len(httpx.get(f"{server.url}/api/v1/plans", headers=visitor._headers, timeout=30).json()["plans"]) == 1
    finally:
        server.stop()
