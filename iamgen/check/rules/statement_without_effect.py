"""The rule about actions that never meet the resources of their own statement."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws.data.services import access_levels, actions, resource_arns, services
from iamgen.aws.services import list_date
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._actions import is_every_action, matches
from iamgen.check.rules._arn_forms import meets
from iamgen.check.rules._examples import allow, policy, template
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import Template
from iamgen.iam.values import Value

_SHOWN = 2  # forms of ARNs that a message names


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        if document.kind != "trust":
            for statement in document.statements:
                effect = "allows" if statement.allows else "denies"
                for action, reason in _faults(statement):
                    yield Problem(action.path, f"{document.owner} {effect} nothing by {action.text}: {reason}")


def _faults(statement: ReadStatement) -> Iterator[tuple[Value, str]]:
    patterns = tuple(resource.shape for resource in statement.resources)
    if not patterns or any(not pattern.startswith("arn:") for pattern in patterns):
        return  # everything, or nothing that can be known here; what is no ARN is told by another rule
    for action in statement.actions:
        service, _, name = action.text.lower().partition(":")
        if action.known and not is_every_action(action.text) and service in services():
            reason = _reason(service, name, patterns)
            if reason:
                yield action, reason


def _reason(service: str, name: str, patterns: tuple[str, ...]) -> str:
    """Return why none of the actions that are meant is ever about one of the resources; nothing where one may be."""
    forms: dict[str, None] = {}
    meant = [action for action in actions(service) if matches(name, action)]
    for action in meant:
        of_action = resource_arns(service, action)
        if any(meets(pattern, form) for pattern in patterns for form in of_action):
            return ""
        forms.update(dict.fromkeys(of_action))
    if forms:
        listed = ", ".join(list(forms)[:_SHOWN]) + (", …" if len(forms) > _SHOWN else "")
        return f"it is about {listed}, and no resource is one"
    # of actions that write the list lacks some resources, of those that list it has none where there are none
    if meant and all(access_levels(service)[action] == "List" for action in meant):
        return f'no resources are in the list of {list_date()} for it: write "*"'
    return ""


RULE = Rule(
    id="W167",
    name="statement-without-effect",
    level="warning",
    summary="An action is never about one of the resources of its statement, so that it allows or denies nothing",
    why=(
        "IAM takes such a statement without a word. An action on objects needs `bucket/*`, one on the bucket the "
        "bucket itself; IAM's ARNs have no region; and actions that have no resources, such as most that list, need "
        "`*`. A Deny like that keeps nobody from anything. Which resources an action has is looked up in AWS's Service "
        "Authorization Reference."
    ),
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    check=_check,
    good=(
        template(ReadP=policy(allow(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]))),
        template(ReadP=policy(allow(["s3:GetObject", "s3:ListAllMyBuckets"], ["*"]))),
        template(ReadP=policy(allow("s3:GetObject", "arn:aws:s3:::data*"))),
        template(ReadP=policy(allow("s3:*", "arn:aws:s3:::data"))),
        template(ReadP=policy(allow("s3:GetObject", {"Fn::Sub": "arn:aws:s3:::${Path}"}))),
        template(ReadP=policy(allow("iam:GetRole", {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/app/*"}))),
        template(ReadP=policy(allow("sqs:SendMessage", "arn:aws:sqs:*"))),
    ),
    bad=(
        template(GuardP=policy({"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::data"})),
        template(ReadP=policy(allow("s3:ListBucket", "arn:aws:s3:::data/*"))),
        template(ReadP=policy(allow("s3:ListAllMyBuckets", "arn:aws:s3:::data"))),
        template(GuardP=policy({**allow("iam:DeleteRole", "arn:aws:iam:eu-west-1:1:role/x"), "Effect": "Deny"})),
        template(ReadP=policy(allow("ec2:DescribeRegion*", "arn:aws:ec2:eu-west-1:111111111111:instance/*"))),
        template(ReadP=policy(allow("sqs:SendMessage", "arn:aws:sns:eu-west-1:111111111111:news"))),
    ),
)
