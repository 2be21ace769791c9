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
    assert logical_id("User", "alice2") == "UserAlice2"
    assert re.fullmatch(r"UserAliceExampleCom[0-9a-f]{8}", logical_id("User", "alice@example.com"))


names = st.text("abAB01+=,.@_-", min_size=1, max_size=64)


@given(names, names)
def test_different_names_have_different_ids_of_letters_and_digits(first: str, other: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]+", logical_id("User", first))
    assert (logical_id("User", first) == logical_id("User", other)) == (first == other)


@given(names, names)
def test_what_is_made_of_different_names_is_different_to_iam_too(first: str, other: str) -> None:
    result = [{f"{logical_id('CIUser', name)}{end}".casefold() for end in ("G", "P")} for name in (first, other)]
    assert first == other or not result[0] & result[1]
    ids = [{logical_id("CIUser", name) + end for end in ("", "G", "P")} for name in (first, other)]
    assert first == other or not ids[0] & ids[1]
