"""Figures of the financial statements out of Alpha Vantage's bodies. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from advisor.adapters.market.alphavantage.bars import day_of, figure
from advisor.adapters.market.alphavantage.symbols import whole_units
from advisor.domain.bars import Fact
from advisor.domain.errors import SourceUnavailable

_INCOME = {
    "totalRevenue": "revenue",
    "grossProfit": "gross_profit",
    "operatingIncome": "operating_income",
    "interestExpense": "interest_expense",
    "netIncome": "net_income",
}
_BALANCE = {
    "totalShareholderEquity": "equity",
    "totalAssets": "total_assets",
    "totalLiabilities": "total_liabilities",
    "shortLongTermDebtTotal": "total_debt",
    "cashAndCashEquivalentsAtCarryingValue": "cash",
    "totalCurrentAssets": "current_assets",
    "totalCurrentLiabilities": "current_liabilities",
    "retainedEarnings": "retained_earnings",
    "commonStockSharesOutstanding": "shares",
}
_CASH_FLOW = {"operatingCashflow": "operating_cash_flow", "capitalExpenditures": "capital_expenditure"}
# The function, its items, and whether they are of a point in time.
STATEMENTS = (("INCOME_STATEMENT", _INCOME, False), ("BALANCE_SHEET", _BALANCE, True), ("CASH_FLOW", _CASH_FLOW, False))


def statement_facts(body: Mapping[str, Any], items: Mapping[str, str], *, instant: bool) -> tuple[Fact, ...]:
    """The figures of one statement's body, annual and quarterly, ascending by period; what is not stated is left out.

    Alpha Vantage does not say when a statement was published: `reported` is None.

    Raises:
        SourceUnavailable: if the body is not one of statements.
    """
    found: dict[tuple[str, object, int], Fact] = {}
    for fact in _facts(body, items, instant=instant):
        # The balance of a year's end comes twice, as the year's and as the quarter's.
        found.setdefault((fact.item, fact.period_end, fact.months), fact)
    return tuple(sorted(found.values(), key=lambda fact: (fact.period_end, fact.months, fact.item)))


def overview_facts(body: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Diluted earnings per share of the last four quarters, out of OVERVIEW; the statements do not have them."""
    value = figure(body.get("DilutedEPSTTM"))
    quarter = str(body.get("LatestQuarter", "None"))
    if not math.isfinite(value) or quarter in ("None", "-", ""):
        return ()
    currency, divisor = whole_units(str(body.get("Currency", "")))
    return (Fact("eps_diluted", day_of(quarter), value / divisor, 12, currency=currency),)


def _facts(body: Mapping[str, Any], items: Mapping[str, str], *, instant: bool) -> Iterator[Fact]:
    for reports, months in (("annualReports", 12), ("quarterlyReports", 3)):
        rows = body.get(reports)
        if rows is None and not body:
            return  # a fund files none
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise SourceUnavailable("Alpha Vantage answered without the statements asked for.")
        for row in rows:
            period_end = day_of(row.get("fiscalDateEnding"))
            currency, divisor = whole_units(str(row.get("reportedCurrency", "")))
            for theirs, ours in items.items():
                value = figure(row.get(theirs))
                if math.isfinite(value):
                    counted = ours == "shares"
                    yield Fact(
                        item=ours,
                        period_end=period_end,
                        value=value if counted else value / divisor,
                        months=0 if instant else months,
                        currency="" if counted else currency,
                    )
