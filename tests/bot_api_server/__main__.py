"""`python -m tests.bot_api_server --port 8081`: serve until interrupted; the first line of output is a JSON object with the URL."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal

from tests.bot_api_server import TOKEN, BotApiServer


async def _serve(port: int, token: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with BotApiServer(token, port) as server:
        print(json.dumps({"url": server.url, "token": token}), flush=True)
        await stop.wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--token", default=TOKEN)
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(arguments.port, arguments.token))


if __name__ == "__main__":
    main()
