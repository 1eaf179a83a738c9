"""What is wrong with daily bars and what is done about it: one rule a file, all of them in `check`. See docs/data-quality.md."""

from advisor.analysis.quality.check import RULES, check
from advisor.analysis.quality.joining import joined, longest
from advisor.analysis.quality.rescale import take_back
from advisor.analysis.quality.restatement import restated
from advisor.analysis.quality.rule import Checked, Context, Rule
from advisor.analysis.quality.survivorship import survivorship
from advisor.analysis.quality.wording import describe

__all__ = [
    "RULES",
    "Checked",
    "Context",
    "Rule",
    "check",
    "describe",
    "joined",
    "longest",
    "restated",
    "survivorship",
    "take_back",
]
