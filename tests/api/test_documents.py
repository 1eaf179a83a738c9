"""The OpenAPI document describes every route, and every error leaves in the envelope."""

from __future__ import annotations

import httpx
import pytest
from fastapi.routing import APIRoute

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_route_is_described_with_its_errors(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    application = client._transport.app  # type: ignore[attr-defined]
    routes = [route for route in application.routes if isinstance(route, APIRoute)]
    described = {(path, method) for path, entry in document["paths"].items() for method in entry}
    assert {(route.path, method.lower()) for route in routes for method in route.methods} <= described
    for path, entry in document["paths"].items():
        for method, operation in entry.items():
            assert operation.get("summary"), (path, method)
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")) and path != "/readyz":
                    assert "ErrorBody" in str(answer), (path, method, status)
    assert "HTTPValidationError" not in str(document)


async def test_docs_are_served(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs")
    assert answer.status_code == 200
    assert "/openapi.json" in answer.text


async def test_health_and_readiness(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = await client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["checks"] == {"database": "ok", "news": "ok", "market": "ok"}
    assert ready.json()["market_date"] == "2016-07-01"


async def test_an_unexpected_error_is_an_envelope_without_a_trace(client: httpx.AsyncClient) -> None:
    application = client._transport.app  # type: ignore[attr-defined]

    def broken() -> None:
        raise RuntimeError("a secret detail")

    application.get("/broken")(broken)
    answer = await client.get("/broken")
    application.routes.pop()
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert "secret detail" not in answer.text


async def test_the_page_and_the_widget_are_served_with_safe_headers(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    widget = await client.get("/embed/widget.js")
    assert widget.headers["content-type"].startswith("text/javascript")
    assert widget.headers["x-content-type-options"] == "nosniff"
    again = await client.get("/embed/widget.js", headers={"If-None-Match": widget.headers["etag"]})
    assert again.status_code == 304
