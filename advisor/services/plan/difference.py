"""Two plans side by side: what differs between their results, and which answers made it so. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.services.plan.basis import Json

_FIGURES = ("expected_return", "volatility", "cvar")


def difference(first: Json, second: Json, inputs: tuple[Json, Json] | None = None) -> Json:
    """What the second plan's result has more or less than the first's.

    `weights` holds, by symbol, [first, second, change] of every holding of either, largest change first; `figures` the same for
    expected return, volatility, CVaR, chance, the bad year (fraction, and money where both are in one currency), yearly costs and
    the middle outcome; None where a plan has no such figure. `inputs` are the stored answers, of which those that differ are
    named with both values; without them what the results tell.
    """
    same_money = first["currency"] == second["currency"]
    figures = {name: _change(first[name], second[name]) for name in _FIGURES}
    figures["chance"] = _change(first["projection"]["chance"], second["projection"]["chance"])
    figures["bad_year"] = _change(first["bad_year"]["fraction"], second["bad_year"]["fraction"])
    figures["yearly_cost"] = _change(first["costs"]["yearly"], second["costs"]["yearly"])
    money = {
        "bad_year": (first["bad_year"]["amount"], second["bad_year"]["amount"]),
        "yearly_cost": (first["costs"]["yearly_amount"], second["costs"]["yearly_amount"]),
        "middle": tuple(item["projection"]["bands"]["p50"][-1] for item in (first, second)),
    }
    return {
        "currencies": [first["currency"], second["currency"]],
        "weights": _weights(first["weights"], second["weights"]),
        "figures": figures,
        "money": {name: _change(*pair) for name, pair in money.items()} if same_money else None,
        "inputs": _inputs(*(inputs or (_told(first), _told(second)))),
        "same_market": first["source"]["last"] == second["source"]["last"],
    }


def _weights(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, list[float]]:
    pairs = {symbol: (first.get(symbol, 0.0), second.get(symbol, 0.0)) for symbol in sorted({*first, *second})}
    order = sorted(pairs, key=lambda symbol: (-abs(pairs[symbol][1] - pairs[symbol][0]), symbol))
    return {symbol: [*pairs[symbol], round(pairs[symbol][1] - pairs[symbol][0], 4)] for symbol in order}


def _change(first: float | None, second: float | None) -> list[float | None]:
    return [first, second, None if first is None or second is None else second - first]


def _inputs(first: Json, second: Json) -> dict[str, list[object]]:
    names = sorted({*first, *second})
    return {name: [first.get(name), second.get(name)] for name in names if first.get(name) != second.get(name)}


def _told(result: Json) -> Json:
    """What a result says of its answers."""
    told: Json = {
        name: result[name] for name in ("goal", "currency", "horizon_years", "debt_rate", "save_first", "stake")
    }
    return told | {"target": result["projection"]["target"]}
