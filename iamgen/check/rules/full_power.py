"""The rule about an Allow of every action on everything, outside of the role that is declared for it."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._actions import is_every_action
from iamgen.check.rules._examples import allow, policy, role, template
from iamgen.iam.attachments import is_declared
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import Document, Template
from iamgen.iam.values import Value


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for document, statement in _grants(template):
        faults = [*_faults(statement)]
        if faults and not is_declared(document, template, facts.admin_roles):
            yield from (Problem(value.path, f"{document.owner} {problem}") for value, problem in faults)


def _grants(template: Template) -> Iterator[tuple[Document, ReadStatement]]:
    for document in template.documents:
        if document.kind in ("identity", "inline"):
            yield from ((document, statement) for statement in document.statements if statement.allows)


def _faults(statement: ReadStatement) -> Iterator[tuple[Value, str]]:
    for action in statement.actions:
        if is_every_action(action.text):
            yield action, f"allows every action ({action.text}): name the services that it is for"
    for action in statement.not_actions[:1]:
        yield (
            action,
            "allows by NotAction every action that is not named, also those that AWS adds later: name what it may do",
        )


RULE = Rule(
    id="E111",
    name="full-power",
    level="error",
    summary="A policy allows every action, or all but some, outside of AdminR",
    why=(
        "Put full power into one role that is used seldom, has short sessions and is watched. `NotAction` in an "
        "Allow also grants every action that AWS adds later. A permissions boundary may say `*`, because it grants "
        "nothing."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    check=_check,
    good=(
        template(OpsP=policy(allow(["ec2:*", "s3:*"]))),
        template(AdminR=role(Policies=[{"PolicyName": "All", "PolicyDocument": {"Statement": allow("*")}}])),
        template(AdminP=policy(allow("*"), Roles=[{"Ref": "AdminR"}]), AdminR=role()),
        template(LimitP=policy(allow("*")), AppR=role(PermissionsBoundary={"Ref": "LimitP"})),
        template(GuardP=policy({"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"})),
    ),
    bad=(
        template(OpsP=policy(allow("*"))),
        template(OpsP=policy(allow(["s3:*", "*:*"]))),
        template(OpsP=policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})),
        template(AppR=role(Policies=[{"PolicyName": "All", "PolicyDocument": {"Statement": allow("*")}}])),
    ),
    declared="power over IAM, or of an administrator, that is declared is no finding",
)
