"""The rule about a principal with a wildcard, which IAM does not treat as a pattern."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import ALICE, MFA, role, template, trust
from iamgen.iam.template import Template

_CONDITION = "name each one, or the account with an ArnLike condition on aws:PrincipalArn"


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        for statement in document.statements:
            for principal in (*statement.principals, *statement.not_principals):
                text = principal.value.shape
                if text != "*" and ("*" in text or "?" in text):
                    problem = f"IAM takes no wildcard for part of a principal: {principal.value.text}"
                    yield Problem(principal.value.path, f"{problem}; {_CONDITION}")


RULE = Rule(
    id="E103",
    name="wildcard-in-principal",
    level="error",
    summary="A principal has a wildcard in its name",
    why=(
        "IAM refuses such a policy, and the stack's update fails. A pattern of names is only possible in a "
        "condition: use the account as principal, and `ArnLike` on `aws:PrincipalArn`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    check=_check,
    good=(
        template(ReadR=role(trust(ALICE, Condition=MFA))),
        template(NobodyR=role({**trust({"AWS": "*"}), "Effect": "Deny"})),
    ),
    bad=(
        template(ReadR=role(trust({"AWS": "arn:aws:iam::111111111111:user/*"}, Condition=MFA))),
        template(ReadR=role(trust({"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/app-*"}}))),
        template(ReadR=role(trust({"Service": "*.amazonaws.com"}))),
    ),
)
