"""Why there is so much or so little of one kind in a plan, and how large the risk of the whole is: the plan's own figures."""

from __future__ import annotations

from typing import Any

from advisor.domain.chart import ChartSpec
from advisor.domain.market import AssetClass
from advisor.domain.reply import Block, Text
from advisor.replies.answers import headed
from advisor.replies.explain import limit_words, parts_table
from advisor.replies.format import percent
from advisor.replies.headline import Result, group_percent, loss_sentence
from advisor.replies.reasons import told
from advisor.replies.source import source_line
from advisor.replies.wording import known, say, say_in

Shown = tuple[Block | ChartSpec, ...]

LEFT_OUT = "left_out"
"""What is said with the names of a part that the investor wished to leave out."""

_SPLIT = frozenset({"equity", "bond", "cash"})
# What decides between shares and what is calmer.
_DECIDING = ("choice.", "budget.", "ceiling.", "save_first.", "wanted_return.")
# Which class a limit holds down, where its name says it by other words than the class's own.
_HELD_DOWN: dict[str, frozenset[str]] = {
    "cap.gold_and_commodities": frozenset({"gold", "silver", "commodities"}),
    "ratio.developed_to_us": frozenset({"developed_equity"}),
    "ratio.emerging_to_us": frozenset({"emerging_equity"}),
    "ratio.emerging_to_world": frozenset({"emerging_equity"}),
    "ratio.home_to_world": frozenset({"home_equity"}),
    "ratio.mid_to_home": frozenset({"home_mid_equity"}),
    "ratio.foreign_to_home": frozenset({"foreign_equity"}),
    "ratio.long_to_medium": frozenset({"treasury_long"}),
    "ratio.real_estate_to_equity": frozenset({"real_estate"}),
}
_STILL = 0.005  # a yearly swing below this is not worth a sentence


def part(result: Result, locale: str, argument: str) -> Shown:
    """The share of money and of risk of the kinds named, what holds them down or decides on them, and each one's purpose."""
    named = argument.split()
    kinds = [name for name in named if known(locale, f"groups.{name}") or name in set(AssetClass)]
    if not kinds:
        return (Text(f"{say(locale, 'part.which')} {source_line(result, locale)}"),)
    held = [item for item in result["holdings"] if {item["class"], item["group"]} & set(kinds)]
    lines = [_share(kinds[0], held, result, locale)]
    if not held and LEFT_OUT in named:
        lines.append(say(locale, "part.left_out"))
    else:
        group = _group(kinds[0])
        lines.append(say(locale, f"part.role.{group}"))
        limits = [limit_words(name, result, locale) for name in result["binding"] if _concerns(name, kinds)]
        reasons = _deciding(result, locale) if group in _SPLIT else []
        lines += [*limits, *reasons] or ([] if held else [say(locale, "part.no_place")])
    table = (parts_table(result, locale, held),) if held else ()
    said = "\n".join(f"- {line}" if n else line for n, line in enumerate(lines))
    return (Text(f"{said}\n\n{source_line(result, locale)}"), *table)


def risk(result: Result, locale: str, _argument: str) -> Shown:
    """How much risk the plan takes: in a word, in money for a bad year, and as a usual year's swing."""
    lines = [say(locale, "my_risk.word", word=say(locale, f"words.{result['profile']['word']}"))]
    lines.append(loss_sentence(result, locale))
    if result["volatility"] >= _STILL:
        lines.append(say(locale, "my_risk.swing", swing=percent(locale, result["volatility"], 1)))
    lines += [say(locale, "my_risk.more"), source_line(result, locale)]
    return (Text(" ".join(lines)),)


def _share(kind: str, held: list[dict[str, Any]], result: Result, locale: str) -> str:
    """The part with its share of the money and of the ups and downs."""
    key = f"groups.{kind}"
    name = say(locale, key) if known(locale, key) else say_in(locale, result["currency"], f"classes.{kind}")
    money, swings = (sum(item[key] for item in held) for key in ("weight", "risk_share"))
    if held and held == [item for item in result["holdings"] if item["group"] == held[0]["group"]]:
        money = group_percent(result, held[0]["group"]) / 100  # as the mix is said
    values = {"share": percent(locale, money), "risk": percent(locale, max(0.0, swings))}
    return say(locale, "part.share" if held else "part.none", part=headed(name), **values)


def _group(kind: str) -> str:
    return AssetClass(kind).group.value if kind in set(AssetClass) else kind


def _concerns(limit: str, kinds: list[str]) -> bool:
    """Whether a limit holds down one of the kinds; a broad kind is concerned by the limits of its classes."""
    classes = _HELD_DOWN.get(limit, frozenset({limit.removeprefix("cap.")}))
    return any(item in kinds or (item in set(AssetClass) and _group(item) in kinds) for item in classes)


def _deciding(result: Result, locale: str) -> list[str]:
    return told([reason for reason in result["reasons"] if reason["key"].startswith(_DECIDING)], locale)
