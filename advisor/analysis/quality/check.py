"""All rules, in their order."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.analysis.quality.adjustment import adjustment
from advisor.analysis.quality.duplicates import duplicates
from advisor.analysis.quality.excursions import excursions
from advisor.analysis.quality.gaps import gaps
from advisor.analysis.quality.impossible import impossible
from advisor.analysis.quality.levels import levels
from advisor.analysis.quality.limits import limits
from advisor.analysis.quality.listed_splits import listed_splits
from advisor.analysis.quality.missing import missing
from advisor.analysis.quality.negative import negative
from advisor.analysis.quality.phantoms import phantoms
from advisor.analysis.quality.rule import Checked, Context, Rule
from advisor.analysis.quality.stale import stale
from advisor.domain.bars import Bars, DailyLimit, Finding
from advisor.domain.market import Dates

# The order matters. Days are put in order first; then what is no price at all goes, then what no session made, so that jumps are
# measured between true closes. Listed splits explain jumps before others are looked for; a few days off are refused
# before lasting levels are judged by them. Daily limits, gaps and adjustment are judged on what remains.
RULES: tuple[Rule, ...] = (
    duplicates,
    missing,
    negative,
    phantoms,
    impossible,
    stale,
    excursions,
    listed_splits,
    levels,
    limits,
    gaps,
    adjustment,
)


def check(
    bars: Bars, sessions: Dates | None, rules: Sequence[Rule] = RULES, *, daily_limits: Sequence[DailyLimit] = ()
) -> Checked:
    """Bars that may be stored, and everything found on the way, in the order of the rules.

    Args:
        bars: as a source gave them; days may repeat and be out of order here, and nowhere after.
        sessions: the days on which the exchange was open, ascending, best with a week to spare on both sides: days outside of their
            span are not judged. None where the exchange is unknown: then only weekends and long gaps are judged.
        rules: the rules to apply, all by default.
        daily_limits: how far the exchange lets this instrument move in a day, ascending by `since`; none by default.

    No bar is ever filled in. Repairs by scale are taken back by `take_back`, the last finding first.
    """
    context = Context(sessions, tuple(daily_limits))
    findings: list[Finding] = []
    for rule in rules:
        bars, found = rule(bars, context)
        findings.extend(found)
    return Checked(bars, tuple(findings))
