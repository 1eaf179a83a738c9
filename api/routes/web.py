"""The demo page, the widget and the API's documents: files, served with the headers that keep a page safe."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from html import escape
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from advisor.domain.errors import NotFound, StorageError
from advisor.ports.storage import TELEGRAM_NAME
from api.deps import Resources
from api.errors import described

router = APIRouter(include_in_schema=True, tags=["web"])

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_PAGE_HEADERS = {"Content-Security-Policy": _PAGE_POLICY, "Referrer-Policy": "no-referrer"}
_MEDIA = {"js": "text/javascript", "css": "text/css", "html": "text/html", "svg": "image/svg+xml"}
# Swagger UI comes from the package index, so that the page needs no other site.
_DOCS = {
    "docs.js": ("web", "embed"),
    "docs.css": ("web", "embed"),
    "swagger-ui.css": ("fastapi_swagger", "resources"),
    "swagger-ui-bundle.js": ("fastapi_swagger", "resources"),
}
_TELEGRAM_NAME = re.compile(r"\w{4,32}", re.ASCII)


def _answer(body: bytes, name: str, request: Request, **headers: str) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    common = {"ETag": tag, "Cache-Control": "no-cache", **headers}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=common)
    media = _MEDIA[name.rsplit(".", 1)[-1]]
    return Response(body, media_type=f"{media}; charset=utf-8", headers=common)


@cache
def _file(name: str, package: str = "web", folder: str = "embed") -> bytes:
    return files(package).joinpath(folder, name).read_bytes()


async def _who(resources: Resources) -> dict[str, str]:
    """What the page says of its operator, ready to stand in HTML."""
    try:
        name = await resources.storage.note(TELEGRAM_NAME) if resources.settings.telegram_token else None
    except StorageError:
        name = None  # already in the log; the page is more use without the name than not at all
    telegram = ""
    if name and _TELEGRAM_NAME.fullmatch(name):
        telegram = (
            f'<p>On Telegram it is only <a href="https://t.me/{name}" rel="noopener">@{name}</a>. '
            "Any other name is not ours.</p>"
        )
    settings = resources.settings
    return {"operator": escape(settings.operator), "licence": escape(settings.licence), "telegram": telegram}


@router.get("/", response_class=Response, responses={200: {"content": {"text/html": {}}}, **described(500)})
async def demo_page(request: Request, resources: Resources) -> Response:
    """The demo page with the widget. It says who runs it, under which licence, and the one genuine Telegram name."""
    page = _file("index.html").decode()
    for mark, words in (await _who(resources)).items():
        page = page.replace(f"<!--{mark}-->", words)
    return _answer(page.encode(), "index.html", request, **_PAGE_HEADERS)


@router.get(
    "/embed/widget.js", response_class=Response, responses={200: {"content": {"text/javascript": {}}}, **described(500)}
)
async def widget(request: Request) -> Response:
    """The one-line embed: a plain script that any page may load."""
    anywhere = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    return _answer(_file("widget.js"), "widget.js", request, **anywhere)


@router.get(
    "/embed/demo.css", response_class=Response, responses={200: {"content": {"text/css": {}}}, **described(500)}
)
async def demo_style(request: Request) -> Response:
    """The demo page's style."""
    return _answer(_file("demo.css"), "demo.css", request)


@router.get("/docs", response_class=Response, responses={200: {"content": {"text/html": {}}}, **described(500)})
async def docs_page(request: Request) -> Response:
    """This interface, to read and to try. The page loads nothing from other sites."""
    return _answer(_file("docs.html"), "docs.html", request, **_PAGE_HEADERS)


@router.get(
    "/docs/{name}",
    response_class=Response,
    responses={200: {"content": {"text/javascript": {}, "text/css": {}}}, **described(404, 422, 500)},
)
async def docs_part(name: str, request: Request) -> Response:
    """A script or style of the page that describes this interface."""
    if name not in _DOCS:
        raise NotFound("There is nothing at this address.")
    return _answer(_file(name, *_DOCS[name]), name, request)
