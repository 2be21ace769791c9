"""The rule about a template that makes an access key."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import template, user
from iamgen.iam.template import Template


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for resource in template.of_type("AWS::IAM::AccessKey"):
        problem = f"{resource.logical_id} is an access key that works until somebody deletes it"
        yield Problem(resource.path, f"{problem}: let people make their own, and machines assume a role")


RULE = Rule(
    id="W143",
    name="access-key-in-template",
    level="warning",
    summary="A template makes an access key",
    why=(
        "The secret part of the key can only leave the stack by an output or by another resource, where people can "
        "read it, and nothing replaces the key by a new one in time. Use roles for machines inside AWS and OIDC "
        "for CI services, and let people make their own keys."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    check=_check,
    good=(template(Alice=user(UserName="alice")),),
    bad=(template(Alice=user(), Key={"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "Alice"}}}),),
)
