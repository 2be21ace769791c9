"""Where users.py names somebody, and users.py without them."""

from __future__ import annotations

import ast

import pytest

from iamgen.people.declared_lines import mentions, with_other_name, without_person

BEFORE = """\
from iamgen import User, Group
USERS = (
    User("alice", {"dev": "AdminR"}, power=True),
    # bob is an auditor
    User(
        "bob",
        {"dev": ("OpsR", "ReadR")},
        email="bob@example.com",
    ),  # until May
    User("bobby", {"dev": "ReadR"}), User(name="carol", access={"dev": "ReadR"}),
)
GROUPS = (Group("AuditG", members=("alice", "bob")), Group("BobG", members=["bob"]))
ASSERTIONS = (Forbid("s3:*", who=("bob",)),)
OWNER = "bob"
"""


def test_every_place_is_found_and_only_literals_can_go() -> None:
    result = [(mention.line, mention.is_removable, mention.source[:9]) for mention in mentions(BEFORE, "bob")]
    assert result == [
        (5, True, 'User( "bo'),
        (12, True, '"bob"'),
        (12, True, '"bob"'),
        (13, False, '"bob"'),
        (14, False, '"bob"'),
    ]
    assert mentions(BEFORE, "zoe") == ()


def test_literals_are_taken_out_with_their_lines() -> None:
    after = without_person(BEFORE, "bob")
    assert [(mention.line, mention.is_removable) for mention in mentions(after, "bob")] == [(8, False), (9, False)]
    assert (
        after
        == """\
from iamgen import User, Group
USERS = (
    User("alice", {"dev": "AdminR"}, power=True),
    # bob is an auditor
    User("bobby", {"dev": "ReadR"}), User(name="carol", access={"dev": "ReadR"}),
)
GROUPS = (Group("AuditG", members=("alice",)), Group("BobG", members=[]))
ASSERTIONS = (Forbid("s3:*", who=("bob",)),)
OWNER = "bob"
"""
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('USERS = (User("bob", {}),)\n', "USERS = ()\n"),
        ('USERS = (User("bob", {}), User("al", {}))\n', 'USERS = (User("al", {}),)\n'),
        ('USERS = (User("al", {}), User("bob", {}))\n', 'USERS = (User("al", {}),)\n'),
        ('USERS = (User("al", {}), User("bob", {}), User("cy", {}))\n', 'USERS = (User("al", {}), User("cy", {}))\n'),
        ('USERS = (User("al", {}), User("cy", {}), User("bob", {}))\n', 'USERS = (User("al", {}), User("cy", {}))\n'),
        ('USERS = [User("al", {}), User("bob", {})]\n', 'USERS = [User("al", {})]\n'),
        ('USERS = [User("é", {}), User("bob", {}), ]  # é\n', 'USERS = [User("é", {}), ]  # é\n'),
        ('USERS = (\n    User("al", {}),\n    User("bob", {})\n)\n', 'USERS = (\n    User("al", {}),\n)\n'),
        ('USERS = (iamgen.User("bob", {}),)\n', "USERS = ()\n"),
        (
            'USERS = tuple(User(name, {}) for name in ("bob",))\n',
            'USERS = tuple(User(name, {}) for name in ("bob",))\n',
        ),
        ('BOB = User("bob", {})\nUSERS = (BOB,)\n', 'BOB = User("bob", {})\nUSERS = (BOB,)\n'),
        ('USERS = (User("bob", {}),) + OTHERS\n', "USERS = () + OTHERS\n"),
    ],
)
def test_what_remains_is_still_a_tuple(before: str, after: str) -> None:
    result = without_person(before, "bob")
    assert result == after
    ast.parse(result)


def test_a_name_is_replaced_where_it_is_a_persons() -> None:
    after = with_other_name(BEFORE, "bob", "robert")
    changed = [(old, new) for old, new in zip(BEFORE.splitlines(), after.splitlines(), strict=True) if old != new]
    assert changed == [
        ('        "bob",', '        "robert",'),
        (
            'GROUPS = (Group("AuditG", members=("alice", "bob")), Group("BobG", members=["bob"]))',
            'GROUPS = (Group("AuditG", members=("alice", "robert")), Group("BobG", members=["robert"]))',
        ),
        ('ASSERTIONS = (Forbid("s3:*", who=("bob",)),)', 'ASSERTIONS = (Forbid("s3:*", who=("robert",)),)'),
    ]
    assert with_other_name("USERS = (User('b' 'ob', {}), User(name='bob', access={}))\n", "bob", "x") == (
        "USERS = (User('b' 'ob', {}), User(name='x', access={}))\n"
    )
