"""Accepted findings as users.py writes them: how they are handed over, and the whole message of each fault."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamgen import Accept
from iamgen.declaration.load import load
from iamgen.errors import IamgenError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEAD = 'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("alice", {"dev": "OpsR"}),)\n'
MakeRepo = Callable[..., Path]
ADMIN = "Accept 'administrator' of 'x'"


def test_what_is_accepted_is_handed_over_with_its_line(make_repo: MakeRepo) -> None:
    text = """\
ACCEPTED = [
    Accept("administrator", "cdk-*", "deploys", accounts=("dev", "p*"), detail="cloudformation.amazonaws.com"),
    Accept("root-without-mfa", "root", "the key is in the safe", accounts="user-only"),
]
"""
    accepted = load(make_repo(HEAD + text), NOW).declaration.accepted
    assert accepted == (
        Accept("administrator", "cdk-*", "deploys", accounts=("dev", "p*"), detail="cloudformation.amazonaws.com"),
        Accept("root-without-mfa", "root", "the key is in the safe", accounts="user-only"),
    )
    assert [item.origin.line for item in accepted] == [5, 6]
    assert accepted[1].label == "Accept 'root-without-mfa' of 'root'"


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ('Accept("adminstrator", "x", "y", accounts="dev")', "Accept: rule is 'adminstrator' | did you mean administrator?"),
        ('Accept("nonsense", "x", "y", accounts="dev")',
         "Accept: rule is 'nonsense' | write a rule of `iamgen docs people`, such as 'administrator'"),
        ('Accept("administrator", "x", "y")',
         "Accept lacks its accounts | give an account name or pattern, or several: ('dev', '*-dev')"),
        ('Accept("administrator", "x", " ", accounts="dev")', f"{ADMIN} has no reason | say why, for whoever reads it next"),
        ('Accept("administrator", "x", "y", accounts=())',
         f"{ADMIN}: accounts is empty, and so it would hold nowhere | name the account, or write '*' for all of them"),
        ('Accept("administrator", "x", "y", accounts="prd")',
         f"{ADMIN}: 'prd' is no account, nor matches any | did you mean prod?"),
        ('Accept("administrator", "*?", "y", accounts="dev")',
         "Accept 'administrator' of '*?' names nothing in particular, and so would accept whatever the rule finds | "
         "name the user, role, group or policy that was looked at"),
        ('Accept("outside-principal", "x", "y", accounts="dev")',
         "Accept 'outside-principal' of 'x' lacks its detail, and would accept more than was looked at | "
         "write detail=…: the principal or provider that the role trusts, '*' for everybody; iamgen audit --json has it"),
        ('Accept("root-without-mfa", "root", "y", accounts="dev", detail="z")',
         "Accept 'root-without-mfa' of 'root' (z): findings of this rule have no detail | leave it out"),
        ('*[Accept("administrator", "x", "y", accounts="dev") for _ in "ab"]',
         f"{ADMIN} stands on line 4 already | remove one of the two"),
        ('User("x", {})', "entry 1 of ACCEPTED is a User | move it to USERS"),
        ("3", "entry 1 of ACCEPTED is int 3 | write Accept(…)"),
    ],
)  # fmt: skip
def test_a_fault_of_what_is_accepted_is_told(make_repo: MakeRepo, written: str, fault: str) -> None:
    with pytest.raises(IamgenError) as caught:
        load(make_repo(f"{HEAD}ACCEPTED = ({written},)\n"), NOW)
    assert [f"{item.problem} | {item.hint}" for item in caught.value.faults] == [fault]


@pytest.mark.parametrize(
    ("rule", "detail"),
    [
        ("user-differs", "the difference, such as 'path /a/ should be /b/'"),
        ("missing-membership", "the name of the group"),
        ("extra-membership", "the name of the group"),
        ("policy-on-user", "the name of the inline policy, or the ARN of the attached one"),
        ("no-mfa", "'password' or 'access key'"),
        ("several-devices", "how many there are, such as '2'"),
        ("old-key", "the day on which the key was made, such as '2026-03-02'"),
        ("unused-key", "the day on which the key was made, such as '2026-03-02'"),
        ("root-key", "'access key' or 'certificate'"),
        ("weak-password-policy", "what it demands, such as '8 characters' or '0 remembered'"),
        ("deleted-principal", "the id that the role trusts, such as 'AIDA…'"),
        ("undeclared-resource", "'group', 'role' or 'policy'"),
    ],
)
def test_what_would_accept_more_than_was_looked_at_is_refused(make_repo: MakeRepo, rule: str, detail: str) -> None:
    with pytest.raises(IamgenError) as caught:
        load(make_repo(f'{HEAD}ACCEPTED = (Accept("{rule}", "x", "y", accounts="dev"),)\n'), NOW)
    assert [fault.hint for fault in caught.value.faults] == [f"write detail=…: {detail}; iamgen audit --json has it"]


def test_an_acceptance_in_no_list_is_warned_about(make_repo: MakeRepo) -> None:
    (warning,) = load(make_repo(f'{HEAD}X = Accept("administrator", "x", "y", accounts="dev")\n'), NOW).warnings
    assert warning.problem == f"{ADMIN} is made, but not in ACCEPTED"
