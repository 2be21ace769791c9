"""People are called by their names where no other account can be meant, and by their ARNs everywhere else."""

from __future__ import annotations

import pytest

from iamgen.diff.change import Change, Detail
from iamgen.diff.short_names import with_short_names

PEOPLE = "111111111111"
TRUST = "AssumeRolePolicyDocument"


def shown(where: str, text: str, account: str = PEOPLE) -> str:
    change = Change("~", "ReadR", "AWS::IAM::Role", replaced=False, details=(Detail("+", where, text),))
    return with_short_names((change,), account)[0].details[0].text


@pytest.mark.parametrize(
    ("principal", "name"),
    [
        ("arn:aws:iam::111111111111:user/bob", "bob"),
        ("arn:aws-us-gov:iam::111111111111:user/auditors/dave", "auditors/dave"),
        ("arn:aws:iam::111111111111:user/b.o+b=c@example.com", "b.o+b=c@example.com"),
    ],
)
@pytest.mark.parametrize(
    ("where", "form"),
    [
        ("Principal", "{}"),
        (TRUST, "Allow sts:AssumeRole for {} if Bool aws:MultiFactorAuthPresent = true"),
        (TRUST, "Allow sts:AssumeRole for {}, arn:aws:iam::111111111111:role/x"),
        (TRUST, "Allow sts:AssumeRole for all but {}"),
    ],
)
def test_a_user_of_the_account_of_the_people(principal: str, name: str, where: str, form: str) -> None:
    assert shown(where, form.format(principal)) == form.format(name)


@pytest.mark.parametrize(
    "principal",
    [
        "arn:aws:iam::222222222222:user/bob",
        "arn:aws:iam::111111111111:role/bob",
        "arn:aws:iam::111111111111:root",
        "arn:aws:iam::111111111111:user/*",
        "arn:aws:iam::111111111111:user/${aws:username}",
        "arn:aws:iam::111111111111:user/222222222222",
        "arn:aws:iam::111111111111:user/AIDAIOSFODNN7EXAMPLE",
        "arn:aws:iam::111111111111:user/if",
        "arn:aws:iam::111111111111:user/Service",
        "xarn:aws:iam::111111111111:user/bob",
        '"arn:aws:iam::111111111111:user/bob, arn:aws:iam::111111111111:user/eve"',
    ],
)
def test_whoever_could_be_taken_for_somebody_else_keeps_the_arn(principal: str) -> None:
    assert shown("Principal", principal) == principal


def test_elsewhere_an_arn_is_an_arn() -> None:
    text = "Allow iam:GetUser on arn:aws:iam::111111111111:user/bob"
    assert shown("PolicyDocument", text) == text
    assert shown("Resource", "arn:aws:iam::111111111111:user/bob") == "arn:aws:iam::111111111111:user/bob"
    assert shown("Principal", "arn:aws:iam::111111111111:user/bob", "") == "arn:aws:iam::111111111111:user/bob"


def test_below_a_changed_statement_too() -> None:
    inner = Detail("+", "Principal", "arn:aws:iam::111111111111:user/bob")
    change = Change("~", "ReadR", "AWS::IAM::Role", False, (Detail("~", TRUST, "Allow sts:AssumeRole", (inner,)),))
    assert with_short_names((change,), PEOPLE)[0].details[0].details[0].text == "bob"
