"""Roles, groups, policies, pipelines and emergencies of one's own: what is wrong, and what they resolve to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamgen.declaration.load import load
from iamgen.errors import Fault, IamgenError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEAD = 'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("alice", {}),)\n'  # a case starts on line 4
MakeRepo = Callable[..., Path]
OfWholeCalls = Callable[[tuple[Fault, ...]], list[str]]


def faults(root: Path) -> list[str]:
    with pytest.raises(IamgenError) as raised:
        load(root, NOW)
    return [" | ".join(fault) for fault in raised.value.faults]


CASES = {
    "a name without its ending": (
        'ROLES = (Role("Data"),)',
        "Role 'Data': this is no name for it | a name of letters and digits, with a capital at its start, "
        "that ends in R: DataR",
    ),
    "a name with a hyphen": (
        'GROUPS = (Group("Data-G"),)',
        "Group 'Data-G': this is no name for it | a name of letters and digits, with a capital at its start, that ends in G: DataG",
    ),
    "a standardized role": (
        'ROLES = (Role("OpsR"),)',
        "Role 'OpsR': iamgen makes one of that name itself | choose another name",
    ),
    "a standard policy": (
        'POLICIES = (Policy("OpsP", "x.json.j2"),)',
        "Policy 'OpsP': iamgen makes one of that name itself | choose another name",
    ),
    "a name that iamgen may need": (
        'POLICIES = (Policy("DataServicesP", "x.json.j2"),)',
        "Policy 'DataServicesP': iamgen makes one of that name itself | choose another name",
    ),
    "two of a name": (
        'ROLES = (Role("DataR"), Role("DataR"))',
        "Role 'DataR' is declared already (line 4) | IAM compares names without case: keep one of the two",
    ),
    "a role's name too long once prefixed": (
        f'ROLES = (Role("D{"a" * 45}R"),)',
        f"Role 'D{'a' * 45}R' is too long once it is infra-D{'a' * 45}R-ACCOUNT | 64 characters at most: 2 too many",
    ),
    "an unknown service": (
        'ROLES = (Role("DataR", services=("athna",)),)',
        "Role 'DataR': 'athna' is no known service | did you mean athena?",
    ),
    "an unknown policy": (
        'POLICIES = (Policy("LogsP", "x.json.j2"),)\nROLES = (Role("DataR", policies=("LogP",)),)',
        "Role 'DataR': there is no Policy 'LogP' | did you mean LogsP?",
    ),
    "a policy of one's own among AWS's": (
        'POLICIES = (Policy("LogsP", "x.json.j2"),)\nROLES = (Role("DataR", managed_policies=("LogsP",)),)',
        "Role 'DataR': 'LogsP' is a Policy of yours | name it in policies",
    ),
    "no policy's name": (
        'ROLES = (Role("DataR", managed_policies=("Read Only",)),)',
        "Role 'DataR': 'Read Only' is no managed policy | write AWS's name, such as 'ReadOnlyAccess' or 'job-function/ViewOnlyAccess', or an ARN",
    ),
    "too many policies": (
        f'ROLES = (Role("DataR", managed_policies={tuple(f"P{n}" for n in range(21))}),)',
        "Role 'DataR' has 21 managed policies, and 20 is the quota | join some, or have AWS raise the quota and set Settings(managed_policies_quota=…), up to 25",
    ),
    "an unknown boundary": (
        'ROLES = (Role("DataR", boundary="No such"),)',
        "Role 'DataR': 'No such' is no managed policy | write AWS's name, such as 'ReadOnlyAccess' or 'job-function/ViewOnlyAccess', or an ARN",
    ),
    "nobody who may assume": (
        'ROLES = (Role("DataR", assumed_by=("lambda",)),)',
        "Role 'DataR': 'lambda' is no service, role or ARN that may assume it | write a service such as 'lambda.amazonaws.com', a role's name, or an ARN",
    ),
    "a role that is not": (
        'ROLES = (Role("DataR", assumed_by=("OpR",)),)',
        "Role 'DataR': 'OpR' is no service, role or ARN that may assume it | did you mean OpsR?",
    ),
    "roles in a circle": (
        'ROLES = (Role("AaR", assumed_by=("BbR",)), Role("BbR", assumed_by=("AaR",)))',
        "Role 'AaR' may be assumed by itself, by way of assumed_by (also 'BbR' at users.py:4) | break the circle: one of them cannot name the next",
    ),
    "a role that is elsewhere": (
        'ROLES = (Role("AaR", accounts="dev"), Role("BbR", accounts=("dev", "prod"), assumed_by=("AaR",)))',
        "Role 'BbR' is in prod, but AaR, which may assume it, is not | give both the same accounts, or name the role by its ARN",
    ),
    "a policy that is elsewhere": (
        'POLICIES = (Policy("LogsP", "x.json.j2", accounts="dev"),)\nROLES = (Role("DataR", policies=("LogsP",)),)',
        "Role 'DataR' is in prod, but Policy 'LogsP' is not | give both the same accounts, or leave the policy's out",
    ),
    "a policy that is elsewhere, besides one that is not": (
        'POLICIES = (Policy("AllP", "x.json.j2"), Policy("LogsP", "x.json.j2", accounts="dev"))\n'
        'ROLES = (Role("DataR", policies=("AllP", "LogsP")),)',
        "Role 'DataR' is in prod, but Policy 'LogsP' is not | give both the same accounts, or leave the policy's out",
    ),
    "a policy that is kept out of the account of the people": (
        'POLICIES = (Policy("LogsP", "x.json.j2", accounts="dev"),)\nGROUPS = (Group("DataG", policies=("LogsP",)),)',
        "Group 'DataG' is in user-only, but Policy 'LogsP' is not | add 'user-only' to the policy's accounts, or leave those out",
    ),
    "a policy whose pattern means no account that holds nothing but people": (
        'POLICIES = (Policy("LogsP", "x.json.j2", accounts="*"),)\nGROUPS = (Group("DataG", policies=("LogsP",)),)',
        "Group 'DataG' is in user-only, but Policy 'LogsP' is not | add 'user-only' to the policy's accounts, or leave those out",
    ),
    "no account": (
        'ROLES = (Role("DataR", accounts=("dve",)),)',
        "Role 'DataR': 'dve' is no account, nor matches any | did you mean dev?",
    ),
    "hours": (
        'ROLES = (Role("DataR", session_hours=13),)',
        "Role 'DataR': session_hours is 13 | a session lasts 1 to 12 hours",
    ),
    "a member who is not": (
        'GROUPS = (Group("DataG", members=("alce",)),)',
        "Group 'DataG': there is no User 'alce' | did you mean alice?",
    ),
    "a member who is nobody's likeness": (
        'GROUPS = (Group("DataG", members=("zzzz",)),)',
        "Group 'DataG': there is no User 'zzzz' | members are people of USERS",
    ),
    "a template outside of its folder": (
        'POLICIES = (Policy("LogsP", "../users.json.j2"),)',
        "Policy 'LogsP': '../users.json.j2' is no template | name a file of templates/policies/, such as 'logs.json.j2'",
    ),
    "a template of another kind": (
        'POLICIES = (Policy("LogsP", "logs.json"),)',
        "Policy 'LogsP': 'logs.json' is no template | name a file of templates/policies/, such as 'logs.json.j2'",
    ),
    "an emergency without a reason": (
        'ROLES = (Role("DataR", emergency=Emergency("", until="2027-01-01", template="x.json.j2")),)',
        "Role 'DataR': its Emergency has no reason | say why",
    ),
    "an emergency without an end": (
        'ROLES = (Role("DataR", emergency=Emergency("x", until="never", template="x.json.j2")),)',
        "Role 'DataR': its Emergency's until 'never' is no date | write a day such as '2027-01-31'",
    ),
    "a role granted where it is not": (
        'ROLES = (Role("DataR", accounts="prod"),)\nUSERS = (User("alice", {"dev": "DataR"}),)',
        "User 'alice': DataR is not in dev | it is in prod",
    ),
    "a pipeline's role": (
        'PIPELINES = (Pipeline("github", repository="a/b", branch="m", access={"dev": "OpR"}),)',
        "Pipeline 'github': dev: there is no role 'OpR' | did you mean OpsR?",
    ),
    "a role that is made, and in no list": (
        'Role("WorkR")\nUSERS = (User("alice", {"dev": "WorkR"}),)',
        "User 'alice': dev: there is no role 'WorkR' | add it to ROLES, or remove it",
    ),
    "a pipeline's account": (
        'PIPELINES = (Pipeline("github", repository="a/b", branch="m", access={"dve": "OpsR"}),)',
        "Pipeline 'github': there is no account 'dve' | did you mean dev?",
    ),
    "a pipeline's subject": (
        'PIPELINES = (Pipeline("github", "repo:a/*:environment:x", {"dev": "OpsR"}),)',
        "Pipeline 'github': the subject 'repo:a/*:environment:x' has a wildcard, and would admit others too | give repository='acme/shop' with environment='prod' or branch='main', or a whole subject",
    ),
    "an ignore without a reason": (
        'SETTINGS = Settings(ignore={"E108": ""})',
        "Settings: ignore: E108 has no reason | say why, for whoever reads it next",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault(case: str, make_repo: MakeRepo, of_whole_calls: OfWholeCalls) -> None:
    text, expected = CASES[case]
    with pytest.raises(IamgenError) as raised:
        load(make_repo(HEAD + text), NOW)
    problems = [(f"{fault.problem} | {fault.hint}", fault.where.partition(":")[0]) for fault in raised.value.faults]
    assert problems == [(expected, "users.py")]
    assert bool(of_whole_calls(raised.value.faults)) == (case == "an emergency without a reason")


def test_a_role_is_granted_where_it_is(make_repo: MakeRepo) -> None:
    users = HEAD + 'ROLES = (Role("DataR", accounts="prod"),)\nUSERS = (User("alice", {"*": "DataR"}),)'
    declaration = load(make_repo(users), NOW).declaration
    assert [(grant.account, grant.role) for grant in declaration.granted] == [("prod", "DataR")]


def test_a_policy_is_where_it_is_used(make_repo: MakeRepo) -> None:
    users = HEAD + (
        'POLICIES = (Policy("LogsP", "x.json.j2"), Policy("EdgeP", "x.json.j2"), Policy("NoneP", "x.json.j2"),'
        ' Policy("HomeP", "x.json.j2", accounts=("user-only", "dev")))\n'
        'ROLES = (Role("DataR", policies=("LogsP",), accounts="prod"), Role("EdgeR", boundary="EdgeP"))\n'
        'GROUPS = (Group("DataG", policies=("LogsP", "HomeP")),)'
    )
    policies = load(make_repo(users), NOW).declaration.policies
    assert {policy.name: set(policy.accounts) for policy in policies} == {
        "LogsP": {"prod", "user-only"},
        "EdgeP": {"dev", "prod"},
        "NoneP": set(),
        "HomeP": {"user-only", "dev"},
    }


@pytest.mark.parametrize(
    ("until", "problem"),
    [
        ("2026-12-24", "DataR has an inline policy until the end of 2026-12-24 (UTC): INC-7"),
        ("2026-11-22", "DataR's emergency ended at the end of 2026-11-22 (UTC): left out"),
        # the moment itself is past the end, as DateLessThan has it
        ("2026-11-23T12:00:01", "DataR has an inline policy until 2026-11-23 12:00:01 UTC: INC-7"),
        ("2026-11-23T12:00:00", "DataR's emergency ended at 2026-11-23 12:00:00 UTC: left out"),
    ],
)
def test_an_emergency_is_shown_until_it_is_gone(until: str, problem: str, make_repo: MakeRepo) -> None:
    users = HEAD + f'ROLES = (Role("DataR", emergency=Emergency("INC-7", until="{until}", template="x.json.j2")),)'
    loaded = load(make_repo(users), NOW)
    is_over = "ended at" in problem
    hint = "remove the Emergency" if is_over else "for an emergency only"
    assert loaded.warnings == (Fault("users.py:4", problem, hint),)
    role = loaded.declaration.roles[0]
    assert (role.emergency is None) == is_over
    assert (role.ended_emergency is None) != is_over
    (own,) = [item for item in (role.emergency, role.ended_emergency) if item]
    assert (own.reason, own.template, own.origin.line) == ("INC-7", "x.json.j2", 4)


@pytest.mark.parametrize(("until", "holds"), [("2026-11-23T12:00:01Z", True), ("2026-11-23T12:00:00Z", False)])
@pytest.mark.parametrize(
    "users",
    [
        'USERS = (User("alice", {{"dev": Grant("OpsR", until="{}")}}),)',
        'CI_USERS = (CIUser("ci", {{"dev": Grant("OpsR", until="{}")}}),)',
        'PIPELINES = (Pipeline("github", repository="a/b", branch="m", access={{"dev": Grant("OpsR", until="{}")}}),)',
    ],
)
def test_a_grant_ends_at_its_moment(users: str, until: str, holds: bool, make_repo: MakeRepo) -> None:
    loaded = load(make_repo(HEAD + users.format(until)), NOW)
    assert [grant.role for grant in loaded.declaration.granted] == (["OpsR"] if holds else [])
    assert [grant.role for grant in loaded.declaration.ended] == ([] if holds else ["OpsR"])
    problems = [(fault.problem.partition("'s ")[2], fault.hint) for fault in loaded.warnings if "OpsR" in fault.problem]
    assert problems == (
        [] if holds else [("OpsR in dev ended at 2026-11-23 12:00:00 UTC: left out", "remove the grant")]
    )


def test_what_has_ended_is_known_unless_the_same_is_granted_for_longer(make_repo: MakeRepo) -> None:
    users = HEAD + (
        'USERS = (User("alice", {"dev": Grant("OpsR", until="2026-01-31", reason="INC-1"), "prod": (Grant("ReadR", '
        'until="2026-01-31"), Grant("ReadR", until="2026-02-28", reason="INC-2"))}),'
        ' User("bob", {"dev": (Grant("OpsR", until="2026-01-31"), "OpsR")}))'
    )
    declaration = load(make_repo(users), NOW).declaration
    ended = [(grant.principal.name, grant.account, grant.role, grant.reason) for grant in declaration.ended]
    assert ended == [("alice", "dev", "OpsR", "INC-1"), ("alice", "prod", "ReadR", "INC-2")]
    assert [(grant.principal.name, grant.until) for grant in declaration.granted] == [("bob", None)]
