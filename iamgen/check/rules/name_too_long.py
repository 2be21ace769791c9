"""A name that fits until its parts are put together."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import group, role, template
from iamgen.check.rules._lengths import Ruler
from iamgen.iam.template import GROUP, INLINE, NAMES, POLICY, ROLE, USER, Resource, Template
from iamgen.iam.values import Value, items, values

_LIMITS = {
    ROLE: quotas.ROLE_NAME,
    USER: quotas.USER_NAME,
    GROUP: quotas.GROUP_NAME,
    POLICY: quotas.POLICY_NAME,
    "AWS::IAM::InstanceProfile": 128,
}
_NAMES = {**NAMES, "AWS::IAM::InstanceProfile": "InstanceProfileName"}


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    ruler = Ruler(template, facts)
    for resource in template.resources:
        for name, limit in _names(resource):
            length = ruler.text(name.text)
            if length > limit:
                what = f"the name {name.text} will have {length} characters, and {limit} is the limit"
                yield Problem(name.path, f"{what}: shorten it by {length - limit}")


def _names(resource: Resource) -> Iterator[tuple[Value, int]]:
    if resource.type in _NAMES:
        yield from ((name, _LIMITS[resource.type]) for name in resource.values(_NAMES[resource.type]))
    if resource.type in INLINE:
        yield from ((name, quotas.POLICY_NAME) for name in resource.values("PolicyName"))
    for given, path in items(*resource.under("Policies")) if resource.type in NAMES else ():
        if isinstance(given, dict):
            names = values(given.get("PolicyName"), (*path, "PolicyName"))
            yield from ((name, quotas.POLICY_NAME) for name in names)


_ROLE = "role-with-a-rather-long-name-for-what-it-does"

RULE = Rule(
    id="E125",
    name="name-too-long",
    level="error",
    summary="The name of a role, user, group or policy is too long once it is put together",
    why=(
        "A role or user may have 64 characters, a group, policy or instance profile 128. A prefix and the account's "
        "id count; what other functions stand for counts as far as it is known."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(
        template(ReadR=role(RoleName={"Fn::Sub": "infra-ReadR-${AWS::AccountId}"})),
        template(LongG=group(GroupName=f"infra-{_ROLE}-123456789012-and-more")),
    ),
    bad=(
        template(LongR=role(RoleName={"Fn::Sub": f"infrastructure-{_ROLE}-${{AWS::AccountId}}"})),
        template(LongR=role(RoleName={"Fn::Join": ["-", ["infra", _ROLE, _ROLE]]})),
        template(LongR=role(RoleName=f"infrastructure-{_ROLE}-123456789012")),
    ),
)
