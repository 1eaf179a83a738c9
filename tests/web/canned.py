"""Canned turns of the stand-in advisor: one question of every kind, and a plan with every kind of block."""

from __future__ import annotations

from typing import Any

GREETING = (
    "Hello. I am SmartInvest. I help you to think about a money plan.\n\n"
    "**Educational, not licensed advice.** The software is open source and earns no commission.\n\n"
    "- I never ask for money, codes, wallets or passwords.\n- I never trade."
)


def _options(*labels: str) -> list[dict[str, str]]:
    return [{"id": label.lower().replace(" ", "_").replace(",", ""), "label": label} for label in labels]


def _question(slot: str, kind: str, question: str, **more: Any) -> dict[str, Any]:
    return {"slot": slot, "kind": kind, "question": question, "skippable": slot not in {"goal", "horizon"}, **more}


_GOALS = _options("Retirement", "A home", "Education", "Something big to buy", "Grow my money")
_YES_NO = [{"id": "yes", "label": "Yes"}, {"id": "no", "label": "No, change it"}]
_RISK = [
    {"id": "sell", "label": "Sell everything", "hint": "I could not sleep."},
    {"id": "wait", "label": "Wait and see"},
    {"id": "buy", "label": "Buy a little more", "hint": "It is cheaper now."},
]
QUESTIONS: list[dict[str, Any]] = [
    _question("goal", "choice", "What is the money for?", options=_GOALS, example="Retirement"),
    _question("horizon", "duration", "When do you need it?", example="10 years"),
    _question("initial_amount", "money", "How much can you put in **now**?", example="$5,000"),
    _question("debt", "percent", "What rate does your dearest debt cost?", example="4 %"),
    _question("emergency_fund", "number", "How many months of spending have you put aside?", example="3"),
    _question("born", "date", "When were you born?", example="1 May 1980"),
    _question(
        "risk_1", "choice", "Shares fall by a fifth in a month. What do you do?", options=_RISK, example="Wait and see"
    ),
    _question(
        "exclusions",
        "multichoice",
        "Is there anything you do not want to own?",
        options=_options("None", "Gold", "Oil", "Shares"),
        example="none",
    ),
    _question("note", "text", "Is there anything else I should know?", example="I may move abroad"),
    _question("confirm_summary", "confirm", "Is this right?", options=_YES_NO, example="yes"),
]
for _number, _item in enumerate(QUESTIONS, 1):
    _item |= {"step": _number, "steps": len(QUESTIONS)}

CHART = """<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="800" viewBox="0 0 1280 800">
<rect width="1280" height="800" fill="#fff"/>
<g fill="none" stroke-width="120"><circle cx="420" cy="400" r="230" stroke="#0072B2" stroke-dasharray="720 1445"/>
<circle cx="420" cy="400" r="230" stroke="#E69F00" stroke-dasharray="430 1445" stroke-dashoffset="-720"/>
<circle cx="420" cy="400" r="230" stroke="#009E73" stroke-dasharray="295 1445" stroke-dashoffset="-1150"/></g>
<g font-family="sans-serif" font-size="46" fill="#222"><text x="800" y="300">Shares 50 %</text>
<text x="800" y="400">Bonds 30 %</text>
<text x="800" y="500">Cash 20 %</text></g></svg>"""


def _chart(owner: str, name: str, title: str, alt: str, data: dict[str, Any]) -> dict[str, Any]:
    root = f"/api/v1/chat/charts/{owner}-{name}"
    return {
        "kind": "chart",
        "id": f"{owner}-{name}",
        "name": name,
        "title": title,
        "alt": alt,
        "svg_url": f"{root}.svg",
        "png_url": f"{root}.png",
    } | {"data": data}


def plan_blocks(owner: str) -> list[dict[str, Any]]:
    """The plan: every kind of block once, pictures that belong to `owner`."""

    def row(name: str, share: float, amount: str, cost: float | None) -> dict[str, Any]:
        return {"name": name, "share": share, "amount": {"amount": amount, "currency": "USD"}, "cost": cost}

    slices = [
        ["US shares", 0.35, "equity"],
        ["World shares", 0.15, "equity"],
        ["Treasuries", 0.3, "bond"],
        ["Cash", 0.2, "cash"],
    ]
    fan = {
        "kind": "fan",
        "years": [0.0, 5.0, 10.0],
        "bands": {"p10": [5000, 9100.4, 15200], "p50": [5000, 11800, 21900], "p90": [5000, 15200.6, 32400]},
        "paid_in": [5000, 11000, 17000],
        "currency": "USD",
        "target": 20000.0,
    }
    return [
        {
            "kind": "text",
            "text": "Here is your plan. It is **calm**: half in shares.\n\nIn a bad year it could lose $900.",
        },
        _chart(
            owner,
            "allocation",
            "The mix",
            "US shares 35 %, world shares 15 %, Treasuries 30 %, cash 20 %.",
            {"kind": "donut", "slices": slices},
        ),
        _chart(
            owner, "projection", "How it may grow", "After 10 years: middle $21,900, 10 in 100 end below $15,200.", fan
        ),
        {
            "kind": "table",
            "name": "allocation",
            "caption": "The mix in money",
            "columns": [
                {"id": "name", "label": "What", "type": "text"},
                {"id": "share", "label": "Share", "type": "percent"},
                {"id": "amount", "label": "Amount", "type": "money"},
                {"id": "cost", "label": "Cost", "type": "percent", "unit": "per year"},
            ],
            "rows": [
                row("US shares", 0.35, "1750.00", 0.0003),
                row("World shares", 0.15, "750.00", 0.0008),
                row("Treasuries, 2 to 10 years", 0.3, "1500.00", None),
                row("Cash", 0.2, "1000.55", None),
            ],
        },
        {
            "kind": "notice",
            "level": "warning",
            "text": "Sample data: real daily prices to 1 July 2016. This is a rehearsal.",
        },
        {"kind": "notice", "level": "error", "text": "Yahoo did not answer. Stored prices are used."},
        {
            "kind": "file",
            "name": "plan.pdf",
            "media_type": "application/pdf",
            "size": 184320,
            "url": f"/api/v1/chat/charts/{owner}-report.pdf",
        },
        {"kind": "link", "label": "What a bond is", "url": "https://example.com/bond"},
        {"kind": "link", "label": "A bad link", "url": "javascript:alert(1)"},
        {
            "kind": "choices",
            "prompt": "What next?",
            "options": _options("Why", "What if", "Compare"),
            "multiple": False,
        },
    ]
