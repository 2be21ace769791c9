"""Each quota, at its limit and one over it: what the rule says, what headroom says, and what AWS's number is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from iamgen.check.engine import check_template
from iamgen.check.quota_usage.counts import (
    attachments,
    groups_of_users,
    resources,
    resources_of_account,
    tags_of_users,
)
from iamgen.check.quota_usage.documents import inline_policies, managed_policies, trust_policies
from iamgen.check.quota_usage.headroom import headroom
from iamgen.check.quota_usage.names import names, paths_and_tags
from iamgen.check.quota_usage.sizes import description, size_in_call, size_in_s3
from iamgen.check.quota_usage.table import QUOTAS
from iamgen.check.quota_usage.usage import Quota
from iamgen.check.rule_context import Facts
from iamgen.check.rules import every_rule
from iamgen.check.rules._examples import MFA, allow, group, policy, role, trust, user
from iamgen.iam.template import Template

Body = Mapping[str, Any]
NO_FACTS = Facts()


@dataclass(frozen=True)
class Case:
    """A quota, and how to write a template that uses a given amount of it."""

    quota: Quota
    label: str
    unit: str
    limit: int
    body: Callable[[int], Body]
    """Returns the body of a template that uses so much."""
    rule: str = ""
    """The rule that refuses more; empty where it is left to CloudFormation."""
    facts: Facts = NO_FACTS
    size: Callable[[int], int] = lambda _: 100
    """Returns the size in bytes of a template that uses so much."""


def written(**of_resources: object) -> Body:
    return {"Resources": of_resources}


def length(document: object) -> int:
    return len(json.dumps(document, separators=(",", ":")))


def padded(used: int) -> dict[str, Any]:
    """Return a policy document of so many characters."""
    empty = {"Version": "2012-10-17", "Statement": [allow("s3:GetObject", "")]}
    return {"Version": "2012-10-17", "Statement": [allow("s3:GetObject", "x" * (used - length(empty)))]}


def padded_trust(used: int) -> dict[str, Any]:
    """Return the statement of a trust policy of so many characters."""
    empty = trust({"AWS": "111111111111"}, Sid="", Condition=MFA)
    of_document = length({"Version": "2012-10-17", "Statement": [empty]})
    return trust({"AWS": "111111111111"}, Sid="x" * (used - of_document), Condition=MFA)


def inline(used: int) -> list[dict[str, Any]]:
    half = used // 2
    return [
        {"PolicyName": "a", "PolicyDocument": padded(half)},
        {"PolicyName": "b", "PolicyDocument": padded(used - half)},
    ]


def arns(count: int) -> list[str]:
    return [f"arn:aws:iam::111111111111:policy/p{number}" for number in range(count)]


def many(count: int, kind: str) -> Body:
    return written(**{f"X{number}": {"Type": kind, "Properties": {}} for number in range(count)})


def joined(count: int) -> Body:
    return written(Alice=user(Groups=[f"g{number}" for number in range(count)]))


def tagged(count: int) -> Body:
    return written(Alice=user(Tags=[{"Key": f"k{number}", "Value": ""} for number in range(count)]))


GROUP, PROVIDER = "AWS::IAM::Group", "AWS::IAM::OIDCProvider"
PROFILE = "AWS::IAM::InstanceProfile"
ROLE, USER, POLICY = "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::ManagedPolicy"
RAISED = Facts(trust_policy_quota=8_192, managed_policies_quota=25)
LONG_TRUST, LONG_POLICY = "trust-policy-too-long", "managed-policy-too-long"
LONG_INLINE, MANY_POLICIES, LONG_NAME = "inline-policies-too-long", "too-many-managed-policies", "name-too-long"
MANY = "account-quota-exceeded"
OF_QUOTAS = {rule.name for rule in every_rule() if "121" <= rule.id[1:] <= "130"}

CASES = (
    Case(trust_policies, "R trust policy", "characters", 2_048,
         lambda n: written(R=role(padded_trust(n))), LONG_TRUST),
    Case(trust_policies, "R trust policy", "characters", 8_192,
         lambda n: written(R=role(padded_trust(n))), LONG_TRUST, RAISED),
    Case(managed_policies, "P", "characters", 6_144,
         lambda n: written(P={"Type": POLICY, "Properties": {"PolicyDocument": padded(n)}}), LONG_POLICY),
    Case(inline_policies, "R inline policies", "characters", 10_240,
         lambda n: written(R=role(Policies=inline(n))), LONG_INLINE),
    Case(inline_policies, "G inline policies", "characters", 5_120,
         lambda n: written(G=group(Policies=inline(n))), LONG_INLINE),
    Case(inline_policies, "alice inline policies", "characters", 2_048,
         lambda n: written(U=user(UserName="alice", Policies=inline(n))), LONG_INLINE),
    Case(attachments, "R", "managed policies", 20,
         lambda n: written(R=role(ManagedPolicyArns=arns(n))), MANY_POLICIES),
    Case(attachments, "R", "managed policies", 25,
         lambda n: written(R=role(ManagedPolicyArns=arns(n))), MANY_POLICIES, RAISED),
    Case(attachments, "G", "managed policies", 10,
         lambda n: written(G=group(ManagedPolicyArns=arns(n))), MANY_POLICIES, RAISED),
    Case(attachments, "U", "managed policies", 10,
         lambda n: written(U=user(ManagedPolicyArns=arns(n))), MANY_POLICIES, RAISED),
    Case(groups_of_users, "Alice", "groups", 10, joined, "too-many-groups"),
    Case(tags_of_users, "Alice", "tags", 50, tagged),
    Case(names, "longest role name", "characters", 64, lambda n: written(R=role(RoleName="x" * n)), LONG_NAME),
    Case(names, "longest user name", "characters", 64, lambda n: written(U=user(UserName="x" * n)), LONG_NAME),
    Case(names, "longest group name", "characters", 128, lambda n: written(G=group(GroupName="x" * n)), LONG_NAME),
    Case(names, "longest policy name", "characters", 128,
         lambda n: written(P=policy(allow("s3:ListBucket"), ManagedPolicyName="x" * n)), LONG_NAME),
    Case(names, "longest instance profile name", "characters", 128,
         lambda n: written(I={"Type": PROFILE, "Properties": {"InstanceProfileName": "x" * n}}), LONG_NAME),
    Case(names, "longest inline policy name", "characters", 128,
         lambda n: written(R=role(Policies=[{"PolicyName": "x" * n, "PolicyDocument": padded(90)}])), LONG_NAME),
    Case(paths_and_tags, "longest path", "characters", 512, lambda n: written(U=user(Path="x" * n))),
    Case(paths_and_tags, "longest tag key", "characters", 128,
         lambda n: written(U=user(Tags=[{"Key": "x" * n, "Value": "y"}]))),
    Case(paths_and_tags, "longest tag value", "characters", 256,
         lambda n: written(U=user(Tags=[{"Key": "k", "Value": "x" * n}]))),
    Case(resources, "template", "resources", 500, lambda n: many(n, "AWS::SNS::Topic"), "too-many-resources"),
    Case(size_in_call, "template without S3", "bytes", 51_200, lambda _: written(), "template-needs-s3",
         size=lambda n: n),
    Case(size_in_s3, "template", "bytes", 1_000_000, lambda _: written(), "template-too-large", size=lambda n: n),
    Case(description, "template description", "bytes", 1_024, lambda n: {"Description": "x" * n, "Resources": {}}),
    Case(resources_of_account, "account", "groups", 300, lambda n: many(n, GROUP), MANY),
    Case(resources_of_account, "account", "OIDC providers", 100, lambda n: many(n, PROVIDER), MANY),
    Case(resources_of_account, "account", "roles", 1_000, lambda n: many(n, ROLE), MANY),
    Case(resources_of_account, "account", "customer policies", 1_500, lambda n: many(n, POLICY), MANY),
    Case(resources_of_account, "account", "users", 5_000, lambda n: many(n, USER), MANY),
)  # fmt: skip


def names_of(case: Case) -> str:
    return f"{case.label}-{case.limit}"


def test_every_quota_of_the_table_is_tried() -> None:
    assert {case.quota for case in CASES} == set(QUOTAS)


@pytest.mark.parametrize("case", CASES, ids=names_of)
@pytest.mark.parametrize("over", [0, 1])
def test_at_the_limit_and_over_it(case: Case, over: int) -> None:
    used = case.limit + over
    template = Template.of(case.body(used), case.size(used))
    result = {finding.name for finding in check_template(template, case.facts)} & OF_QUOTAS
    if case.rule == MANY:
        result -= {"too-many-resources"}  # a template cannot have as much as an account
    at_limit = {"template-needs-s3"} if case.quota is size_in_s3 else set()
    assert result == ({case.rule} - {""} if over else at_limit)
    (row,) = (
        row
        for row in headroom("dev", template, case.facts)
        if (row.subject, row.unit, row.limit) == (case.label, case.unit, case.limit)
    )
    assert row.used == used
    assert row.percent >= 100
    assert row.next.startswith("1 too many" if over else "no more ")
