"""The report as a whole: its order, its title and what stands on every page."""

from __future__ import annotations

from advisor.domain.documents import Issuer, Report, Section
from advisor.domain.plan import Plan
from advisor.replies import plan as plan_words
from advisor.replies.format import day
from advisor.replies.host import in_words
from advisor.replies.report import basis, payments, person, promise
from advisor.replies.report.parts import Parts
from advisor.replies.wording import say

_SHORT_ID = 8


def compose(plan: Plan, issuer: Issuer, locale: str) -> Report:
    """The report of a stored plan, dated with the plan. It leaves out the plan's status, which changes: the report does not.

    A section of which the plan has nothing to say is left out.
    """
    made = day(locale, plan.created_at.date())
    parts: tuple[tuple[str, Parts], ...] = (
        ("short", person.in_short(plan.result, locale)),
        ("issuer", person.who(issuer, locale)),
        ("answers", person.answers(plan, locale)),
        ("profile", person.profile(plan.result, locale)),
        ("plan", promise.mix(plan.result, locale)),
        ("before", payments.before(plan.result, locale)),
        ("future", promise.future(plan.result, locale)),
        ("after", payments.after(plan.result, locale)),
        ("bad_year", promise.bad_year(plan.result, locale)),
        ("costs", promise.costs(plan.result, locale)),
        ("beside", promise.beside(plan.result, locale)),
        ("method", basis.method(plan.result, locale)),
        ("sources", basis.sources(plan.result, locale)),
        ("limits", basis.limits(locale)),
        ("record", basis.record(plan, locale)),
    )
    return Report(
        title=say(locale, "report.title"),
        subtitle=say(locale, "report.subtitle", plan=plan.id[:_SHORT_ID], day=made),
        author=in_words("operator", issuer.operator, locale),
        subject=say(locale, "report.subject", day=made),
        locale=locale,
        issued=plan.created_at,
        sections=tuple(Section(say(locale, f"report.sections.{name}"), blocks) for name, blocks in parts if blocks),
        footer=say(
            locale,
            "report.footer",
            operator=in_words("operator", issuer.operator, locale),
            licence=in_words("licence", issuer.licence, locale),
        ),
        page=say(locale, "report.page", page="{page}", pages="{pages}"),
        unknown=say(locale, "report.unknown"),
        watermark=plan_words.watermark(plan.result, locale),
    )


def file_name(plan: Plan, locale: str) -> str:
    """What the file is called: the day the plan was made and the beginning of its id, so that two plans of a day are told apart."""
    return f"{say(locale, 'report.file')}-{plan.created_at.date().isoformat()}-{plan.id[:_SHORT_ID]}.pdf"
