"""Money that is paid out: what a month may bear, and how long it lasts."""

from __future__ import annotations

from advisor.replies.format import estimate, in_ten, money, number
from advisor.replies.headline import Result, chance_words
from advisor.replies.wording import say


def spending_words(result: Result, locale: str) -> str:
    """What is paid out a month and to which age it lasts; empty where nothing is paid out.

    Where a payment was wanted, its chance and the age at which the darkest tenth of futures runs dry; else the payment that lasts
    in eight of ten futures. A pension is part of the payment.
    """
    spent = result.get("spending")
    if spent is None:
        return ""
    currency, age = result["currency"], number(locale, spent["until_age"], 0)
    pension = " " + say(locale, "spending.pension") if spent["pension_monthly"] is not None else ""
    if spent["income_wanted"] is None:
        values = {"payment": estimate(locale, spent["payment"], currency), "chance": in_ten(spent["chance"])}
        return say(locale, "spending.lasts", age=age, **values) + pension
    payment = money(locale, spent["income_wanted"], currency)
    said = say(locale, "spending.wanted", chance=chance_words(spent, locale), payment=payment, age=age)
    if spent["dry_age"] is not None:
        said += " " + say(locale, "spending.dry", age=number(locale, spent["dry_age"], 0))
    return said + pension
