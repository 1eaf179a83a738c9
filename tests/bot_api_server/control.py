"""The control API: what tests do in-process, over HTTP in JSON, for a runner in another process.

POST /control/users/7/send      {"text": "hello", "language": "en"}    -> {"update_id": 1000}
POST /control/users/7/tap       {"label": "Growth"} or {"data": "t3:growth", "message_id": 5}
POST /control/users/7/media     {"kind": "voice", "caption": ""}
POST /control/users/7/edit      {"message_id": 1, "text": "..."}
POST /control/users/7/block, /unblock
GET  /control/users/7/messages?count=2&seconds=10   -> {"messages": [...]}, waiting until there are so many
POST /control/fail              {"method", "code", "description", "times", "chat_id", "parameters"}
POST /control/disturb           {"method", "kind", "times", "chat_id", "seconds"}
POST /control/flood             {"enabled": false}
GET  /control/calls?method=sendMessage              -> {"calls": [...]}
"""

from __future__ import annotations

from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.bot_api_server.people import ScriptedUser
from tests.bot_api_server.state import State


class Controlled(Protocol):
    """What the control API needs of the server."""

    state: State

    def user(self, chat_id: int, *, language: str = "en") -> ScriptedUser:
        """Somebody with a chat."""
        ...

    def fail(
        self, method: str, code: int, description: str, *, times: int = 1, chat_id: int | None = None, **parameters: Any
    ) -> None:
        """Answer the next calls with an error."""
        ...

    def disturb(
        self, method: str, kind: str, *, times: int = 1, chat_id: int | None = None, seconds: float = 0.0
    ) -> None:
        """Let the next calls go wrong."""
        ...


class Control:
    """The control routes of a server. A group's id is negative, so it is given without its sign under /control/groups."""

    def __init__(self, server: Controlled) -> None:
        self._server = server

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/control/users/{chat_id:int}/messages", self._messages, methods=["GET"]),
            Route("/control/users/{chat_id:int}/{action}", self._act, methods=["POST"]),
            Route("/control/groups/{group_id:int}/{action}", self._act, methods=["POST"]),
            Route("/control/fail", self._fail, methods=["POST"]),
            Route("/control/disturb", self._disturb, methods=["POST"]),
            Route("/control/flood", self._flood, methods=["POST"]),
            Route("/control/calls", self._calls, methods=["GET"]),
        ]

    async def _act(self, request: Request) -> Response:
        body: dict[str, Any] = await request.json() if await request.body() else {}
        ids = request.path_params
        user = self._server.user(ids.get("chat_id", -ids.get("group_id", 0)), language=body.get("language", "en"))
        try:
            return JSONResponse({"update_id": await _acted(user, ids["action"], body)})
        except LookupError as wrong:
            return JSONResponse({"error": str(wrong)}, status_code=409)

    async def _messages(self, request: Request) -> Response:
        user = self._server.user(request.path_params["chat_id"])
        count, seconds = int(request.query_params.get("count", 0)), float(request.query_params.get("seconds", 10))
        try:
            found = await user.wait_count(count, seconds)
        except TimeoutError:
            found = user.messages()
        return JSONResponse({"messages": [message.summary() for message in found]})

    async def _fail(self, request: Request) -> Response:
        body = await request.json()
        parameters = body.pop("parameters", {})
        self._server.fail(body.pop("method"), body.pop("code"), body.pop("description"), **body, **parameters)
        return JSONResponse({})

    async def _disturb(self, request: Request) -> Response:
        body = await request.json()
        self._server.disturb(body.pop("method"), body.pop("kind"), **body)
        return JSONResponse({})

    async def _flood(self, request: Request) -> Response:
        self._server.state.flood.enabled = (await request.json())["enabled"]
        return JSONResponse({})

    async def _calls(self, request: Request) -> Response:
        method = request.query_params.get("method")
        found = [call for call in self._server.state.calls if method in (None, call.method)]
        rows = [
            {"method": call.method, "ok": call.ok, "at": call.at, "arguments": _printable(call.arguments)}
            for call in found
        ]
        return JSONResponse({"calls": rows})


async def _acted(user: ScriptedUser, action: str, body: dict[str, Any]) -> int:
    match action:
        case "send":
            return await user.send(body["text"])
        case "tap" if "label" in body:
            return await user.tap(body["label"], body.get("message_id"))
        case "tap":
            return await user.tap_data(body["data"], body["message_id"])
        case "media":
            return await user.send_media(body["kind"], body.get("caption", ""))
        case "edit":
            return await user.edit(body["message_id"], body["text"])
        case "block":
            return await user.block()
        case "unblock":
            return await user.unblock()
        case _:
            raise LookupError(f"there is no action {action!r}")


def _printable(arguments: dict[str, Any]) -> dict[str, Any]:
    return {key: f"{len(value)} bytes" if isinstance(value, bytes) else value for key, value in arguments.items()}
