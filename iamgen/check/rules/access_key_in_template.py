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
        "Its secret part can only leave the stack by an output or by another resource, where it can be read, and "
        "nothing makes it anew in time. Machines inside AWS have roles, CI services have OIDC, and people make their "
        "keys themselves."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    check=_check,
    good=(template(Alice=user(UserName="alice")),),
    bad=(template(Alice=user(), Key={"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "Alice"}}}),),
)
