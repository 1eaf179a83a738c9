"""Reading a turn as an investor does, and holding it against a line of a transcript."""

from __future__ import annotations

import re
from typing import Any

Turn = dict[str, Any]
Line = dict[str, Any]
RIGHT = "the right amount"


def words(turn: Turn) -> str:
    """All that a turn says in words, tables included."""
    lines = [block.get("text") or block.get("caption") or block.get("title") or "" for block in turn["blocks"]]
    cells = [str(cell) for block in turn["blocks"] for row in block.get("rows", []) for cell in row.values()]
    return "\n".join([*lines, *cells])


def slot(turn: Turn) -> str | None:
    """The open question, None if there is none."""
    return str(turn["expects"]["slot"]) if turn["expects"] else None


class Reader:
    """Follows the turns of one talk, and remembers what a bad year was said to cost."""

    def __init__(self) -> None:
        self._amount = ""

    def read(self, turn: Turn) -> None:
        """Take note of a turn."""
        self._amount = bad_year_amount(turn) or self._amount

    def choice(self, tapped: str | list[str], turn: Turn) -> str | list[str]:
        """The option that is meant: "the right amount" is the one that was said before."""
        if tapped != RIGHT:
            return tapped
        options = turn["expects"]["options"] if turn["expects"] else []
        return next(str(option["id"]) for option in options if option["label"] == self._amount)


def bad_year_amount(turn: Turn) -> str:
    """The amount of a bad year in the advisor's own words: in the plan's sentence, or in the correction of a wrong guess."""
    said = " ".join(block["text"] for block in turn["blocks"] if block["kind"] == "text")
    amount = re.search(r"(?:could cost|could lose|könnte etwa|könnte|etwa) (?:about |etwa )?\*\*([^*]+)\*\*", said)
    return amount.group(1) if amount else ""


def check(line: Line, turn: Turn, before: Turn | None, where: str) -> None:
    """What a line of a transcript demands of the turn that answers it.

    `asks`: the question that is open, None for none, "same" for the one before, down to its answers and its place. `says`,
    `never_says`: words. `once`: words that come exactly once. `table`, `chart`: what is shown, and `file` the kind of a file.
    `options`: answers that are offered. `words_at_most`: how many there may be. `differs` marks a line that is of the channel
    itself (where one is signed in), so that its words may differ from one to another.
    """
    where = f"{where}: {line}\n{words(turn)}"
    _check_question(line, turn, before, where)
    said = words(turn).casefold()
    for wanted in _listed(line.get("says")):
        assert wanted.casefold() in said, where
    for absent in _listed(line.get("never_says")):
        assert absent.casefold() not in said, where
    for single in _listed(line.get("once")):
        assert said.count(single.casefold()) == 1, where
    for kind in ("table", "chart"):
        shown = [block["name"] for block in turn["blocks"] if block["kind"] == kind]
        for wanted in _listed(line.get(kind)):
            assert wanted in shown, where
    if "file" in line:
        assert line["file"] in [block["media_type"] for block in turn["blocks"] if block["kind"] == "file"], where
    if "words_at_most" in line:
        spoken = " ".join(block["text"] for block in turn["blocks"] if block["kind"] == "text")
        assert len(spoken.split()) <= line["words_at_most"], where


def _check_question(line: Line, turn: Turn, before: Turn | None, where: str) -> None:
    if line.get("asks") == "same":
        assert before is not None, where
        assert turn["expects"] == before["expects"], where
    elif "asks" in line:
        assert slot(turn) == line["asks"], where
    if "options" in line:
        offered = [option["label"] for option in (turn["expects"] or {}).get("options", [])]
        assert set(_listed(line["options"])) <= set(offered), f"{where}\n{offered}"


def held(kept: dict[str, Any], state: dict[str, Any], where: str) -> None:
    """What the state must hold after a line (`keeps`): answers by question, None where there must be none."""
    for name, wanted in kept.items():
        answer = state["slots"].get(name)
        assert (None if answer is None else plain(answer["value"])) == wanted, f"{where}: {name} is {answer}"


def plain(value: Any) -> Any:
    """A stored answer as a transcript writes it: an amount or years as a number."""
    if isinstance(value, dict):
        return float(value["amount"] if "amount" in value else value["years"])
    return value


def anonymous(turn: Turn) -> Turn:
    """Ids of charts and files belong to their owner, a report to its plan; the order of the bad-year amounts to the plan's id."""
    blocks = []
    for block in turn["blocks"]:
        own = ("name", "size", "url") if block["kind"] == "file" else ("id", "svg_url", "png_url")
        blocks.append({key: value for key, value in block.items() if key not in own})
    expects = turn["expects"]
    if expects and expects["slot"] == "confirm_bad_year":
        expects = expects | {"options": sorted(option["label"] for option in expects["options"])}
    return {"blocks": blocks, "expects": expects}


def _listed(value: Any) -> list[str]:
    return [] if value is None else [str(item) for item in value] if isinstance(value, list) else [str(value)]
