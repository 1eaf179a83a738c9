"""The few sentences that open a plan: the mix, a bad year in money, the chance, and what would raise it."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import Any

from advisor.domain.money import minor_digits
from advisor.domain.reply import Notice
from advisor.replies.answers import span
from advisor.replies.chances import chance_words
from advisor.replies.format import about, estimate, money, percent, roughly
from advisor.replies.spending import payment_words
from advisor.replies.wording import listing, say

__all__ = [
    "Result",
    "bad_year_amounts",
    "bad_year_words",
    "chance_words",
    "glide_words",
    "group_words",
    "headline",
    "levers_notice",
    "loss_sentence",
    "mix_words",
]

Result = dict[str, Any]
_GROUPS = ("equity", "bond", "commodity", "real_estate", "cash")


def headline(result: Result, locale: str) -> str:
    """The mix, a bad year in money, then the chance with its range, the middle outcome, or what comes after saving first."""
    mix = "plan.mix_for_now" if result["later"] else "plan.mix"
    first = (say(locale, mix, mix=mix_words(result, locale)), loss_sentence(result, locale))
    return " ".join((*first, _outlook(result, locale)))


def _outlook(result: Result, locale: str) -> str:
    if result["later"]:
        return say(locale, "plan.later", mix=group_words(result["later"], locale))
    projection, currency = result["projection"], result["currency"]
    middle, low, high = (estimate(locale, projection["bands"][key][-1], currency) for key in ("p50", "p10", "p90"))
    if result["goal"] == "income" and projection["target"] is None and result.get("spending"):
        return payment_words(result, locale)
    if projection["target"] is None:
        key = "plan.open_below" if is_below_paid(result) else "plan.open"
        return say(locale, key, middle=middle, low=low, high=high, paid=paid_words(result, locale))
    target = money(locale, projection["target"], currency)
    return say(locale, "plan.target", chance=chance_words(projection, locale), target=target, middle=middle)


def is_below_paid(result: Result) -> bool:
    """Whether the middle future ends below what was paid in, as it may where prices rise faster than a calm plan earns."""
    projection = result["projection"]
    middle, paid = projection["bands"]["p50"][-1], projection["paid_in"][-1]
    return bool(middle < paid and roughly(middle) != roughly(paid))


def paid_words(result: Result, locale: str) -> str:
    """What is paid in until the end, in today's money."""
    return estimate(locale, result["projection"]["paid_in"][-1], result["currency"])


def loss_sentence(result: Result, locale: str) -> str:
    """A bad year in money and of what; beside it, for cash, what rising prices take."""
    bad, currency = result["bad_year"], result["currency"]
    stake = money(locale, bad["stake"], currency)
    if result["amount_is_monthly"]:
        stake = say(locale, "plan.year_of_savings", amount=stake)
    prices = bad["cash_alone"] and bad["eaten_by_prices"] > 0
    return say(
        locale,
        "plan.loss_cash" if prices else "plan.loss",
        loss=bad_year_words(result, locale),
        stake=stake,
        eaten=estimate(locale, bad["eaten_by_prices"], currency),
    )


def levers_notice(result: Result, locale: str) -> Notice | None:
    """What would bring the chance to three in four, each with its number; None where nothing is missing or nothing is aimed at.

    While saving comes first there is nothing to pull at yet: the projection is that of the waiting cash.
    """
    found, projection = result["projection"]["levers"], result["projection"]
    if found is None or result["later"] or projection["chance"] >= found["wanted_chance"]:
        return None
    currency = result["currency"]
    ways = []
    if found["extra_monthly"]:
        ways.append(say(locale, "levers.monthly", amount=estimate(locale, found["extra_monthly"], currency)))
    if found["extra_years"]:
        ways.append(say(locale, "levers.years", time=span(locale, found["extra_years"])))
    if found["lower_target"]:
        ways.append(say(locale, "levers.target", amount=estimate(locale, found["lower_target"], currency)))
    if not ways:
        return None
    lines = [say(locale, "levers.at_risk" if projection["chance"] >= 0.5 else "levers.off_track")]
    if projection["chance"] < 0.5 and result["capped_by"] != "wanted_return":
        lines.append(say(locale, "levers.no_more_risk"))
    lines.append(
        say(locale, "levers.one" if len(ways) == 1 else "levers.any") + " " + listing(locale, ways, apart=True) + "."
    )
    if found["extra_years"] is None:
        lines.append(say(locale, "levers.no_years"))
    return Notice("info", " ".join(lines))


