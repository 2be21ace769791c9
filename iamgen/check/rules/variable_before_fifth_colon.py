"""The rule about a policy variable in a part of an ARN where IAM inserts no value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import allow, policy, template
from iamgen.iam.holes import HOLE, is_known, shown
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import Document, Template
from iamgen.iam.values import Value

_WITH_VARIABLES = "2012-10-17"
_COLONS = 5
_VARIABLE = re.compile(r"\$\{[^{}]*\}")
_NO_COLON = re.compile("⟨AWS::(AccountId|Partition|Region|URLSuffix)⟩")  # what CloudFormation puts in has none
_REMEDY = "write the value itself, or compare it in a condition, such as StringEquals on aws:ResourceAccount"


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        if _may_have_variables(document):
            for statement in document.statements:
                for value in (*statement.resources, *statement.not_resources):
                    variable = _early_variable(value)
                    if variable:
                        problem = f"IAM inserts no value for {variable} before the fifth colon of an ARN"
                        effect = f"{shown(value.text)} {_effect(value, statement)}"
                        yield Problem(value.path, f"{problem}, so that {effect}: {_REMEDY}")


def _may_have_variables(document: Document) -> bool:
    """Whether its Version has variables, or is not known: of any other, another rule says that it has none."""
    return document.version == _WITH_VARIABLES or not is_known(document.version)


def _early_variable(value: Value) -> str:
    """Return the first variable that certainly is before the fifth colon, or nothing."""
    text = _NO_COLON.sub("-", value.text)
    variable = _VARIABLE.search(text)
    before = text[: variable.start()] if variable else ""
    is_early = before.count(":") < _COLONS and not HOLE.search(before)
    return variable[0] if variable and is_early else ""


def _effect(value: Value, statement: ReadStatement) -> str:
    return "matches no resource" if value in statement.resources else "excepts no resource"


_ACCOUNT = "arn:aws:iam::${aws:PrincipalAccount}:user/"
_OTHERS = {"Effect": "Allow", "Action": "iam:GetUser", "NotResource": f"{_ACCOUNT}alice"}

RULE = Rule(
    id="E146",
    name="variable-before-fifth-colon",
    level="error",
    summary="An ARN has a policy variable before its fifth colon, where IAM inserts no value",
    why=(
        "IAM inserts the value of `${aws:username}` and other variables only into the last part of an ARN, after "
        "its fifth colon. The partition, service, region and account cannot be a variable. Such a statement allows "
        "its actions to nobody, or denies them to nobody. To say that caller and resource are in the same account, "
        "use a condition: `StringEquals`, `aws:ResourceAccount`, `${aws:PrincipalAccount}`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
    check=_check,
    good=(
        template(OwnP=policy(allow("iam:GetUser", "arn:aws:iam::111111111111:user/${aws:username}"))),
        template(OwnP=policy(allow("iam:GetUser", {"Fn::Sub": "arn:${AWS::Partition}:iam::*:user/${!aws:username}"}))),
        template(OwnP=policy(allow("s3:GetObject", {"Fn::Sub": "${Bucket.Arn}/${!aws:username}/*"}))),
        template(
            OwnP=policy(
                allow(
                    "s3:GetObject",
                    Condition={"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}},
                )
            )
        ),
    ),
    bad=(
        template(OwnP=policy(allow("iam:GetUser", f"{_ACCOUNT}*"))),
        template(OwnP=policy({**allow("iam:*", f"{_ACCOUNT}${{aws:username}}"), "Effect": "Deny"})),
        template(OwnP=policy(allow("s3:GetObject", "${aws:PrincipalTag/bucket}"))),
        template(OwnP=policy(allow("sqs:*", {"Fn::Sub": "arn:aws:sqs:${!aws:RequestedRegion}:${AWS::AccountId}:q"}))),
        template(OwnP=policy(_OTHERS)),
    ),
)
