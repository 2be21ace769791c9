"""The rule about managed policies that are attached to a user and not to a group or role."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import allow, group, policy, template, user
from iamgen.iam.attachments import attachments
from iamgen.iam.template import USER, Template
from iamgen.iam.values import Value


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for attachment in attachments(template):
        if attachment.kind == USER:
            written = _written(attachment.policy, attachment.holder)
            problem = f"{attachment.policy.text} is attached to the user {attachment.holder.text}"
            yield Problem(written.path, f"{problem}: attach it to a group or role that the user is let into")


def _written(policy: Value, holder: Value) -> Value:
    """Return the one of the two that is written as an attachment; the other represents the resource itself."""
    return max(policy, holder, key=lambda value: len(value.path))


RULE = Rule(
    id="W144",
    name="policy-of-a-user",
    level="warning",
    summary="A policy is attached to a user",
    why=(
        "Then you have to look in two places to see what a user may do, the groups do not show it, and the policy "
        "stays when the person takes on another task. Attach policies to groups and roles, and let users into "
        "these."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    check=_check,
    good=(
        template(
            Alice=user(Groups=[{"Ref": "ReadG"}]),
            ReadG=group(ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
        ),
    ),
    bad=(
        template(Alice=user(ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"])),
        template(Alice=user(), ReadP=policy(allow("s3:ListBucket"), Users=[{"Ref": "Alice"}])),
    ),
)
