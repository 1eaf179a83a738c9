"""A local server that speaks the downloads of FRED and ALFRED that need no key."""

from tests.fred_server.server import FredServer

__all__ = ["FredServer"]
