"""The choice questions, loaded from `questions.yaml` and `full_scale.yaml`: options, scores and wording are data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from advisor.domain.errors import InvalidInput
from advisor.domain.reply import Option

RISK_SLOTS = ("risk_1", "risk_2", "risk_3", "risk_4", "risk_5")
"""The short form."""

SCALE_SLOTS = tuple(f"scale_{number}" for number in range(1, 14))
"""The full scale, in the order of Grable and Lytton's topics."""

_FILES = ("questions.yaml", "full_scale.yaml")


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """One choice question in one language.

    `scores` maps option ids to 0..1 (1 = most room or wish for risk) and is empty where the answer is not scored. `points` are
    those of the full scale's key, empty elsewhere; their scores are (points - 1) / (most - 1). `default` is the option a skipped
    question counts as, None where it cannot be skipped. `multiple` allows several options.
    """

    slot: str
    text: str
    why: str
    options: tuple[Option, ...]
    scores: Mapping[str, float]
    default: str | None
    multiple: bool = False
    points: Mapping[str, int] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """Option ids in the order shown."""
        return tuple(option.id for option in self.options)

    def score(self, option_id: str) -> float:
        """Score (0..1) of an option.

        Raises:
            InvalidInput: if the question has no such option, or is not scored.
        """
        if option_id not in self.scores:
            raise InvalidInput(f"There is no answer {option_id!r} to this question.", field=self.slot)
        return self.scores[option_id]


@cache
def load(locale: str = "en") -> Mapping[str, ChoiceQuestion]:
    """The questions by slot, in the order of the files, worded in `locale`.

    A regional tag falls back to its language ("en-GB" to "en").

    Raises:
        InvalidInput: if there is no wording in that language.
    """
    raw = _raw()
    language = locale.replace("_", "-").split("-")[0].lower()
    if language == "slots" or language not in raw:
        raise InvalidInput(f"There are no questions in the language {locale!r}.", field="locale")
    words = raw[language]
    return MappingProxyType({slot: _question(slot, body, words[slot]) for slot, body in raw["slots"].items()})


def score(slot: str, option_id: str) -> float:
    """Score (0..1) of an option; the same in every language.

    Raises:
        InvalidInput: if the question has no such option, or is not scored.
    """
    return load()[slot].score(option_id)


@cache
def _raw() -> dict[str, Any]:
    """Both files as one: the slots in their order, and a block of wording per language."""
    merged: dict[str, Any] = {}
    for name in _FILES:
        content = yaml.safe_load(files(__package__).joinpath(name).read_text("utf-8"))
        for block, entries in content.items():
            merged.setdefault(block, {}).update(entries)
    return merged


def _question(slot: str, body: dict[str, Any], words: dict[str, Any]) -> ChoiceQuestion:
    points = body.get("points", {})
    listed = body.get("options") or {key: (value - 1) / (max(points.values()) - 1) for key, value in points.items()}
    options = tuple(
        Option(key, words["options"][key]["label"], words["options"][key].get("hint", "")) for key in listed
    )
    scores = MappingProxyType(dict(listed) if isinstance(listed, dict) else {})
    return ChoiceQuestion(
        slot=slot,
        text=words["question"],
        why=words["why"],
        options=options,
        scores=scores,
        default=body.get("default"),
        multiple=body.get("multiple", False),
        points=MappingProxyType(dict(points)),
    )
