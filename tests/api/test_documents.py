"""The OpenAPI document describes every route, and every error leaves in the envelope."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import httpx
import pytest
from fastapi.routing import APIRoute

import api.routes
from advisor.ports.storage import TELEGRAM_NAME
from api.app import create_app
from tests.transcripts.players import settings_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_route_is_described_with_its_errors(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    modules = [import_module(f"api.routes.{module.name}") for module in iter_modules(api.routes.__path__)]
    routes = [route for module in modules for route in module.router.routes]
    assert routes
    assert all(isinstance(route, APIRoute) for route in routes)
    described = {(path, method) for path, entry in document["paths"].items() for method in entry}
    assert {(route.path, method.lower()) for route in routes for method in route.methods} == described
    for path, entry in document["paths"].items():
        for method, operation in entry.items():
            assert operation.get("summary"), (path, method)
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")) and path != "/readyz":
                    assert "ErrorBody" in str(answer), (path, method, status)
    assert "HTTPValidationError" not in str(document)


async def test_the_documents_page_needs_no_other_site(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.status_code == 200
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    parts = [address for address in loaded if address.startswith("/docs/")]
    assert len(parts) == 4
    assert all(address.startswith(("/", "data:")) for address in loaded)
    for part in parts:
        assert len((await client.get(part)).content) > 50, part
    script = (await client.get("/docs/docs.js")).text
    assert '"/openapi.json"' in script
    assert (await client.get("/docs/%2e%2e/index.html")).status_code == 404
    assert (await client.get("/docs/nothing.js")).json()["error"]["code"] == "not_found"
    assert (await client.get("/redoc")).status_code == 404


async def test_health_and_readiness(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = await client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["checks"] == {"database": "ok", "news": "ok", "market": "ok"}
    assert ready.json()["market_date"] == "2016-07-01"


async def test_readiness_says_what_is_wrong(tmp_path: Path) -> None:
    application = create_app(await settings_in(tmp_path))
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as own:
            assert (await own.get("/readyz")).status_code == 200
            (tmp_path / "smartinvest.db").rename(tmp_path / "elsewhere.db")
            answer = await own.get("/readyz")
            assert answer.status_code == 503
            assert answer.json()["checks"]["database"] == "The database file is gone. What is said now would be lost."
            assert (await own.get("/healthz")).status_code == 200


async def test_the_page_says_who_runs_it_and_the_one_genuine_telegram_name(tmp_path: Path) -> None:
    settings = (await settings_in(tmp_path)).model_copy(update={"operator": "Smith & <Sons>", "licence": "no. 7"})
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as own:
            page = (await own.get("/")).text
            assert "Run by: Smith &amp; &lt;Sons&gt;. Licence: no. 7." in page
            assert "<!--" not in page
            assert "t.me" not in page
            notes = application.state.container.storage
            await notes.set_note(TELEGRAM_NAME, "genuine_bot")
            assert 'On Telegram it is only <a href="https://t.me/genuine_bot"' in (await own.get("/")).text
            await notes.set_note(TELEGRAM_NAME, '"><script>')
            assert "<script>" not in (await own.get("/")).text


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
