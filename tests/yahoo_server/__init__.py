"""A local server that speaks as much of Yahoo Finance's protocol as the real client asks for."""

from tests.local_http import Answer
from tests.yahoo_server.charts import chart, error_body, random_walk, sessions
from tests.yahoo_server.recorded import Recordings
from tests.yahoo_server.server import YahooServer

__all__ = ["Answer", "Recordings", "YahooServer", "chart", "error_body", "random_walk", "sessions"]
