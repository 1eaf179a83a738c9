"""A local Bot API server that speaks the real protocol: scripted users on one side, the real client library on the other."""

from tests.bot_api_server.server import TOKEN, BotApiServer

__all__ = ["TOKEN", "BotApiServer"]
