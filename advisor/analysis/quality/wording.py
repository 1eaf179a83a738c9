"""Findings in words, for operators."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.domain.bars import Finding, FindingKind, Treatment

_NAMES: Mapping[FindingKind, str] = {
    FindingKind.GAP: "Missing sessions",
    FindingKind.STALE_RUN: "Prices that stood still",
    FindingKind.UNADJUSTED_SPLIT: "A split not in the prices",
    FindingKind.SCALE_BREAK: "Prices on another scale",
    FindingKind.NEGATIVE_PRICE: "Negative prices",
    FindingKind.PHANTOM_SESSION: "Bars on days without a session",
    FindingKind.DUPLICATE_DATE: "Repeated days",
    FindingKind.MIXED_ADJUSTMENT: "Close and adjusted close do not fit",
    FindingKind.IMPOSSIBLE_BAR: "Bars that contradict themselves",
    FindingKind.MISSING_PRICE: "Missing prices",
    FindingKind.PRICE_LIMIT: "Moves beyond the daily limit",
    FindingKind.SURVIVORSHIP: "Survivors only",
}
_TREATMENTS: Mapping[Treatment, str] = {
    Treatment.KEPT: "kept as it is",
    Treatment.REPAIRED: "repaired",
    Treatment.REFUSED: "not stored",
}


def describe(finding: Finding) -> str:
    """One sentence: what is wrong, when, on how many days (instruments, for survivorship), why, and what was done."""
    when = str(finding.first) if finding.first == finding.last else f"{finding.first} to {finding.last}"
    noun = "instrument" if finding.kind is FindingKind.SURVIVORSHIP else "day"
    count = f"{finding.count:,} {noun}{'' if finding.count == 1 else 's'}"
    done = _TREATMENTS[finding.treatment]
    if finding.factor is not None:
        done += f", prices multiplied by {finding.factor:.6g}"
    return f"{_NAMES[finding.kind]}, {when} ({count}): {finding.detail}; {done}."
