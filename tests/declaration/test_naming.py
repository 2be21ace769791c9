from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from iamgen.declaration.naming import Naming, logical_id

NAMING = Naming("infra", "aws-cn", "123456789012")


def test_names() -> None:
    assert NAMING.full("ReadR") == "infra-ReadR-123456789012"
    assert NAMING.role_arn("ReadR") == "arn:aws-cn:iam::123456789012:role/infra-ReadR-123456789012"
    assert NAMING.user_arn("bob", "/team/") == "arn:aws-cn:iam::123456789012:user/team/bob"
    assert NAMING.aws_policy("ReadOnlyAccess") == "arn:aws-cn:iam::aws:policy/ReadOnlyAccess"


def test_a_plain_name_reads_well_and_another_cannot_collide() -> None:
    assert logical_id("User", "ci-west2") == "UserCiWest2"
    assert re.fullmatch(r"UserAliceExampleCom[0-9a-f]{8}", logical_id("User", "alice@example.com"))


names = st.text("abAB01+=,.@_-", min_size=1, max_size=64)


@given(names, names)
def test_different_names_have_different_ids_of_letters_and_digits(one: str, other: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]+", logical_id("User", one))
    assert (logical_id("User", one) == logical_id("User", other)) == (one == other)
