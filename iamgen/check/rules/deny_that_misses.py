"""The rule about a Deny whose condition is false for exactly the requests for which it is meant."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import allow, policy, template
from iamgen.iam.statements import ReadCondition
from iamgen.iam.template import Template

_MFA = "aws:multifactorauthpresent"


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        for statement in document.statements:
            present = {condition.name for condition in statement.conditions if _demands_key(condition)}
            for condition in () if statement.allows else statement.conditions:
                problem = "" if condition.name in present else _problem(condition)
                if problem:
                    yield Problem(condition.path, f"{document.owner}'s Deny by {condition.operator} {problem}")


def _demands_key(condition: ReadCondition) -> bool:
    """Return whether a condition says that the key is there, so that the Deny is meant for such requests only."""
    return condition.test == "null" and any(value.text.lower() == "false" for value in condition.values)


def _problem(condition: ReadCondition) -> str:
    if condition.holds_without_key:
        return ""
    is_false = any(value.text.lower() == "false" for value in condition.values)
    if condition.name == _MFA and condition.test in ("bool", "stringequals") and is_false:
        return f"{condition.key} spares long-lived access keys, which do not send the key: write BoolIfExists"
    if condition.operator.lower().startswith("foranyvalue:") and "not" in condition.test:
        return f"spares requests without {condition.key}: add a Deny with Null {condition.key} = true"
    return ""


def _deny(**operators: object) -> dict[str, object]:
    return {**allow("*"), "Effect": "Deny", "Condition": operators}


RULE = Rule(
    id="W142",
    name="deny-that-misses",
    level="warning",
    summary=(
        "The condition of a Deny is false for requests that do not have the key, although the Deny is meant for them"
    ),
    why=(
        "If a request does not have the key of a condition, the condition is false, and the Deny does nothing. "
        "Requests with long-lived access keys do not contain `aws:MultiFactorAuthPresent`, so only `BoolIfExists` "
        "… `false` denies requests without MFA. `ForAnyValue:` with a negation is false for a request without any "
        "value, such as a request without tags."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    check=_check,
    good=(
        template(GuardP=policy(_deny(BoolIfExists={"aws:MultiFactorAuthPresent": "false"}))),
        template(GuardP=policy(_deny(**{"ForAllValues:StringNotEquals": {"aws:TagKeys": "team"}}))),
        template(GuardP=policy(_deny(StringNotEquals={"aws:RequestedRegion": "eu-west-1"}))),
        template(
            GuardP=policy(
                _deny(Bool={"aws:MultiFactorAuthPresent": "false"}, Null={"aws:MultiFactorAuthPresent": "false"})
            )
        ),
    ),
    bad=(
        template(GuardP=policy(_deny(Bool={"aws:MultiFactorAuthPresent": "false"}))),
        template(GuardP=policy(_deny(**{"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["team"]}}))),
    ),
)
