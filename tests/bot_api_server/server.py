"""The Bot API over HTTP, with a control API beside it for runners in other processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import Generator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.bot_api_server.control import Control
from tests.bot_api_server.methods import Methods
from tests.bot_api_server.people import ScriptedUser
from tests.bot_api_server.state import ApiError, Call, Fault, Person, State
from tests.bot_api_server.webhook import WebhookDelivery

TOKEN = "4242:local-test-token"


class _Dropped(Response):
    """An answer that breaks off: the client sees a lost connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


class _Ascii(JSONResponse):
    """JSON with everything beyond ASCII escaped, as the real server writes it: half a surrogate pair can be told so as well."""

    def render(self, content: Any) -> bytes:
        """The body."""
        return json.dumps(content).encode()


class QuietUvicorn(uvicorn.Server):
    """A server within a process that keeps its own signal handlers; `ready` is set once it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell who waits for it."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to the process that runs us."""
        yield


class BotApiServer:
    """A Bot API for one token. `async with BotApiServer() as server:` serves on a free port until the end of the block."""

    def __init__(self, token: str = TOKEN, port: int = 0, webhook_retry: float = 1.0) -> None:
        self.token = token
        self.state = State(token)
        self.methods = Methods(self.state)
        self.webhooks = WebhookDelivery(self.state, webhook_retry)
        self._port = port
        self._socket: socket.socket | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._server: QuietUvicorn | None = None

    @property
    def url(self) -> str:
        """The API's root, without `/bot`."""
        if self._socket is None:
            raise RuntimeError("the server is not running")
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def user(self, chat_id: int, *, language: str = "en") -> ScriptedUser:
        """Somebody with a private chat (a negative id gives a group)."""
        kind = "private" if chat_id > 0 else "supergroup"
        self.state.people.setdefault(chat_id, Person(chat_id, kind, language))
        return ScriptedUser(self.state, chat_id)

    def fail(
        self, method: str, code: int, description: str, *, times: int = 1, chat_id: int | None = None, **parameters: Any
    ) -> None:
        """Answer the next calls of a method with this error."""
        error = ApiError(code, description, parameters or None)
        self.state.faults.append(Fault(method, "error", times, chat_id, error))

    def disturb(
        self, method: str, kind: str, *, times: int = 1, chat_id: int | None = None, seconds: float = 0.0
    ) -> None:
        """Let the next calls of a method go wrong: "drop_after", "drop_before" or "delay" (see Fault)."""
        self.state.faults.append(Fault(method, kind, times, chat_id, seconds=seconds))

    def calls(self, method: str, *, ok: bool | None = None) -> list[Call]:
        """The bot's calls of a method so far."""
        return [call for call in self.state.calls if call.method == method and ok in (None, call.ok)]

    async def __aenter__(self) -> BotApiServer:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", self._port))
        config = uvicorn.Config(
            self._app(), log_config=None, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = QuietUvicorn(config)
        self._tasks = [
            asyncio.create_task(self._server.serve([self._socket])),
            asyncio.create_task(self.webhooks.run()),
        ]
        await self._server.ready.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        server, webhooks = self._tasks
        webhooks.cancel()
        self.state.poll_number += 1  # ends a long poll that still waits
        await self.state.tell()
        if self._server is not None:
            self._server.should_exit = True
        await asyncio.gather(server, webhooks, return_exceptions=True)

    def _app(self) -> Starlette:
        methods = ["GET", "POST"]
        return Starlette(routes=[Route("/bot{token}/{method}", self._serve, methods=methods), *Control(self).routes()])

    async def _serve(self, request: Request) -> Response:
        if request.path_params["token"] != self.token:
            return _answer(ApiError(401, "Unauthorized"))
        method = request.path_params["method"]
        arguments = await _arguments(request)
        chat = arguments.get("chat_id")
        fault = self.state.take_fault(method, int(chat) if chat is not None else None)
        if fault is not None and fault.kind == "drop_before":
            return _Dropped()
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        try:
            if fault is not None and fault.error is not None:
                raise fault.error
            body: dict[str, Any] = {"ok": True, "result": await self.methods.call(method, arguments)}
        except ApiError as refused:
            await self._note(method, arguments, ok=False)
            return _answer(refused)
        await self._note(method, arguments, ok=True)
        return _Dropped() if fault is not None and fault.kind == "drop_after" else _Ascii(body)

    async def _note(self, method: str, arguments: dict[str, Any], *, ok: bool) -> None:
        self.state.calls.append(Call(method, arguments, ok, time.monotonic()))
        await self.state.tell()


def _answer(refused: ApiError) -> Response:
    return _Ascii(refused.body(), status_code=refused.code)


async def _arguments(request: Request) -> dict[str, Any]:
    """Arguments from the address, a form, multipart or JSON, as the real server takes them."""
    arguments: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        body: dict[str, Any] = json.loads(await request.body() or b"{}")
        return arguments | body
    if "form" in kind:
        async with request.form(max_part_size=60 * 1024 * 1024) as form:
            for name, value in form.multi_items():
                arguments[name] = await value.read() if isinstance(value, UploadFile) else value
        for name, value in list(arguments.items()):
            if isinstance(value, str) and value.startswith("attach://"):
                arguments[name] = arguments.get(value.removeprefix("attach://"))
    return arguments
