"""Questions about the investor's own plan that name a part of it: "why so many bonds?". Pure."""

from __future__ import annotations

from advisor.dialogue import commands as c
from advisor.dialogue.nlu.choices import match_options
from advisor.dialogue.nlu.slots import slot_words
from advisor.dialogue.state import State
from advisor.domain.market import AssetClass
from advisor.domain.reply import Option
from advisor.replies.part import LEFT_OUT

PART = "plan_part"


def part_asked(topic: str, state: State) -> c.Show | None:
    """The view of the part that a topic names, and whether the investor left it out; None where it names no kind of investment."""
    ids = slot_words(state.locale).exclusion_ids
    options = tuple(Option(item, item.replace("_", " ")) for item in ids)
    match = match_options(topic, options, multiple=True, slot="exclusions", locale=state.locale)
    if match is None or not match.ids or match.how == "number":
        return None
    left_out = set(state.value("exclusions") or ())
    wished = all(left_out & _covering(kind) for kind in match.ids)
    return c.Show(PART, " ".join((*match.ids, *((LEFT_OUT,) if wished else ()))))


def _covering(kind: str) -> set[str]:
    """A kind and the broader one it belongs to."""
    return {kind, AssetClass(kind).group.value} if kind in set(AssetClass) else {kind}
