"""The rule about wildcards under an operator that compares letter by letter, such as StringEquals."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import allow, policy, role, template, trust
from iamgen.iam.template import Template

_LIKE = {
    "stringequals": "StringLike",
    "stringequalsignorecase": "StringLike",
    "stringnotequals": "StringNotLike",
    "stringnotequalsignorecase": "StringNotLike",
}


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        for statement in document.statements:
            for condition in statement.conditions:
                like = _LIKE.get(condition.test)
                for value in condition.values if like else ():
                    if "*" in value.text.replace("${*}", ""):  # which stands for the letter in a pattern
                        always = "false of every request" if like == "StringLike" else "true of every request"
                        problem = f"{condition.operator} compares {condition.key} with {value.text} letter by letter"
                        yield Problem(value.path, f"{problem}, and is as good as {always}: write {like} for a pattern")


_GITHUB = {"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"}
_AUD = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
_SUB = {"token.actions.githubusercontent.com:sub": "repo:acme/shop:*"}
_NOT_ADMIN = {"aws:PrincipalArn": "arn:aws:iam::*:role/Admin*"}


def _trusting(condition: dict[str, object]) -> dict[str, object]:
    return role(trust(_GITHUB, "sts:AssumeRoleWithWebIdentity", Condition=condition))


RULE = Rule(
    id="W140",
    name="wildcard-in-string-equals",
    level="warning",
    summary="A condition compares a pattern letter by letter",
    why=(
        "`StringEquals` has no wildcards: for it, `*` is a character like any other. An Allow with `StringEquals` "
        "and a pattern lets nobody in, and one with `StringNotEquals` lets everybody in. A Deny with "
        "`StringNotEquals` also hits the people whom it was meant to spare. `StringLike` and `StringNotLike` "
        "compare with patterns."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    check=_check,
    good=(
        template(DeployR=_trusting({"StringEquals": _AUD, "StringLike": _SUB})),
        template(GuardP=policy({**allow("iam:*"), "Effect": "Deny", "Condition": {"ArnNotLike": _NOT_ADMIN}})),
        template(GuardP=policy(allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/a": "${*}"}}))),
    ),
    bad=(
        template(DeployR=_trusting({"StringEquals": {**_AUD, **_SUB}})),
        template(GuardP=policy({**allow("iam:*"), "Effect": "Deny", "Condition": {"StringNotEquals": _NOT_ADMIN}})),
        template(GuardP=policy(allow("s3:GetObject", Condition={"ForAnyValue:StringEqualsIfExists": _NOT_ADMIN}))),
    ),
)
