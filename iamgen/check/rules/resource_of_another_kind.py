"""The rule about actions on resources that they are never about, such as reading objects on a bucket's own ARN."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws.data.services import resource_forms
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._arn_forms import is_resource_of
from iamgen.check.rules._examples import allow, policy, template
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import Template


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        for statement in document.statements if document.kind in ("identity", "inline") else ():
            yield from _problems(statement, document.owner)


def _problems(statement: ReadStatement, owner: str) -> Iterator[Problem]:
    """Yield the actions that match none of the statement's resources."""
    if not statement.resources or not all(item.text.startswith("arn:") for item in statement.resources):
        return
    shapes = [resource.shape for resource in statement.resources]
    verb, nothing = ("allows", "allows nothing") if statement.allows else ("denies", "denies nothing")
    for action in statement.actions:
        if action.known and not any(is_resource_of(shape, action.text) for shape in shapes):
            written = statement.resources[0].text + (" and others" if shapes[1:] else "")
            problem = f"{owner} {verb} {action.text} on {written}, where it has no resource: it {nothing}"
            yield Problem(action.path, f"{problem}{_forms(action.text)}")


def _forms(action: str) -> str:
    """Return what to write instead, where the action has one form."""
    forms = resource_forms(action)
    return f"; its resource is {forms[0]}" if len(forms) == 1 else ""


def _deny(action: str, resource: str) -> dict[str, object]:
    return {**allow(action, resource), "Effect": "Deny"}


RULE = Rule(
    id="W147",
    name="resource-of-another-kind",
    level="warning",
    summary="A statement has an action on resources that the action is never about, and so allows or denies nothing",
    why=(
        "Each action is about resources of certain kinds: `s3:GetObject` is about objects, "
        "`arn:aws:s3:::bucket/key`, and `s3:ListBucket` is about the bucket itself. An Allow on another ARN allows "
        "nothing. A Deny on another ARN denies nothing, and nobody notices. It is the same fault if an ARN "
        "contains a region or an account although the service's ARNs have none. Actions for which AWS lists no "
        "resources are not looked at."
    ),
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    check=_check,
    good=(
        template(ReadP=policy(allow(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]))),
        template(ReadP=policy(allow("s3:*", "arn:aws:s3:::data"))),
        template(GuardP=policy(_deny("iam:DeleteRole", "arn:aws:iam::111111111111:role/x"))),
        template(GuardP=policy(_deny("s3:DeleteObject", "arn:aws:s3:::prod*"))),
    ),
    bad=(
        template(GuardP=policy(_deny("s3:DeleteObject", "arn:aws:s3:::prod"))),
        template(ReadP=policy(allow(["s3:GetObject", "s3:ListBucket"], "arn:aws:s3:::data/*"))),
        template(GuardP=policy(_deny("iam:DeleteRole", "arn:aws:iam:eu-west-1:111111111111:role/x"))),
    ),
)
