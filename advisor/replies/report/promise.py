"""What the plan holds, what it may become, what a bad year and the costs take, and what two simple mixes would do."""

from __future__ import annotations

from advisor.domain.chart import ChartSpec
from advisor.domain.reply import Table, Text
from advisor.replies import plan as plan_words
from advisor.replies import views
from advisor.replies.answers import span
from advisor.replies.chances import chance_words
from advisor.replies.format import estimate, money, month, number, percent
from advisor.replies.headline import Result, levers_notice, loss_sentence
from advisor.replies.reasons import told
from advisor.replies.report.parts import Parts, listed, rows_of
from advisor.replies.translated import all_translated, translated
from advisor.replies.wording import known, listing, say, say_in

_ABOUT_MIX = ("choice.", "wanted_return.")
_MOST_YEARS = 7


def mix(result: Result, locale: str) -> Parts:
    """The mix in money and as a picture, what each part is for and brings in risk, and which limits hold it."""
    currency = result["currency"]
    uses = (
        f"**{translated(h['name'], locale)}**: {say_in(locale, currency, 'purposes.' + h['class'])}"
        for h in result["holdings"]
    )
    limits = listed(say(locale, "report.plan.limits"), (_limit(name, result, locale) for name in result["binding"]))
    about_mix = [item for item in result["reasons"] if item["key"].startswith(_ABOUT_MIX)]
    return (
        plan_words.allocation_table(result, locale),
        plan_words.allocation_chart(result, locale),
        *listed(say(locale, "report.plan.capped"), told(about_mix, locale)),
        *(limits or (Text(say(locale, "report.plan.no_limits")),)),
        *listed(say(locale, "report.plan.uses"), uses),
        _risks(result, locale),
        *_glide(result, locale),
    )


def _limit(name: str, result: Result, locale: str) -> str:
    """A limit that the mix has reached; that of a single class is its share."""
    kind, currency = name.removeprefix("cap."), result["currency"]
    if known(locale, f"classes.{kind}"):
        share = sum(h["weight"] for h in result["holdings"] if h["class"] == kind)
        return say(locale, "limits.cap", part=say_in(locale, currency, f"classes.{kind}"), share=percent(locale, share))
    return say_in(locale, currency, f"limits.{name}") if known(locale, f"limits.{name}") else name


def _risks(result: Result, locale: str) -> Table:
    labels = (say(locale, "tables.part"), say(locale, "tables.share"), say(locale, "report.plan.risk"))
    rows = [
        (translated(h["name"], locale), percent(locale, h["weight"], 1), percent(locale, max(0.0, h["risk_share"]), 0))
        for h in result["holdings"]
    ]
    return rows_of("risks", say(locale, "report.plan.risks"), labels, rows, right=2)


def _glide(result: Result, locale: str) -> tuple[Table, ...]:
    """The part in shares by the years to go; nothing where it stays as it is."""
    steps = result["glide"]
    if len({round(step["equity"], 2) for step in steps}) < 2:
        return ()
    labels = (say(locale, "report.plan.when"), say(locale, "report.plan.shares"))
    rows = []
    for step in steps:
        time = span(locale, step["year"]) if step["year"] else ""
        when = say(locale, "report.plan.later", time=time) if time else say(locale, "report.plan.now")
        rows.append((when, percent(locale, step["equity"])))
    return (rows_of("glide", say(locale, "report.plan.glide"), labels, rows, right=1),)


def future(result: Result, locale: str) -> Parts:
    """The futures as a picture and in figures, the chance with its range, and what would raise it."""
    found, currency = result["projection"], result["currency"]
    lead = say(
        locale,
        "report.future.lead",
        paths=number(locale, found["paths"]),
        inflation=percent(locale, found["inflation"], 1),
    )
    said = [lead, say(locale, "report.future.waiting") if result["later"] else ""]
    if found["target"] is None:
        said.append(say(locale, "report.future.no_target"))
    else:
        target = money(locale, found["target"], currency)
        said.append(say(locale, "report.future.chance", chance=chance_words(found, locale), target=target))
        if found["required_real_return"] is not None:
            rate = percent(locale, found["required_real_return"], 1)
            said.append(say(locale, "report.future.needed", rate=rate))
    missing = levers_notice(result, locale)
    return (
        Text(" ".join(text for text in said if text)),
        plan_words.projection_chart(result, locale),
        _outcomes(result, locale),
        Text(say(locale, "report.future.spread")),
        *([missing] if missing else []),
    )


