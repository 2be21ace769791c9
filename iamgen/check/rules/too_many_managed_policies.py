"""More managed policies than can be attached."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._attachable import attachable
from iamgen.check.rules._examples import allow, group, policy, role, template
from iamgen.iam.attachments import attached
from iamgen.iam.holes import function, text
from iamgen.iam.template import GROUP, HOLDERS, POLICY, USER, Resource, Template
from iamgen.iam.values import branches


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for holder in template.of_type(*HOLDERS):
        limit = attachable(holder, facts)
        count = _least_count(holder, template)
        if count > limit:
            what = f"{holder.logical_id} has {count} managed policies, and {limit} is the quota"
            yield Problem(holder.path, f"{what}: {_remedy(holder, limit)}")


def _least_count(holder: Resource, template: Template) -> int:
    """Return how many policies it has at least, whatever conditions say. One that is attached twice counts once."""
    listed, _ = holder.under("ManagedPolicyArns")
    entries = listed if isinstance(listed, list) else [listed]
    plain = {text(one) for one in entries if one is not None and function(one) != "Fn::If"}
    chosen = sum(_least(one) for one in entries if function(one) == "Fn::If")
    own = {one.logical_id for one in _attached(holder, template) if one.is_certain}
    return len((plain | {f"⟨{logical_id}⟩" for logical_id in own}) - {"⟨AWS::NoValue⟩"}) + chosen


def _attached(holder: Resource, template: Template) -> Iterator[Resource]:
    for one, found in attached(template):
        # one that the holder lists itself is among the plain entries already
        if one is holder and found.type == POLICY and any(map(found.values, HOLDERS.values())):
            yield found


def _least(chosen: object) -> int:
    counts = [len(one) if isinstance(one, list) else int(one is not None) for one, _ in branches(chosen, ())]
    return min(counts, default=0)


def _remedy(holder: Resource, limit: int) -> str:
    if holder.type == GROUP:
        return "join policies, or divide the group; this quota cannot be raised"
    if holder.type == USER:
        most = quotas.POLICIES_OF_A_USER_RAISED
        return f"join policies, or ask AWS to raise the quota, to {most} at most, and ignore this rule"
    most = quotas.POLICIES_OF_A_ROLE_RAISED
    if limit >= most:
        return "join policies, or divide the role; this is the most that AWS raises the quota to"
    return f"join policies, or ask AWS to raise the quota and set Settings(managed_policies_quota=…), {most} at most"


_POLICIES = {f"Read{number}P": policy(allow("s3:ListBucket"), Roles=[{"Ref": "ReadR"}]) for number in range(21)}
_REFERENCES = [{"Ref": name} for name in _POLICIES]

RULE = Rule(
    id="E123",
    name="too-many-managed-policies",
    level="error",
    summary="A role has more than 20 managed policies, or a user or group more than 10",
    why=(
        "IAM refuses to attach one more. AWS raises the quota on request, for a role to 25 and a user to 20, for a "
        "group not at all. What a policy lists itself, under `Roles`, `Users` or `Groups`, counts too."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(
        template(ReadR=role(ManagedPolicyArns=_REFERENCES[:20])),
        template(ReadR=role(ManagedPolicyArns=[{"Ref": "Read0P"}]), **dict(list(_POLICIES.items())[:20])),
    ),
    bad=(
        template(ReadR=role(ManagedPolicyArns=_REFERENCES)),
        template(ReadG=group(ManagedPolicyArns=_REFERENCES[:11])),
        template(ReadR=role(), **_POLICIES),
    ),
)