def mix_words(result: Result, locale: str) -> str:
    """ "51% shares, 36% bonds, 13% cash", whole percents that sum to 100."""
    return group_words(_group_shares(result), locale)


def _group_shares(result: Result) -> dict[str, float]:
    shares: dict[str, float] = {}
    for holding in result["holdings"]:
        shares[holding["group"]] = shares.get(holding["group"], 0.0) + holding["weight"]
    return shares


def group_percent(result: Result, group: str) -> int:
    """The whole percent of a broad kind as the mix says it, so that one reply never rounds the same share in two ways."""
    return _group_percents(_group_shares(result)).get(group, 0)


def group_words(shares: dict[str, float], locale: str) -> str:
    """Shares of the broad kinds as whole percents that sum to 100."""
    counts = _group_percents(shares)
    return listing(
        locale, (f"{percent(locale, n / 100)} {say(locale, f'groups.{group}')}" for group, n in counts.items() if n)
    )


def _group_percents(shares: dict[str, float]) -> dict[str, int]:
    held = [group for group in _GROUPS if shares.get(group, 0.0) > 0]
    return dict(zip(held, _whole_percents([shares[group] for group in held]), strict=True))


def bad_year_words(result: Result, locale: str) -> str:
    """What a bad year could cost, in money."""
    return money(locale, bad_year_amounts(result)[0], result["currency"])


def bad_year_amounts(result: Result) -> tuple[Decimal, tuple[Decimal, Decimal]]:
    """The bad year in money to three digits, and two amounts that are clearly not it."""
    digits = minor_digits(result["currency"])
    right = roughly(result["bad_year"]["amount"], digits)
    stake = Decimal(str(result["bad_year"]["stake"]))
    if right < stake / 50:
        wrong = roughly(stake / 8, digits), roughly(stake / 3, digits)
    else:
        larger = roughly(about(right * Decimal("2.3"), 2), digits)
        larger = larger if larger < stake else roughly(about(right * Decimal("1.7"), 2), digits)
        wrong = roughly(about(right * Decimal("0.4"), 2), digits), larger
    if len({right, *wrong}) < 3:  # a few cents: the three would read alike
        unit = Decimal(1).scaleb(-digits)
        wrong = right + unit, right + 2 * unit
    return right, wrong


def glide_words(result: Result, locale: str) -> str:
    """How the part in shares falls towards the date; empty where it does not."""
    steps = result["glide"]
    shares = [step["equity"] for step in steps]
    if len(steps) < 2 or round(shares[0], 2) <= round(shares[-1], 2):
        return ""
    stays = next(i for i, share in enumerate(shares) if share == shares[-1])
    half = stays // 2
    middle = ""
    if half > 0 and round(shares[0], 2) > round(shares[half], 2) > round(shares[-1], 2):
        middle = say(locale, "glide.middle", share=percent(locale, shares[half]), time=span(locale, half))
    last = say(locale, "glide.last", share=percent(locale, shares[-1]), time=span(locale, stays))
    now = percent(locale, group_percent(result, "equity") / 100)
    return say(locale, "glide.falls", now=now, middle=middle, last=last)


def _whole_percents(shares: list[float]) -> list[int]:
    """Whole percents that sum to 100: the largest remainders are rounded up."""
    exact_shares = [Decimal(str(share)) * 100 for share in shares]
    floors = [value.to_integral_value(ROUND_FLOOR) for value in exact_shares]
    missing = 100 - int(sum(floors))
    order = sorted(range(len(shares)), key=lambda i: floors[i] - exact_shares[i])
    return [int(floor) + (1 if i in order[:missing] else 0) for i, floor in enumerate(floors)]
