"""All at once or in instalments: the plan's own mix and money, on its own futures. Pure."""

from __future__ import annotations

from dataclasses import asdict

from advisor.analysis.instalments import instalments
from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Answers
from advisor.services.plan.advise import Adviser
from advisor.services.plan.basis import Basis, Json
from advisor.services.plan.outlook import SEED, cash_return, market_of

MONTHS = (12, 24)
_PER_YEAR = 12


def entering(answers: Answers, basis: Basis) -> Json:
    """What putting the amount in over 12 or 24 months costs on average and saves when it goes badly, where the goal is far enough.

    Money that waits earns what cash earns. `ways` holds one `Instalments` for each number of months, none where the goal is nearer.

    Raises:
        InvalidInput: where there is no amount to put in, or it should not be invested yet.
    """
    advice = Adviser(basis).advise(answers)
    if answers.initial_amount <= 0 or advice.profile.save_first is not None:
        raise InvalidInput("There is no amount to put in at once.", field="initial_amount")
    market, waiting = market_of(advice, basis), cash_return(basis)
    amount = float(answers.initial_amount)
    ways = [
        asdict(instalments(market, amount, months, waiting=waiting, seed=SEED))
        for months in MONTHS
        if months <= answers.horizon_years * _PER_YEAR
    ]
    return {
        "amount": str(answers.initial_amount),
        "currency": answers.currency,
        "waiting_return": waiting,
        "ways": ways,
    }
