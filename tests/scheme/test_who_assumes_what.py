"""Nobody assumes anything without MFA but a CI user its own roles; with it, exactly what was granted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from iamgen.access.principals import console_session, may_assume, role_session, with_keys, with_mfa

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
Case = Any


def granted(case: Case, at: datetime = NOW) -> set[tuple[str, str, str]]:
    """Return what the declaration says: (user, account, role), at that time."""
    return {
        (grant.principal.name, grant.account, grant.role)
        for grant in case.declaration.granted
        if grant.until is None or at < grant.until
    }


def assumable(case: Case, callers: list[Any], at: datetime = NOW) -> set[tuple[str, str, str]]:
    """Return what the templates say: (user, account, role), each session named after its user."""
    return {
        (caller.entity.name, account, role.logical_id)
        for caller in callers
        for account, result in case.scheme.accounts.items()
        for role in result.roles
        if may_assume(caller, role, session_name=caller.entity.name, at=at).allowed
    }


def test_no_person_assumes_anything_without_mfa(every_case: Case) -> None:
    people = every_case.people()
    assert people
    assert assumable(every_case, [console_session(person) for person in people]) == set()
    assert assumable(every_case, [with_keys(person) for person in people]) == set()


def test_a_person_with_mfa_assumes_exactly_what_was_granted(every_case: Case) -> None:
    people = {person.name for person in every_case.declaration.people}
    expected = {entry for entry in granted(every_case) if entry[0] in people}
    assert assumable(every_case, [with_mfa(person) for person in every_case.people()]) == expected


def test_grants_end_at_their_moment(every_case: Case) -> None:
    ends = {entry.until for entry in every_case.declaration.granted if entry.until}
    people = {person.name for person in every_case.declaration.people}
    callers = [with_mfa(person) for person in every_case.people()]
    for end in ends:
        for at in (end - timedelta(seconds=1), end):
            expected = {entry for entry in granted(every_case, at) if entry[0] in people}
            assert assumable(every_case, callers, at) == expected


def test_a_ci_user_assumes_exactly_its_own_roles_in_its_own_account(every_case: Case) -> None:
    names = {entry.name for entry in every_case.declaration.machines}
    machines = every_case.machines()
    expected = {entry for entry in granted(every_case) if entry[0] in names}
    assert {(entry.name, entry.account_id) for entry in machines} == {
        (name, every_case.declaration.accounts[account].id) for name, account, _ in expected
    }
    for make in (with_keys, console_session):
        assert assumable(every_case, [make(entry) for entry in machines]) == expected
    for machine in machines:
        for account in every_case.scheme.accounts.values():
            if account.id != machine.account_id:
                assert not any(may_assume(with_keys(machine), role, at=NOW).allowed for role in account.roles)


def test_a_role_session_assumes_only_what_names_its_role(every_case: Case) -> None:
    sessions = [role_session(role, "alice") for role in every_case.scheme.roles]
    declaration = every_case.declaration
    expected = {
        (declaration.naming(declaration.accounts[account]).full(assumer), account, role.name)
        for role in declaration.roles
        for account in role.accounts
        for assumer in role.assumed_by
        if assumer.endswith("R") and ":" not in assumer
    }
    assert assumable(every_case, sessions) == expected


def test_a_role_of_nobody_trusts_nobody(named_case: Any) -> None:
    case = named_case("empty-account")
    dev = case.scheme["dev"]
    assert {role.logical_id for role in dev.roles} == {"AdminR", "OpsR", "ReadR"}
    for role in dev.roles:
        assert may_assume(with_mfa(case.person("stranger")), role, at=NOW).explicit


def test_somebody_outside_the_groups_assumes_nothing(named_case: Any) -> None:
    """The trust alone does not do across accounts: the groups' policies are needed too."""
    from dataclasses import replace

    case = named_case("example")
    alice = replace(case.person("alice"), groups=())
    assert assumable(case, [with_mfa(alice)]) == {("alice", "user-only", "OpsR")}  # same account: trust suffices


def test_ops_on_dev_and_read_on_prod_gives_exactly_that(example: Case) -> None:
    bob = with_mfa(example.person("bob"))
    assert assumable(example, [bob]) == {
        ("bob", "dev", "OpsR"),
        ("bob", "dev", "ReadR"),
        ("bob", "prod", "ReadR"),
    }


def test_a_path_counts(named_case: Any) -> None:
    case = named_case("many-projects")
    zoe = case.person("zoe")
    assert zoe.arn == "arn:aws:iam::100000000001:user/contractors/eu/zoe"
    roles = {role.arn for account in case.scheme.accounts.values() for role in account.roles}
    assert sum(may_assume(with_mfa(zoe), role, at=NOW).allowed for role in case.scheme.roles) == 5
    assert len(roles) == 17


def test_the_sessions_name_must_be_the_users_where_so_set(named_case: Any) -> None:
    case = named_case("cn")
    alice, ops = with_mfa(case.person("alice")), case.scheme["prod"].role("OpsR")
    assert may_assume(alice, ops, session_name="alice", at=NOW).allowed
    assert not may_assume(alice, ops, session_name="bob", at=NOW).allowed
    ci = with_keys(case.scheme["prod"].user("ci"))
    assert may_assume(ci, ops, session_name="ci", at=NOW).allowed
    assert not may_assume(ci, ops, session_name="alice", at=NOW).allowed