def _outcomes(result: Result, locale: str) -> Table:
    """Amounts at a handful of years, the first and the last among them."""
    found, currency = result["projection"], result["currency"]
    years = found["years"]
    last = len(years) - 1
    steps = min(last, _MOST_YEARS - 1)
    shown = sorted({round(i * last / steps) for i in range(steps + 1)}) if steps else [0]
    keys = ("when", "paid", "p10", "p50", "p90")
    labels = [say(locale, f"report.future.{key}") for key in keys]
    rows = []
    for i in shown:
        when = span(locale, years[i]) if years[i] else say(locale, "report.plan.now")
        amounts = (found["paid_in"][i], *(found["bands"][key][i] for key in keys[2:]))
        rows.append((when, *(estimate(locale, amount, currency) for amount in amounts)))
    return rows_of("outcomes", say(locale, "report.future.table"), labels, rows, right=4)


def bad_year(result: Result, locale: str) -> Parts:
    """A bad year in money, what it rests on, and the mix over the past."""
    bad = result["bad_year"]
    said = [loss_sentence(result, locale)]
    if bad["fraction"] > 0:
        said.append(say(locale, "report.bad_year.worse"))
        words = {"loss": percent(locale, bad["fraction"], 1)}
        if bad["basis"] == "history":
            words |= {name: month(locale, bad[name]) for name in ("from", "to")}
        said.append(say(locale, f"why_plan.bad_year_{bad['basis']}", **words))
    shown = tuple(block for block in views.history(result, locale, "") if isinstance(block, Table | ChartSpec))
    notes = told(result["history"]["notes"], locale)
    return (
        Text(" ".join(said)),
        *shown,
        *listed(say(locale, "history_view.honest"), notes),
        *(() if notes else (Text(say(locale, "history_view.honest")),)),
    )


def costs(result: Result, locale: str) -> Parts:
    """Costs of a year, of the whole term and of buying; the unknown is named and never a zero."""
    found, currency = result["costs"], result["currency"]
    names = {
        "yearly": say(locale, "report.costs.yearly"),
        "term": say(locale, "report.costs.term", time=span(locale, result["horizon_years"])),
        "purchase": say(locale, "report.costs.purchase"),
    }
    rows = []
    for key, name in names.items():
        amount, share = found[f"{key}_amount"], found.get(key)
        told_amount = say(locale, "tables.unknown") if amount is None else estimate(locale, amount, currency)
        rows.append((name, told_amount, "" if share is None else percent(locale, share, 2)))
    labels = [say(locale, f"report.costs.{key}") for key in ("what", "amount", "share")]
    unknown = sorted({*found["yearly_unknown"], *found["purchase_unknown"]})
    said = (
        [say(locale, "report.costs.unknown_for", names=listing(locale, all_translated(unknown, locale), apart=True))]
        if unknown
        else []
    )
    said.append(say(locale, "costs.taxes"))
    return (
        rows_of("costs", say(locale, "report.costs.table"), labels, rows, right=2),
        Text(" ".join(said)),
    )


def beside(result: Result, locale: str) -> Parts:
    """The plan beside equal parts and 60/40, by the same estimates and on the same picture."""
    shown = tuple(block for block in views.frontier(result, locale, "") if isinstance(block, ChartSpec))
    return (
        Text(f"{say(locale, 'report.beside.lead')} {say(locale, 'report.beside.what')}"),
        plan_words.comparison_table(result, locale),
        Text(say(locale, "compare.honest")),
        Text(say(locale, "frontier_view.lead")),
        *shown,
    )
