"""A local server that speaks the download of FRED that needs no key."""

from tests.fred_server.server import FredServer

__all__ = ["FredServer"]
