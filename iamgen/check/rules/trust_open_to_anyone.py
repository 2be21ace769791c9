"""The rule against a role that anybody with an AWS account may assume."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import ALICE, LAMBDA, MFA, role, template, trust
from iamgen.check.rules._principals import is_anyone, is_closed, trusts
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import Template

_WHO = "name the users, roles or accounts that may assume the role"


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document, statement in trusts(template):
        if statement.not_principals:
            path = statement.not_principals[0].value.path
            yield Problem(path, f"{document.owner} trusts everybody except those named by NotPrincipal: {_WHO}")
        for principal in filter(is_anyone, () if is_closed(statement) else statement.principals):
            yield Problem(principal.value.path, f"{document.owner} trusts {_everybody(statement)}: {_WHO}")


def _everybody(statement: ReadStatement) -> str:
    everybody = "everybody, in whatever AWS account"
    return f"{everybody}, save for its condition" if statement.conditions else everybody


RULE = Rule(
    id="E101",
    name="trust-open-to-anyone",
    level="error",
    summary="A trust policy's principal is everybody",
    why=(
        "Everybody who has an AWS account may assume the role. With a single condition this is still the most "
        "dangerous form: everything depends on this condition, and callers of the same account no longer need a "
        "permission of their own. Two conditions together are enough: one that says to whom the caller belongs "
        "(`aws:PrincipalOrgID`, `aws:PrincipalAccount`), and one that says who the caller is (`aws:PrincipalArn`)."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    check=_check,
    good=(
        template(ReadR=role(trust(ALICE, Condition=MFA))),
        template(NobodyR=role({**trust("*"), "Effect": "Deny"})),
        template(FunctionR=role(trust(LAMBDA))),
        template(
            AuditR=role(
                trust(
                    "*",
                    Condition={
                        "StringEquals": {"aws:PrincipalOrgID": "o-1"},
                        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/audit"},
                    },
                )
            )
        ),
    ),
    bad=(
        template(ReadR=role(trust("*"))),
        template(ReadR=role(trust({"AWS": ["*"]}))),
        template(ReadR=role(trust("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}))),
        template(ReadR=role({"Effect": "Allow", "NotPrincipal": ALICE, "Action": "sts:AssumeRole"})),
    ),
)
