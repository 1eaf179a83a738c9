"""Baseline forecasts of one series: how wide the future is, and whether anything beats "as today". Pure numpy."""

from advisor.forecast.answer import ForecastAnswer, answer
from advisor.forecast.compare import Comparison, compare
from advisor.forecast.evaluate import Evaluation, evaluate
from advisor.forecast.models import ForecastResult, moving_average, naive

__all__ = [
    "Comparison",
    "Evaluation",
    "ForecastAnswer",
    "ForecastResult",
    "answer",
    "compare",
    "evaluate",
    "moving_average",
    "naive",
]
