"""No template makes a rule fail, whatever is in it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from iamgen.check.engine import check_template
from iamgen.check.rule_context import Facts
from iamgen.iam.template import Template

WORDS = st.sampled_from(
    [
        "*",
        "sts:AssumeRole",
        "iam:*",
        "iam:PassRole",
        "s3:Get*",
        "sts:AssumeRoleWithWebIdentity",
        "arn:aws:iam::111111111111:root",
        "111111111111",
        "arn:aws:iam::111111111111:user/alice",
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "${aws:username}",
        "true",
        "AWS::AccountId",
        "Allow",
        "Deny",
        "2012-10-17",
        "A",
        "B",
        "A.Arn",
        "lambda.amazonaws.com",
        "{{resolve:secretsmanager:x}}",
        '{"Statement":[{"Action":"*"}]}',
        "AWS::NoValue",
        "${A}",
        "${A.Arn}:${AWS::Region}",
        "⟨A⟩",
        "AdminR",
    ]
)
KEYS = st.sampled_from(
    [
        "Version",
        "Statement",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Condition",
        "AWS",
        "Federated",
        "Service",
        "Bool",
        "BoolIfExists",
        "StringLike",
        "ForAllValues:Bool",
        "Null",
        "aws:MultiFactorAuthPresent",
        "aws:username",
        "x:sub",
        "sts:ExternalId",
        "PolicyName",
        "PolicyDocument",
        "Ref",
        "Fn::GetAtt",
        "Fn::Sub",
        "Fn::If",
        "Fn::Join",
        "Fn::Select",
        "Fn::Transform",
        "A",
        "B",
    ]
)
SCALARS = WORDS | st.text(max_size=3) | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
FUNCTIONS = st.one_of(
    st.fixed_dictionaries({"Ref": WORDS}),
    st.fixed_dictionaries({"Fn::GetAtt": st.lists(WORDS, max_size=3) | WORDS}),
    st.fixed_dictionaries({"Fn::Sub": WORDS | st.tuples(WORDS, st.dictionaries(KEYS, SCALARS, max_size=2)).map(list)}),
)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    branch = st.tuples(WORDS, inner, inner).map(list)
    return st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(KEYS, inner, max_size=4),
        st.fixed_dictionaries({"Fn::If": branch}),
        st.fixed_dictionaries({"Fn::Join": st.tuples(WORDS, st.lists(inner, max_size=3)).map(list)}),
    )


VALUES = st.recursive(SCALARS | FUNCTIONS, containers, max_leaves=12)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": WORDS},
    optional=dict.fromkeys(
        ("Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"), VALUES
    ),
)
DOCUMENTS = VALUES | st.fixed_dictionaries({"Statement": STATEMENTS | st.lists(STATEMENTS | VALUES, max_size=3)})
LISTED = ("ManagedPolicyArns", "Roles", "Users", "Groups", "PermissionsBoundary", "Path")
NAMED = ("RoleName", "UserName", "GroupName", "ManagedPolicyName", "PolicyName", "Url")
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        "AssumeRolePolicyDocument": DOCUMENTS,
        "PolicyDocument": DOCUMENTS,
        "Policies": VALUES | st.lists(st.fixed_dictionaries({"PolicyName": VALUES, "PolicyDocument": DOCUMENTS})),
        **dict.fromkeys((*LISTED, *NAMED), VALUES),
    },
)
TYPES = st.sampled_from(
    [
        f"AWS::IAM::{kind}"
        for kind in (
            "Role", "User", "Group", "ManagedPolicy", "Policy", "RolePolicy", "UserToGroupAddition", "AccessKey",
            "OIDCProvider", "SAMLProvider", "InstanceProfile",
        )
    ]
)  # fmt: skip
RESOURCES = VALUES | st.fixed_dictionaries({"Type": TYPES}, optional={"Properties": PROPERTIES, "Condition": WORDS})
TEMPLATES = st.fixed_dictionaries(
    {"Resources": VALUES | st.dictionaries(st.sampled_from(("A", "B", "C", "AdminR")), RESOURCES, max_size=4)},
    optional={
        "Outputs": VALUES | st.dictionaries(KEYS, st.fixed_dictionaries({"Value": VALUES}), max_size=2),
        "Parameters": VALUES | st.dictionaries(st.sampled_from(("A", "B")), VALUES, max_size=2),
    },
)
FACTS = st.builds(
    Facts,
    account_id=st.none() | st.just("111111111111"),
    machines=st.frozensets(st.sampled_from(("A", "B"))),
    iam_roles=st.frozensets(st.sampled_from(("A", "B"))),
    emergencies=st.frozensets(WORDS, max_size=2),
)


@given(TEMPLATES, FACTS)
def test_nothing_fails(body: dict[str, Any], facts: Facts) -> None:
    findings = check_template(Template.of(body, 60_000), facts)
    assert findings == check_template(Template.of(json.loads(json.dumps(body)), 60_000), facts)
    for finding in findings:
        assert "⟨" not in finding.message
        json.dumps(finding.plain())


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4))
def test_nor_with_what_is_no_template(body: dict[str, Any]) -> None:
    check_template(Template.of(body, 0), Facts())
