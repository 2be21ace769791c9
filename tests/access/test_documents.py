from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamgen.access.documents import Principal, parse
from iamgen.access.errors import AccessError

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}}


def document(*statements: object, **more: object) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements), **more}


def without(element: str) -> dict[str, Any]:
    return {key: value for key, value in ALLOW.items() if key != element}


def test_everything_of_a_statement_is_read() -> None:
    (statement,) = parse(document({**ALLOW, "Sid": "One", "Condition": {"Bool": {"aws:x": "true"}}}), "OpsP")
    assert (statement.sid, statement.effect, statement.origin) == ("One", "Allow", "OpsP")
    assert statement.actions == ("s3:GetObject",)
    assert statement.resources == ("*",)
    assert not (statement.not_actions or statement.not_resources or statement.principals)
    assert statement.conditions[0].key == "aws:x"
    assert statement.version == "2012-10-17"


def test_the_other_elements() -> None:
    (statement,) = parse(document({"Effect": "Deny", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::x"}))
    assert (statement.not_actions, statement.not_resources) == (("iam:*",), ("arn:aws:s3:::x",))


def test_a_lone_statement_is_a_list_of_one() -> None:
    assert parse({"Statement": ALLOW}) == parse({"Statement": [ALLOW]})


def test_the_version_defaults_to_the_older_one() -> None:
    (statement,) = parse({"Statement": ALLOW})
    assert statement.version == "2008-10-17"
    assert not statement.variables


def test_principals() -> None:
    many = {"AWS": ["*", "123456789012"], "Service": "ec2.amazonaws.com", "Federated": "arn:aws:iam::1:x"}
    (statement,) = parse(document({**TRUST, "Principal": many}))
    assert statement.principals == (
        Principal("AWS", "*"),
        Principal("AWS", "123456789012"),
        Principal("Service", "ec2.amazonaws.com"),
        Principal("Federated", "arn:aws:iam::1:x"),
    )
    (statement,) = parse(document({"Effect": "Deny", "Action": "*", "Principal": "*"}))
    assert statement.principals == (Principal("*", "*"),)


@pytest.mark.parametrize(
    "name",
    [
        "arn:aws:iam::123456789012:root",
        "arn:aws-us-gov:iam::123456789012:user/path/alice",
        "arn:aws-cn:iam::123456789012:role/OpsR",
        "arn:aws:sts::123456789012:assumed-role/OpsR/alice",
        "AIDAEXAMPLE",
    ],
)
def test_names_of_principals(name: str) -> None:
    (statement,) = parse(document({**TRUST, "Principal": {"AWS": name}}))
    assert statement.principals == (Principal("AWS", name),)


def refusal(document: dict[str, object]) -> str:
    """Return why a document is refused; where, unless that is the first statement."""
    with pytest.raises(AccessError) as raised:
        parse(document)
    (fault,) = raised.value.faults
    return " | ".join(filter(None, fault)).removeprefix("policy document, statement 1 | ")


@pytest.mark.parametrize(
    ("principal", "why"),
    [
        ({}, "Principal: is neither * nor a block of AWS, Federated, Service, CanonicalUser"),
        (
            "arn:aws:iam::123456789012:root",
            "Principal: is neither * nor a block of AWS, Federated, Service, CanonicalUser",
        ),
        ({"AWS": []}, "AWS: is neither a text nor a list of texts"),
        (
            {"AWS": "arn:aws:iam::123456789012:user/*"},
            "Principal: AWS 'arn:aws:iam::123456789012:user/*' cannot be one | name a user, a role or an account",
        ),
        (
            {"AWS": "arn:aws:iam::123456789012:group/AssumeRoleG"},
            "Principal: AWS 'arn:aws:iam::123456789012:group/AssumeRoleG' cannot be one | name a user, a role or an account",
        ),
        (
            {"AWS": "arn:aws:iam::123456789012:user/"},
            "Principal: AWS 'arn:aws:iam::123456789012:user/' cannot be one | name a user, a role or an account",
        ),
        (
            {"AWS": "arn:aws:iam::1234:root"},
            "Principal: AWS 'arn:aws:iam::1234:root' cannot be one | name a user, a role or an account",
        ),
        ({"AWS": "alice"}, "Principal: AWS 'alice' cannot be one | name a user, a role or an account"),
        ({"AWS": 123456789012}, "AWS: is neither a text nor a list of texts"),
        ({"Service": "*"}, "Principal: Service '*' cannot be one | name a user, a role or an account"),
        ({"Federated": "*"}, "Principal: Federated '*' cannot be one | name a user, a role or an account"),
        ({"Group": "x"}, "Principal: Group is a kind that is not known"),
        (None, "Principal: is neither * nor a block of AWS, Federated, Service, CanonicalUser"),
    ],
)
def test_what_cannot_be_a_principal(principal: object, why: str) -> None:
    assert refusal(document({**TRUST, "Principal": principal})) == why


@pytest.mark.parametrize(
    ("malformed", "why"),
    [
        ({}, "Statement: is not a block of elements"),
        ({"Version": "2012-10-17"}, "Statement: is not a block of elements"),
        (
            {"Version": "2012-10-18", "Statement": ALLOW},
            "policy document | Version: '2012-10-18' is not known | write 2012-10-17",
        ),
        ({"Version": None, "Statement": ALLOW}, "policy document | Version: None is not known | write 2012-10-17"),
        ({"Statement": []}, "policy document | Statement: is empty"),
        ({"Statement": None}, "Statement: is not a block of elements"),
        ({"Statement": "Allow"}, "Statement: is not a block of elements"),
        ({"Statement": [None]}, "Statement: is not a block of elements"),
        ({"Statement": ALLOW, "Statements": ALLOW}, "policy document | Statements: is an element that is not known"),
        (document(without("Effect")), "Effect: is None | write Allow or Deny"),
        (document(without("Action")), "Action: is not there, nor is NotAction"),
        (document(without("Resource")), "Resource: is not there, nor is NotResource"),
        (document({**ALLOW, "Effect": "allow"}), "Effect: is 'allow' | write Allow or Deny"),
        (document({**ALLOW, "Effect": ["Allow"]}), "Effect: is ['Allow'] | write Allow or Deny"),
        (document({**ALLOW, "NotAction": "s3:*"}), "Action: is there together with NotAction"),
        (document({**ALLOW, "NotResource": "*"}), "Resource: is there together with NotResource"),
        (document({**TRUST, "NotPrincipal": "*"}), "Principal: is there together with NotPrincipal"),
        (document({**ALLOW, "Action": []}), "Action: is neither a text nor a list of texts"),
        (document({**ALLOW, "Action": ""}), "Action: is neither a text nor a list of texts"),
        (document({**ALLOW, "Action": "GetObject"}), "Action: 'GetObject' is not of the form service:action"),
        (
            document({**ALLOW, "Action": "s3:${aws:username}"}),
            "Action: 's3:${aws:username}' is not of the form service:action",
        ),
        (document({**ALLOW, "Action": ["s3:Get", None]}), "Action: is neither a text nor a list of texts"),
        (document({**ALLOW, "Resource": []}), "Resource: is neither a text nor a list of texts"),
        (document({**ALLOW, "Resource": {"Ref": "Bucket"}}), "Resource: has the function Ref among other keys"),
        (document({**ALLOW, "Resource": "bucket/key"}), "Resource: 'bucket/key' is neither * nor an ARN"),
        (
            document({**ALLOW, "Resource": "arn:aws:s3:::${username}"}),
            "arn:aws:s3:::${username}: has a policy variable that is not ${prefix:key} or ${prefix:key, 'default'}",
        ),
        (document({**ALLOW, "Sid": 5}), "Sid: is 5, which is no text"),
        (document({**ALLOW, "Conditions": {}}), "Conditions: is an element that is not known"),
        (document({**ALLOW, "Condition": []}), "Condition: is not a block of operators, each with a block of keys"),
        (
            document({**ALLOW, "Condition": {"StringSame": {"aws:x": "y"}}}),
            "StringSame: is a condition operator that is not known | did you mean StringLike?",
        ),
    ],
)
def test_malformed_documents_are_refused(malformed: dict[str, object], why: str) -> None:
    assert refusal(malformed) == why


def test_an_error_says_which_statement_of_which_policy() -> None:
    with pytest.raises(AccessError) as caught:
        parse(document(ALLOW, {**ALLOW, "Condition": {"Bool": {"aws:x": "maybe"}}}), "infra-OpsP")
    (fault,) = caught.value.faults
    assert fault.where == "infra-OpsP, statement 2"
    assert fault.problem == "maybe: is neither true nor false"


def test_not_a_mapping_is_refused() -> None:
    with pytest.raises(AccessError):
        parse([ALLOW])  # type: ignore[arg-type]


@given(
    st.fixed_dictionaries(
        {
            "Effect": st.sampled_from(["Allow", "Deny"]),
            "Action": st.sampled_from(["*", "s3:Get*", "iam:?"]),
            "Resource": st.sampled_from(["*", "arn:aws:s3:::x/*"]),
        }
    )
)
def test_texts_and_lists_of_one_are_equal(statement: dict[str, str]) -> None:
    listed = {key: value if key == "Effect" else [value] for key, value in statement.items()}
    assert parse(document(statement)) == parse(document(listed))


def test_a_statement_knows_its_number_and_equals_another_with_another_number() -> None:
    from iamgen.access.partial_reading import parse_partly

    block = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [block, {"Effect": "Allow"}, block]}
    first, *unread, last = parse_partly(document, "P")
    assert (first.number, last.number) == (1, 3)
    assert first == last
    assert {statement.number for statement in unread} == {2}


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (
            {**ALLOW, "Action": ["s3:⟨X⟩"]},
            "Action: s3:${X} is not known before the deployment",
        ),
        (
            {**ALLOW, "Fn::If": ["C", {}, {}]},
            "Statement: depends on the condition C",
        ),
    ],
)
def test_what_only_the_deployment_tells_is_refused(statement: dict[str, object], why: str) -> None:
    assert refusal(document(statement)) == why
