"""The rule about inline policies that are not part of a declared emergency."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import READ, allow, policy, role, template
from iamgen.iam.statements import ReadCondition
from iamgen.iam.template import Document, Template

_ENDS = ("datelessthan", "datelessthanequals")


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for document in template.documents:
        if document.kind == "inline":
            name = f"the inline policy {document.name} of {document.owner}"
            if document.name not in facts.emergencies:
                how = "make it a managed policy, or declare it as Emergency, with a reason and an end"
                yield Problem(document.path, f"{name} is no declared emergency: {how}")
            else:
                yield from _endless(document, name)


def _endless(document: Document, name: str) -> Iterator[Problem]:
    for statement in document.statements:
        if statement.allows and not any(map(_ends, statement.conditions)):
            problem = f"{name} is an emergency, and this Allow does not end"
            yield Problem(statement.path, f"{problem}: add the condition DateLessThan aws:CurrentTime")


def _ends(condition: ReadCondition) -> bool:
    return condition.name == "aws:currenttime" and condition.test in _ENDS and not condition.holds_without_key


RULE = Rule(
    id="W117",
    name="inline-policy",
    level="warning",
    summary="A policy is inline, and is not a declared emergency",
    why=(
        "People see an inline policy only if they look at that one role, user or group. It cannot be attached to "
        "anything else, and it often stays after its purpose is gone. In iamgen, an inline policy is the form of "
        "an emergency: it is declared with a reason, and each Allow has a condition that ends it."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html",
    check=_check,
    good=(template(ReadP=policy(allow("s3:ListBucket"), Roles=[{"Ref": "AppR"}]), AppR=role()),),
    bad=(
        template(AppR=role(Policies=[READ])),
        template(AppR=role(), Read={"Type": "AWS::IAM::Policy", "Properties": {**READ, "Roles": [{"Ref": "AppR"}]}}),
    ),
    declared="a declared emergency is no finding",
)
