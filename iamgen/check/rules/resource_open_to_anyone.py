"""The rule about a bucket, key, queue, topic, function, secret or the like that anybody may use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._actions import matches
from iamgen.check.rules._examples import ALICE, ExampleBlock, document, template
from iamgen.check.rules._narrowing import is_true_of_all
from iamgen.check.rules._principals import is_anyone
from iamgen.iam.resource_policies import resource_policies
from iamgen.iam.statements import ReadCondition, ReadStatement
from iamgen.iam.template import Template

_WHO = "name the users, roles, accounts or services that may use it"
# Conditions that say whose somebody is, who, or from where: any of them closes a resource to the world.
_CLOSES = re.compile(
    r"aws:(principal(account|arn|org.*|tag/.*|servicename)|source(account|arn|org.*|vpce?|vpcarn|ip)|vpc.*|userid|username)"
    r"|aws:sourceowner|kms:calleraccount|sns:endpoint|s3:dataaccesspointaccount|vpc-lattice-svcs:sourcevpc(owneraccount)?"
)


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for policy in resource_policies(template):
        for statement in policy.statements:
            open_to_all = statement.allows and not any(map(_closes, statement.conditions))
            if open_to_all and not any(_shuts(other, statement) for other in policy.statements):
                yield from _problems(statement, policy.owner)


def _problems(statement: ReadStatement, owner: str) -> Iterator[Problem]:
    actions = ", ".join(action.text for action in statement.actions[:3]) or "all but some actions"
    for principal in statement.not_principals[:1]:
        problem = f"{owner} allows {actions} to everybody except those named by NotPrincipal: {_WHO}"
        yield Problem(principal.value.path, problem)
    for principal in filter(is_anyone, statement.principals):
        problem = f"{owner} allows {actions} to everybody, in whatever AWS account"
        yield Problem(principal.value.path, f"{problem}: {_WHO}")


def _closes(condition: ReadCondition) -> bool:
    positive = "not" not in condition.test and condition.test != "null"
    by_key = _CLOSES.fullmatch(condition.name) is not None and not condition.holds_without_key
    return by_key and positive and not is_true_of_all(condition)


def _shuts(deny: ReadStatement, allow: ReadStatement) -> bool:
    """Return whether a Deny keeps out everybody from an Allow who is not from a place, account or organization.

    A condition with a negation is true of requests without its key as well, so that such a Deny leaves nobody else
    in: this is how AWS documents it for private APIs. With a second condition it would deny less.
    """
    if deny.allows or len(deny.conditions) != 1 or not any(map(is_anyone, deny.principals)):
        return False
    only = deny.conditions[0]
    outsiders = "not" in only.test and _CLOSES.fullmatch(only.name) is not None and not _is_for_some(only)
    resources = {resource.text for resource in deny.resources}
    everywhere = "*" in resources or {resource.text for resource in allow.resources} <= resources
    covered = all(any(matches(denied.text, action.text.lower()) for denied in deny.actions) for action in allow.actions)
    return outsiders and everywhere and covered and bool(allow.actions)


def _is_for_some(condition: ReadCondition) -> bool:
    """Return whether it is false of requests without the key, or no request is outside of its values."""
    per_value = condition.operator.lower().startswith(("foranyvalue:", "forallvalues:"))
    positive = replace(condition, operator=condition.operator.replace("Not", "", 1))
    return per_value or is_true_of_all(positive)


def _bucket(*statements: ExampleBlock) -> ExampleBlock:
    return {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "data", "PolicyDocument": document(*statements)}}


def _statement(principal: object, **more: object) -> ExampleBlock:
    resource = "arn:aws:s3:::data/*"
    return {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": resource, **more}


def _outsiders(action: str = "s3:*", **operators: object) -> ExampleBlock:
    return {**_statement("*"), "Effect": "Deny", "Action": action, "Condition": operators}


def _function(**properties: object) -> ExampleBlock:
    invoke = {"FunctionName": "f", "Action": "lambda:InvokeFunction", **properties}
    return {"Type": "AWS::Lambda::Permission", "Properties": invoke}


_KEY = document({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"})

RULE = Rule(
    id="E136",
    name="resource-open-to-anyone",
    level="error",
    summary="A resource's policy allows something to everybody",
    why=(
        "Everybody who has an AWS account, and often everybody who can send a request, may then use the bucket, "
        "key, queue, topic, function, secret, repository or domain. A condition closes the resource if it says to "
        "whom the caller belongs, who the caller is, or from where the request comes: `aws:PrincipalOrgID`, "
        "`aws:SourceAccount`, `aws:SourceArn`, `aws:SourceVpce`, an address. A condition that every request meets "
        "does not. If a resource is meant for everybody, such as a website, ignore the rule with a reason."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html",
    check=_check,
    good=(
        template(DataP=_bucket(_statement(ALICE))),
        template(DataP=_bucket({**_statement("*"), "Effect": "Deny"})),
        template(DataP=_bucket(_statement("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}))),
        template(CallP=_function(Principal="s3.amazonaws.com")),
        template(CallP=_function(Principal="*", PrincipalOrgID="o-1")),
        template(DataP=_bucket(_statement("*", Condition={"StringEquals": {"AWS:SourceOwner": "111111111111"}}))),
        template(DataP=_bucket(_statement("*"), _outsiders(StringNotEquals={"aws:SourceVpce": "vpce-1"}))),
    ),
    bad=(
        template(DataP=_bucket(_statement("*"))),
        template(DataP=_bucket(_statement({"AWS": ["*"]}, Condition={"Bool": {"aws:SecureTransport": "true"}}))),
        template(DataP=_bucket(_statement("*", Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}))),
        template(DataP=_bucket({"Effect": "Allow", "NotPrincipal": ALICE, "Action": "s3:*", "Resource": "*"})),
        template(Key={"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": _KEY}}),
        template(CallP=_function(Principal="*")),
        template(DataP=_bucket(_statement("*"), _outsiders(StringNotEquals={"aws:UserAgent": "x"}))),
        template(DataP=_bucket(_statement("*"), _outsiders(NotIpAddress={"aws:SourceIp": "0.0.0.0/0"}))),
        template(
            DataP=_bucket(_statement("*"), _outsiders("s3:PutObject", StringNotEquals={"aws:SourceVpce": "vpce-1"}))
        ),
    ),
)
