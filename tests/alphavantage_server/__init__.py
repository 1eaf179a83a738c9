"""A local server that speaks Alpha Vantage's interface."""

from tests.alphavantage_server.bodies import daily, daily_adjusted, fx_daily, splits, statements
from tests.alphavantage_server.server import AlphaVantageServer
from tests.local_http import Answer

__all__ = ["AlphaVantageServer", "Answer", "daily", "daily_adjusted", "fx_daily", "splits", "statements"]
