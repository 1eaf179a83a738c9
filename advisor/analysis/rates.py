"""The rate without risk of a currency, and what is assumed of one whose market has none on record; said wherever it is used."""

from __future__ import annotations

from datetime import date

from advisor.domain.market import Rates

# Bill, ten-year yield, inflation: fractions per year. Judgement, near the averages of the last decades; the bill of the dollar and
# of the rupee are those that this product has always fallen back to.
_ASSUMED = {"USD": (0.02, 0.035, 0.02), "INR": (0.06, 0.07, 0.04)}

_PINNED = {"INR": 0.06}
_INFLATION = 0.02


def default_rates(currency: str, day: date) -> Rates | None:
    """Assumed rates as of `day`, None for a currency without an assumption."""
    assumed = _ASSUMED.get(currency)
    if assumed is None:
        return None
    bill, ten_year, inflation = assumed
    return Rates(day, bill, ten_year, inflation, "assumed", f"assumed for {currency}: no rate is on record")


def stated_rates(currency: str, day: date, risk_free: float) -> Rates:
    """Rates of a currency of which nothing is known but a risk-free rate that somebody states (fraction per year).

    Long bonds are taken to yield the same, so that shares are expected to earn their premium over it, and prices to rise by 2 %.
    """
    note = f"assumed for {currency}: nothing is on record"
    return Rates(day, risk_free, risk_free, _INFLATION, note, "as asked for")


def risk_free_rate(currency: str, rates: Rates) -> tuple[float, str]:
    """The rate that ratios of risk and return count from (fraction per year), and its source.

    It is pinned for the rupee, 6 %, whatever a bill yields that day; everywhere else it is the yield of the currency's short
    bills. What cash is expected to earn is `Rates.bill` in every currency.
    """
    pinned = _PINNED.get(currency)
    return (rates.bill, rates.source) if pinned is None else (pinned, f"pinned for {currency}")
