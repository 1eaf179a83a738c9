"""What a score of risk allows: the loss budget of a year, its word, and the share of equities that the time allows."""

from __future__ import annotations

import numpy as np

_CAP_YEARS = (2.0, 5.0, 10.0, 15.0, 20.0)
_CAP_SHARES = (0.0, 0.30, 0.60, 0.80, 0.90)
_LEAST_LOSS, _MOST_LOSS = 0.02, 0.35
_WORDS = ((20.0, "cautious"), (50.0, "balanced"), (80.0, "growth"))


def equity_cap(horizon_years: float) -> float:
    """Largest share of equities (fraction): linear between (2 years, 0), (5, 30 %), (10, 60 %), (15, 80 %), (20, 90 %).

    `horizon_years` is the time until the money is spent on average (`effective_horizon`).
    """
    return float(np.interp(horizon_years, _CAP_YEARS, _CAP_SHARES))


def cvar_budget(score: float) -> float:
    """Largest 1-year 95 % CVaR (loss as a fraction): linear from 2 % at a score of 0 to 35 % at 100."""
    return _LEAST_LOSS + (_MOST_LOSS - _LEAST_LOSS) * min(100.0, max(0.0, score)) / 100


def score_of_budget(budget: float) -> float:
    """Inverse of `cvar_budget`; 0 for budgets below its range."""
    return max(0.0, (budget - _LEAST_LOSS) / (_MOST_LOSS - _LEAST_LOSS) * 100)


def risk_word(score: float) -> str:
    """Catalogue word of a score: cautious below 20, balanced below 50, growth below 80, bold from there."""
    return next((word for bound, word in _WORDS if score < bound), "bold")
