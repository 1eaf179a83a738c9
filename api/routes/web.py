"""The demo page and the widget: files, served with the headers that keep a page safe."""

from __future__ import annotations

import hashlib
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from api.errors import described

router = APIRouter(include_in_schema=True, tags=["web"])

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_MEDIA = {"js": "text/javascript", "css": "text/css", "html": "text/html", "svg": "image/svg+xml"}


def _file(name: str, request: Request, **headers: str) -> Response:
    body = files("web").joinpath("embed", name).read_bytes()
    media = _MEDIA[name.rsplit(".", 1)[-1]]
    tag = f'"{_hash(body)}"'
    common = {"ETag": tag, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache", **headers}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=common)
    return Response(body, media_type=f"{media}; charset=utf-8", headers=common)


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


@router.get("/", response_class=Response, responses={200: {"content": {"text/html": {}}}, **described(500)})
async def demo_page(request: Request) -> Response:
    """The demo page with the widget."""
    return _file("index.html", request, **{"Content-Security-Policy": _PAGE_POLICY, "Referrer-Policy": "no-referrer"})


@router.get(
    "/embed/widget.js", response_class=Response, responses={200: {"content": {"text/javascript": {}}}, **described(500)}
)
async def widget(request: Request) -> Response:
    """The one-line embed: a plain script that any page may load."""
    return _file(
        "widget.js", request, **{"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    )


@router.get(
    "/embed/demo.css", response_class=Response, responses={200: {"content": {"text/css": {}}}, **described(500)}
)
async def demo_style(request: Request) -> Response:
    """The demo page's style."""
    return _file("demo.css", request)
