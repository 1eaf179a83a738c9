"""Draw every flow as a chart of states into docs/flows.md, from the data that the engine runs on.

python scripts/draw_flows.py             write it
python scripts/draw_flows.py --check     say whether it is out of date
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from advisor.dialogue.flows import DoStep, Flow, SlotStep, load
from advisor.dialogue.frames import Action, FrameDefinition, definitions

DOCUMENT = Path(__file__).parents[1] / "docs" / "flows.md"
_PART = "full_scale"
_HEAD = """# The flows

Made by `python scripts/draw_flows.py` from `advisor/dialogue/flows/*.yaml`. A state is an open question. On an arrow into it stands
the condition under which it is asked (`when`) or left out (`unless`), by its name in `advisor/dialogue/conditions.py`. At every
question there are besides: "why?", "skip" (where there is a default), "back", any earlier answer changed, "stop", and every system
question below. [dialogue.md](dialogue.md) tells how these are executed.
"""


def drawn() -> str:
    """The whole document."""
    flow = load("first_plan")
    whole, part = _chart(_flow(flow, inner=False)), _chart(_flow(flow, inner=True))
    head = f"{_HEAD}\n## first_plan\n\n{whole}\n## {_PART}, a part of first_plan\n\n{part}"
    system = "\n## System questions\n\nEach lies over whatever is open; what is below it stays as it is.\n"
    frames = (f"\n### {asked.name} ({asked.pattern})\n\n{_chart(_frame(asked))}" for asked in definitions().values())
    return "".join((head, system, *frames))


def _chart(lines: Iterator[str]) -> str:
    body = "\n".join(f"    {line}" for line in lines)
    return f"```mermaid\nstateDiagram-v2\n{body}\n```\n"


def _flow(flow: Flow, *, inner: bool) -> Iterator[str]:
    """The questions in order, of the part or of all but the part; what is done between two of them is a state as well."""
    before = "[*]"
    for step in flow.steps:
        name = step.do if isinstance(step, DoStep) else step.slot
        in_part = isinstance(step, SlotStep) and step.when == "full_form"
        if in_part != inner:
            if in_part and before != _PART:
                yield f"{before} --> {_PART}: when full_form"
                before = _PART
            continue
        yield f"{before} --> {name}{_label(step)}"
        if isinstance(step, DoStep):
            yield f"{name}: do {name}"
        elif step.slot in flow.confirmations:
            yield f"{name}: {name} (confirmed)"
        before = name
    yield f"{before} --> [*]"


def _label(step: SlotStep | DoStep) -> str:
    if isinstance(step, DoStep):
        return ""
    said = [f"when {step.when}"] if step.when else []
    said += [f"unless {step.unless}"] if step.unless else []
    return f": {', '.join(said)}" if said else ""


def _frame(asked: FrameDefinition) -> Iterator[str]:
    yield f"[*] --> {asked.name}"
    for answer, actions in asked.answers.items():
        named = "any answer" if answer == "*" else answer
        yield f"{asked.name} --> [*]: {named} / {', '.join(map(_action, actions)) or 'nothing'}"
    if asked.skip:
        yield f"{asked.name} --> [*]: skip = {asked.skip}"
    if asked.otherwise == "stays":
        yield f"{asked.name} --> {asked.name}: anything else"
    else:
        yield f"{asked.name} --> [*]: another answer or order{' / say ' + asked.dropped if asked.dropped else ''}"
        yield f"{asked.name} --> {asked.name}: small talk, a question, repeat"


def _action(action: Action) -> str:
    kind, name = next(
        (kind, name) for kind, name in (("say", action.say), ("do", action.do), ("run", action.run)) if name
    )
    return f"{kind} {name}"


def main() -> int:
    """Write the document, or say that it is out of date (1)."""
    if "--check" in sys.argv[1:]:
        return 0 if DOCUMENT.is_file() and DOCUMENT.read_text("utf-8") == drawn() else 1
    DOCUMENT.write_text(drawn(), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
