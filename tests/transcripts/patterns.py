"""The transcripts, and which pattern of a conversation each shows in which part of a talk."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from tests.transcripts.given import ANSWERS, visitor_of

FOLDER = Path(__file__).parent
TRANSCRIPTS = sorted(path for path in FOLDER.rglob("*.yaml") if path != ANSWERS)

# The patterns in the order in which they are usually listed: of questions, of flows, of understanding, of service.
PATTERNS = (
    *("collect", "validate_slot", "correction", "skip_question"),
    *("cancel", "continue_interrupted", "completed", "restart", "session_start", "session_end"),
    *("clarification", "cannot_handle", "chitchat", "search", "repeat"),
    *("human_handoff", "satisfaction", "internal_error", "user_silence", "code_change", "busy"),
)
FLOWS = ("first plan", "all thirteen questions", "further goal", "plan in use", "later life", "frames")
ABSENT = (
    "collect, validate_slot: a plan in use asks nothing of its own, and a system question is answered or left.",
    "skip_question, completed, satisfaction: come at the end of a plan, which the thirteen questions are only a part of.",
    "code_change: a state of the version before is the same in every part; half an answer, the check and two goals differ.",
    "any other: what comes over an open question is the same for every question, and the walk below holds it at each.",
)


@cache
def catalogued() -> tuple[tuple[str, str, str], ...]:
    """Pattern, part of the talk and language of every transcript that is of one pattern."""
    found = []
    for path in TRANSCRIPTS:
        transcript = yaml.safe_load(path.read_text("utf-8"))
        if "pattern" in transcript:
            language = visitor_of(transcript)["locale"].partition("-")[0]
            found.append((transcript["pattern"], transcript["flow"], language))
    return tuple(found)
