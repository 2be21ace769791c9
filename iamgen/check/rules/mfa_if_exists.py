"""The rule about a condition on MFA that is true for requests without any MFA key."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import ALICE, MFA, role, template, trust
from iamgen.check.rules._principals import demands_mfa, is_loose_mfa, trusts
from iamgen.iam.template import Template


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document, statement in trusts(template):
        if not demands_mfa(document, statement):
            for condition in filter(is_loose_mfa, statement.conditions):
                problem = (
                    f"{condition.operator} {condition.key} in {document.owner}'s trust policy is also true without MFA"
                )
                why = "long-lived access keys do not send the key"
                yield Problem(condition.path, f"{problem}: {why}; write Bool aws:MultiFactorAuthPresent = true")


_LOOSE = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}

RULE = Rule(
    id="E109",
    name="mfa-if-exists",
    level="error",
    summary="A trust policy's condition on MFA is also true for requests without MFA",
    why=(
        "Requests that are signed with long-lived access keys do not contain `aws:MultiFactorAuthPresent`, and "
        "`…IfExists`, `ForAllValues:` and `Null` are true for a key that is absent. In an Allow, only `Bool` makes "
        "sure that MFA was used. `BoolIfExists` … `false` is right in a Deny."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    check=_check,
    good=(
        template(ReadR=role(trust(ALICE, Condition=MFA))),
        template(
            ReadR=role(
                trust(ALICE, Condition=MFA),
                {
                    **trust("*"),
                    "Effect": "Deny",
                    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
                },
            )
        ),
    ),
    bad=(
        template(ReadR=role(trust(ALICE, Condition=_LOOSE))),
        template(ReadR=role(trust(ALICE, Condition={"Null": {"aws:MultiFactorAuthPresent": "false"}}))),
        template(ReadR=role(trust(ALICE, Condition={"NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "3600"}}))),
        template(ReadR=role(trust(ALICE, Condition={"ForAllValues:Bool": {"aws:MultiFactorAuthPresent": "true"}}))),
    ),
)
