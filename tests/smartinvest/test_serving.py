"""The HTTP process: opens its port when the application is open, ends quickly with streams open, and fails in one line."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from smartinvest.supervisor import healthy

APPLICATION = '''
"""Applications to serve, and the start of a server for one of them."""
import asyncio, sys
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from advisor.domain.errors import SettingsError


async def healthz(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.client.host, headers={"seen-scheme": request.url.scheme})


async def stream(request: Request) -> StreamingResponse:
    async def lines():
        yield "first\\n"
        await request.state.stopping.wait()
        yield "last\\n"
    return StreamingResponse(lines())


def good() -> Starlette:
    @asynccontextmanager
    async def lifespan(app):
        yield {"stopping": asyncio.Event()}
        print("closed", flush=True)
    return Starlette(routes=[Route("/healthz", healthz), Route("/stream", stream)], lifespan=lifespan)


def failing(error: Exception):
    @asynccontextmanager
    async def lifespan(app):
        raise error
        yield
    return Starlette(lifespan=lifespan)


def misconfigured() -> Starlette:
    return failing(SettingsError("SMARTINVEST_X is wrong: it cannot be used."))


def broken() -> Starlette:
    return failing(ZeroDivisionError("a bug"))


def refused() -> Starlette:
    raise SettingsError("SMARTINVEST_Y is wrong: it cannot be used.")


if __name__ == "__main__":
    from advisor.config import load_settings
    from smartinvest.cli import guard
    from smartinvest.logs import configure_logs
    from smartinvest.serving.patience import BoundedHttp
    from smartinvest.serving import serve_http

    BoundedHttp.head_seconds = 1.0

    def serve() -> None:
        settings = load_settings(env_file=None)
        configure_logs(settings, "api")
        serve_http(f"application:{sys.argv[1]}", settings)

    guard(serve)
'''


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[str], tuple[subprocess.Popen[str], int]]]:
    (tmp_path / "application.py").write_text(APPLICATION)
    started: list[subprocess.Popen[str]] = []

    def begin(factory: str) -> tuple[subprocess.Popen[str], int]:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, str(tmp_path / "application.py"), factory],
            env={**os.environ, "SMARTINVEST_PORT": str(port), "SMARTINVEST_HOST": "127.0.0.1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process, port

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_healthy(process: subprocess.Popen[str], port: int) -> None:
    until = time.monotonic() + 30
    while not healthy("127.0.0.1", port):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)


@contextmanager
def ask(port: int, path: str, **headers: str) -> Iterator[http.client.HTTPResponse]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path, headers=headers)
        with connection.getresponse() as answer:
            yield answer


def test_it_serves_then_ends_with_status_0_when_told(serve: Callable[[str], tuple[subprocess.Popen[str], int]]) -> None:
    process, port = serve("good")
    wait_healthy(process, port)
    process.terminate()
    assert process.communicate(timeout=20) == ("closed\n", "")
    assert process.returncode == 0


def test_ctrl_c_is_quiet(serve: Callable[[str], tuple[subprocess.Popen[str], int]]) -> None:
    process, port = serve("good")
    wait_healthy(process, port)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ("closed\n", "")
    assert process.returncode == 130


def test_an_open_stream_is_told_of_the_end_and_delays_it_little(
    serve: Callable[[str], tuple[subprocess.Popen[str], int]],
) -> None:
    process, port = serve("good")
    wait_healthy(process, port)
    with ask(port, "/stream") as answer:
        assert answer.readline() == b"first\n"
        told = time.monotonic()
        process.terminate()
        assert answer.read() == b"last\n"
    assert process.wait(timeout=20) == 0
    assert time.monotonic() - told < 5, "it waited for the graceful time-out of 10 s"


def test_nobody_can_choose_his_own_address_and_the_server_does_not_say_what_it_is(
    serve: Callable[[str], tuple[subprocess.Popen[str], int]],
) -> None:
    process, port = serve("good")
    wait_healthy(process, port)
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    with ask(port, "/healthz", **headers) as answer:
        assert answer.read() == b"127.0.0.1"
        assert answer.getheader("seen-scheme") == "http"
        assert answer.getheader("server") is None
    process.terminate()
    _, errors = process.communicate(timeout=20)
    assert errors == "", "addresses are not logged"


def test_a_connection_whose_headers_do_not_come_or_do_not_end_is_closed(
    serve: Callable[[str], tuple[subprocess.Popen[str], int]],
) -> None:
    process, port = serve("good")
    wait_healthy(process, port)
    address = ("127.0.0.1", port)
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with (
        socket.create_connection(address, timeout=10) as silent,
        socket.create_connection(address, timeout=10) as half,
        socket.create_connection(address, timeout=10) as again,
    ):
        half.sendall(whole[:-2])
        again.sendall(whole)
        answer = again.recv(1000)
        while not answer.endswith(b"127.0.0.1"):  # the body may come in a packet of its own
            answer += again.recv(1000)
        assert answer.startswith(b"HTTP/1.1 200")
        again.sendall(whole[:-2])  # also the second request of a connection
        for connection in (silent, half, again):
            assert connection.recv(1000) == b""
    with socket.create_connection(address, timeout=10) as endless, pytest.raises(ConnectionError):
        endless.sendall(whole[:-2] + b"X: " + b"a" * 10_000_000)
    assert healthy("127.0.0.1", port)


def test_what_strangers_send_does_not_fill_the_log(serve: Callable[[str], tuple[subprocess.Popen[str], int]]) -> None:
    process, port = serve("good")
    wait_healthy(process, port)
    upgrade = b"GET /healthz HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    for sent in (b"\x16\x03\x01 nonsense\r\n\r\n", upgrade):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(sent)
            assert connection.recv(1000).startswith(b"HTTP/1.1 ")
    process.terminate()
    assert process.communicate(timeout=20)[1] == ""


@pytest.mark.parametrize(("factory", "name"), [("misconfigured", "SMARTINVEST_X"), ("refused", "SMARTINVEST_Y")])
def test_a_wrong_setting_found_while_opening_is_one_line_and_status_2(
    serve: Callable[[str], tuple[subprocess.Popen[str], int]], factory: str, name: str
) -> None:
    process, _ = serve(factory)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert errors == f"smartinvest: {name} is wrong: it cannot be used.\n"


def test_a_bug_while_opening_keeps_its_trace_and_is_not_a_wrong_setting(
    serve: Callable[[str], tuple[subprocess.Popen[str], int]],
) -> None:
    process, _ = serve("broken")
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 3
    assert "ZeroDivisionError: a bug" in errors
