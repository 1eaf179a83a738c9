"""What is wrong with daily bars and what is done about it: one rule a file, all of them in `check`. See docs/data-quality.md."""

from advisor.analysis.quality.check import RULES, check
from advisor.analysis.quality.joining import joined, longest, mends_past
from advisor.analysis.quality.rescale import take_back
from advisor.analysis.quality.restatement import continues, restated
from advisor.analysis.quality.rule import Checked, Context, Rule
from advisor.analysis.quality.survivorship import survivorship
from advisor.analysis.quality.wording import describe

__all__ = [
    "RULES",
    "Checked",
    "Context",
    "Rule",
    "check",
    "continues",
    "describe",
    "joined",
    "longest",
    "mends_past",
    "restated",
    "survivorship",
    "take_back",
]
