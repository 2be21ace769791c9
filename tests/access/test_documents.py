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


@pytest.mark.parametrize(
    "principal",
    [
        {},
        "arn:aws:iam::123456789012:root",
        {"AWS": []},
        {"AWS": "arn:aws:iam::123456789012:user/*"},
        {"AWS": "arn:aws:iam::123456789012:group/AssumeRoleG"},
        {"AWS": "arn:aws:iam::123456789012:user/"},
        {"AWS": "arn:aws:iam::1234:root"},
        {"AWS": "alice"},
        {"AWS": 123456789012},
        {"Service": "*"},
        {"Federated": "*"},
        {"Group": "x"},
        None,
    ],
)
def test_what_cannot_be_a_principal(principal: object) -> None:
    with pytest.raises(AccessError):
        parse(document({**TRUST, "Principal": principal}))


@pytest.mark.parametrize(
    "malformed",
    [
        {},
        {"Version": "2012-10-17"},
        {"Version": "2012-10-18", "Statement": ALLOW},
        {"Version": None, "Statement": ALLOW},
        {"Statement": []},
        {"Statement": None},
        {"Statement": "Allow"},
        {"Statement": [None]},
        {"Statement": ALLOW, "Statements": ALLOW},
        document(without("Effect")),
        document(without("Action")),
        document(without("Resource")),
        document({**ALLOW, "Effect": "allow"}),
        document({**ALLOW, "Effect": ["Allow"]}),
        document({**ALLOW, "NotAction": "s3:*"}),
        document({**ALLOW, "NotResource": "*"}),
        document({**TRUST, "NotPrincipal": "*"}),
        document({**ALLOW, "Action": []}),
        document({**ALLOW, "Action": ""}),
        document({**ALLOW, "Action": "GetObject"}),
        document({**ALLOW, "Action": "s3:${aws:username}"}),
        document({**ALLOW, "Action": ["s3:Get", None]}),
        document({**ALLOW, "Resource": []}),
        document({**ALLOW, "Resource": {"Ref": "Bucket"}}),
        document({**ALLOW, "Resource": "bucket/key"}),
        document({**ALLOW, "Resource": "arn:aws:s3:::${username}"}),
        document({**ALLOW, "Sid": 5}),
        document({**ALLOW, "Conditions": {}}),
        document({**ALLOW, "Condition": []}),
        document({**ALLOW, "Condition": {"StringSame": {"aws:x": "y"}}}),
    ],
)
def test_malformed_documents_are_refused(malformed: dict[str, object]) -> None:
    with pytest.raises(AccessError):
        parse(malformed)


def test_an_error_says_which_statement_of_which_policy() -> None:
    with pytest.raises(AccessError) as caught:
        parse(document(ALLOW, {**ALLOW, "Condition": {"Bool": {"aws:x": "maybe"}}}), "infra-OpsP")
    (fault,) = caught.value.faults
    assert fault.where == "infra-OpsP, statement 2"
    assert fault.what == "maybe: is neither true nor false"


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
