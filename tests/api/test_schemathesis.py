"""Schemathesis against our own document: seeded and bounded, 0 server errors, 0 undocumented answers, every answer as described."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.running import Server

pytestmark = pytest.mark.slow
EXAMPLES = 30
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
STREAM = "/api/v1/chat/stream"  # has no end that a client could wait for: tests/api/test_stream.py has it


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product itself, for both ways of attack."""
    server = Server(tmp_path_factory.mktemp("schemathesis") / "data").start()
    yield server
    server.stop()


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: str(mode.value))
def test_every_operation_answers_as_its_description_says(running: Server, mode: schemathesis.GenerationMode) -> None:
    document = schemathesis.openapi.from_url(f"{running.url}/openapi.json")
    token = httpx.post(f"{running.url}/api/v1/chat/sessions", timeout=30).json()["token"]
    answered: set[int] = set()
    for found in document.exclude(path=STREAM).get_all_operations():
        with suppress(Unsatisfiable):  # an operation that takes nothing cannot be given something wrong
            attack(found.ok(), mode, token, answered)
    assert answered >= ({200, 201, 404} if mode is schemathesis.GenerationMode.POSITIVE else {404, 422})


def attack(operation: schemathesis.APIOperation, mode: schemathesis.GenerationMode, token: str, seen: set[int]) -> None:
    """Send this operation what its description allows, or what it forbids, and check each answer against the description."""

    @seed(20261120)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: schemathesis.Case) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {token}"})
        seen.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    one()
