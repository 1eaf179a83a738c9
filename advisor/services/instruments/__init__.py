"""Instruments by name: which one is meant, what it costs, and what became of it."""

from advisor.analysis.changes import PriceView
from advisor.services.instruments.naming import MOST_AT_ONCE, Resolution
from advisor.services.instruments.service import InstrumentService

__all__ = ["MOST_AT_ONCE", "InstrumentService", "PriceView", "Resolution"]
