"""The rule about access whose end is too far away to be of use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import ALICE, MFA, role, template, trust
from iamgen.iam.statements import ReadCondition
from iamgen.iam.template import Template

_LONGEST = timedelta(days=400)  # a year, and the time to renew it
_ENDS = ("datelessthan", "datelessthanequals")


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    latest = (facts.now or datetime.now(UTC)) + _LONGEST
    for document in template.documents:
        for statement in document.statements if document.kind != "boundary" else ():
            for condition in statement.conditions if statement.allows else ():
                end = _end(condition)
                if end and end > latest:
                    problem = f"{document.owner}: this ends on {end:%Y-%m-%d}, which is more than a year away"
                    yield Problem(condition.path, f"{problem}: let it end sooner, or grant it without an end")


def _end(condition: ReadCondition) -> datetime | None:
    """Return when a statement ends by a condition; None where it does not, or where the time is not written as one."""
    if condition.name != "aws:currenttime" or condition.test not in _ENDS:
        return None
    ends = []
    for value in condition.values:
        with suppress(ValueError):
            end = datetime.fromisoformat(value.text)
            ends.append(end if end.tzinfo else end.replace(tzinfo=UTC))
    return max(ends, default=None)


def _until(day: str) -> dict[str, object]:
    return {**MFA, "DateLessThan": {"aws:CurrentTime": f"{day}T00:00:00Z"}}


RULE = Rule(
    id="W172",
    name="far-end",
    level="warning",
    summary="An access ends more than a year from now",
    why=(
        "An end says that somebody needs access only for a while, and makes sure that it is not forgotten. An end "
        "that is years away is forgotten, although it looks like a limit in every list. Up to 400 days from now "
        "are fine: a year, and some time to renew the access."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws-dates.html",
    check=_check,
    good=(
        template(AppR=role(trust(ALICE, Condition=MFA))),
        template(AppR=role(trust(ALICE, Condition=_until("2026-12-31")))),
    ),
    bad=(template(AppR=role(trust(ALICE, Condition=_until("2099-01-01")))),),
)
