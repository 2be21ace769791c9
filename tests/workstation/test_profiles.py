"""The profiles of the roles that a person may assume, and the names that every program reads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from iamgen.declaration.resolved import Account
from iamgen.workstation.profile_names import is_read_by_all
from iamgen.workstation.profiles import ProfileSource, role_profiles
from iamgen.workstation.roles import Assumable

READER = Assumable(
    Account("dev", "222222222222", "dev", "acme dev"), "acme dev", "ReadR", "infra-ReadR-1", "arn:aws:iam::1:role/r"
)
SOURCE = ProfileSource("acme", "bob", "arn:aws:iam::111111111111:mfa/bob", "eu-west-1")


def test_a_profile_says_all_that_the_aws_cli_needs() -> None:
    operator = READER._replace(
        place="acme-dev", role="OpsR", arn="arn:aws:iam::1:role/o", hours=2, until=datetime(2027, 2, 1, tzinfo=UTC)
    )
    assert role_profiles([READER, operator], SOURCE) == (
        "[profile dev_read]\n"
        "role_arn = arn:aws:iam::1:role/r\n"
        "source_profile = acme\n"
        "mfa_serial = arn:aws:iam::111111111111:mfa/bob\n"
        "role_session_name = bob\n"
        "region = eu-west-1\n"
        "\n"
        "[profile acme-dev_ops]\n"
        "# until the end of 2027-01-31 (UTC)\n"
        "role_arn = arn:aws:iam::1:role/o\n"
        "source_profile = acme\n"
        "mfa_serial = arn:aws:iam::111111111111:mfa/bob\n"
        "role_session_name = bob\n"
        "duration_seconds = 7200\n"
        "region = eu-west-1"
    )
    assert role_profiles([], SOURCE) == ""


@pytest.mark.parametrize(("user", "is_named"), [("b", False), ("bo", True)])
def test_a_session_is_called_like_its_user_where_aws_takes_the_name(user: str, is_named: bool) -> None:
    assert ("role_session_name" in role_profiles([READER], SOURCE._replace(user=user))) == is_named


@pytest.mark.parametrize(
    ("name", "is_read"),
    [
        ("a", True),
        ("Acme_1@x+y.z%:/-", True),
        ("", False),
        ("a b", False),
        ("a#b", False),
        ("ä", False),
        ("__proto__", False),
        ("__proto__x", True),
    ],
)
def test_names_of_profiles_that_every_program_reads(name: str, is_read: bool) -> None:
    assert is_read_by_all(name) == is_read
