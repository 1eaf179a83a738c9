"""Which computation answers which kind of request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from advisor.domain.panel import PricePanel
from advisor.services.analytics.backtesting import backtest
from advisor.services.analytics.futures import simulate
from advisor.services.analytics.portfolios import frontier, optimize
from advisor.services.analytics.risks import risk_analysis, scenarios

COMPUTE: Mapping[str, Callable[[Any, PricePanel], dict[str, Any]]] = {
    "optimize": optimize,
    "frontier": frontier,
    "simulate": simulate,
    "backtest": backtest,
    "risk_analysis": risk_analysis,
    "scenarios": scenarios,
}
