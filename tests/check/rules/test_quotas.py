"""What is too long or too many, also where functions leave it open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from iamgen.aws import quotas
from iamgen.check.engine import check_template
from iamgen.check.finding import Finding
from iamgen.check.quota_usage.lengths import Ruler
from iamgen.check.rule_context import Facts
from iamgen.check.rules._examples import MFA, allow, group, policy, role, trust, user
from iamgen.iam.template import Template

Named = Callable[..., set[str]]
Found = Callable[..., list[Finding]]
Block = dict[str, Any]


def length(body: object, facts: Facts | None = None, resources: Block | None = None) -> int:
    measured = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": body}}
    template = Template.of({"Resources": {**(resources or {}), "Measured": measured}}, 0)
    return Ruler(template, facts or Facts()).document(template.documents[-1])


def test_white_space_is_not_counted_but_in_strings() -> None:
    assert length({"Statement": []}) == len('{"Statement":[]}')
    assert length({"Sid": "a b"}) == len('{"Sid":"a b"}')
    assert length('{ "Statement" : [ ] }') == len('{"Statement":[]}')


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::GetAtt": ["Alice", "Arn"]}, len("arn:aws:iam::111111111111:user/staff/alice")),
        ({"Fn::GetAtt": "Alice.Arn"}, len("arn:aws:iam::111111111111:user/staff/alice")),
        ({"Ref": "Alice"}, len("alice")),
        ({"Ref": "Own"}, len("arn:aws:iam::111111111111:policy/own-111111111111")),
        ({"Ref": "AWS::AccountId"}, 12),
        ({"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}, len("arn:aws:iam::111111111111:root")),
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::AccountId"}]]}, 14),
        ({"Ref": "SomeParameter"}, 0),
        ({"Fn::ImportValue": "x"}, 0),
        ({"Fn::If": ["C", "long", "a"]}, 1),
    ],
)
def test_what_functions_stand_for_counts_as_far_as_it_is_known(value: object, expected: int) -> None:
    alice = user(UserName="alice", Path="/staff/")
    own = policy(ManagedPolicyName={"Fn::Sub": "own-${AWS::AccountId}"})
    assert length({"X": value}, resources={"Alice": alice, "Own": own}) == len('{"X":""}') + expected


def test_what_may_be_absent_does_not_count() -> None:
    absent = {"Ref": "AWS::NoValue"}
    assert length({"A": 1, "B": absent, "C": {"Fn::If": ["C", "x", absent]}}) == len('{"A":1}')
    assert length({"A": [1, absent, {"Fn::If": ["C", "x", absent]}]}) == len('{"A":[1]}')


def test_the_partition_counts() -> None:
    body = {"X": {"Fn::GetAtt": ["Alice", "Arn"]}}
    plain, china = (length(body, Facts(partition=name), {"Alice": user(UserName="a")}) for name in ("aws", "aws-cn"))
    assert china - plain == len("-cn")


def test_names_that_go_in_circles_end() -> None:
    circle = {"A": user(UserName={"Ref": "B"}), "B": user(UserName={"Ref": "A"})}
    assert length({"X": {"Ref": "A"}}, resources=circle) == len('{"X":""}')


@pytest.mark.parametrize("over", [0, 1])
def test_a_managed_policy_may_be_as_long_as_the_quota(named: Named, over: int) -> None:
    short = length({"Version": "2012-10-17", "Statement": [allow("s3:GetObject", "")]})
    resource = "x" * (quotas.MANAGED_POLICY - short + over)
    rule_names = named(P=policy(allow("s3:GetObject", resource))) - {"malformed-policy"}  # the resource is no ARN
    assert rule_names == ({"managed-policy-too-long"} if over else set())


def test_the_quota_of_trust_policies_is_the_accounts(named: Named) -> None:
    users = [{"Fn::GetAtt": [f"User{number}", "Arn"]} for number in range(50)]
    people = {f"User{number}": user(UserName=f"person-{number}") for number in range(50)}
    crowded = role(trust({"AWS": users}, Condition=MFA))
    assert named(R=crowded, **people) == {"trust-policy-too-long"}
    assert named(Facts(trust_policy_quota=quotas.TRUST_POLICY_RAISED), R=crowded, **people) == set()


def managed(*numbers: int) -> list[object]:
    return [{"Ref": f"P{number}"} for number in numbers]


@pytest.mark.parametrize(
    ("listed", "is_wrong"),
    [
        (managed(*range(20)), False),
        (managed(*range(21)), True),
        ([*managed(*range(20)), *managed(0)], False),
        ([*managed(*range(20)), {"Ref": "AWS::NoValue"}], False),
        ([*managed(*range(20)), {"Fn::If": ["C", "a", {"Ref": "AWS::NoValue"}]}], False),
        ([*managed(*range(20)), {"Fn::If": ["C", "a", "b"]}], True),
        ({"Fn::If": ["C", managed(*range(21)), managed(1)]}, False),
        ({"Ref": "ListOfAParameter"}, False),
    ],
)
def test_managed_policies_are_counted_once_and_only_when_certain(named: Named, listed: object, is_wrong: bool) -> None:
    assert named(R=role(ManagedPolicyArns=listed)) == ({"too-many-managed-policies"} if is_wrong else set())


def test_what_a_policy_attaches_itself_to_counts(named: Named) -> None:
    held = role(ManagedPolicyArns=managed(*range(20)))
    more = policy(allow("s3:ListBucket"), Roles=[{"Ref": "R"}])
    assert named(R=held, Q=more) == {"too-many-managed-policies"}
    assert named(R=held, P0=more) == set()
    assert named(R=held, Q={**more, "Condition": "Maybe"}) == set()


@pytest.mark.parametrize(
    ("holder", "facts", "limit", "remedy"),
    [
        (role, Facts(), 20, "ask AWS to raise the quota and set Settings(managed_policies_quota=…), 25 at most"),
        (role, Facts(managed_policies_quota=25), 25, "this is the most that AWS raises the quota to"),
        (user, Facts(), 10, "ask AWS to raise the quota, to 20 at most, and ignore this rule"),
        (group, Facts(), 10, "this quota cannot be raised"),
    ],
)
def test_how_many_managed_policies_can_be_attached(
    holder: Callable[..., Block], facts: Facts, limit: int, remedy: str
) -> None:
    def messages_for(count: int) -> list[str]:
        body = {"Resources": {"X": holder(ManagedPolicyArns=managed(*range(count)))}}
        return [finding.message for finding in check_template(Template.of(body, 0), facts) if finding.rule == "E123"]

    assert messages_for(limit) == []
    (message,) = messages_for(limit + 1)
    assert message.startswith(f"X has {limit + 1} managed policies, and {limit} is the quota: join policies, or")
    assert message.endswith(remedy)


@pytest.mark.parametrize(
    ("kind", "called", "limit", "raised"),
    [("AWS::IAM::Group", "groups", 300, 500), ("AWS::IAM::OIDCProvider", "OIDC providers", 100, 700)],
)
def test_how_many_an_account_can_have(findings_of: Found, kind: str, called: str, limit: int, raised: int) -> None:
    items = {f"X{number}": {"Type": kind, "Properties": {}} for number in range(limit)}
    assert findings_of({"Resources": items}) == []
    more = {**items, "More": {"Type": kind, "Properties": {}}}
    assert [finding.message for finding in findings_of({"Resources": more})] == [
        f"the template has {limit + 1} {called}, and {limit} is an account's quota: AWS raises it to {raised} at most, "
        "on request"
    ]


@pytest.mark.parametrize(
    ("resource", "is_wrong"),
    [
        (role(RoleName="x" * 64), False),
        (role(RoleName="x" * 65), True),
        (role(RoleName={"Fn::Sub": "x" * 52 + "${AWS::AccountId}"}), False),
        (role(RoleName={"Fn::Sub": "x" * 53 + "${AWS::AccountId}"}), True),
        (role(RoleName={"Fn::Sub": "x" * 64 + "${Unknown}"}), False),
        (group(GroupName="x" * 128), False),
        (group(GroupName="x" * 129), True),
        (policy(ManagedPolicyName="x" * 129), True),
        (user(UserName={"Fn::If": ["C", "x" * 65, "x"]}), True),
    ],
)
def test_names(named: Named, resource: Block, is_wrong: bool) -> None:
    assert ("name-too-long" in named(X=resource)) is is_wrong


@pytest.mark.parametrize(
    ("size", "rule"),
    [(51_200, set()), (51_201, {"template-needs-s3"}), (1_000_000, {"template-needs-s3"}), (1_000_001, {"template-too-large"})],
)  # fmt: skip
def test_sizes_of_templates(size: int, rule: set[str]) -> None:
    assert {finding.name for finding in check_template(Template.of({}, size), Facts())} == rule


def test_too_many_resources_and_groups(findings_of: Found) -> None:
    groups = {f"G{number}": group() for number in range(501)}
    assert [finding.message for finding in findings_of({"Resources": groups})] == [
        "the template has 501 resources, and 500 is CloudFormation's limit: divide it into several stacks",
        "the template has 501 groups, and 300 is an account's quota: AWS raises it to 500 at most, on request",
    ]
