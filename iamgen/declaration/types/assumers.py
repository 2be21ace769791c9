"""Check a role's `assumed_by`: the services, roles and ARNs that may assume it without a grant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from iamgen.aws.partitions import is_service_principal
from iamgen.declaration.access_entries import places
from iamgen.declaration.declared_type import MisDeclared, label
from iamgen.declaration.naming import Naming
from iamgen.declaration.types.policy import ARN
from iamgen.declaration.types.settings import Settings
from iamgen.similar_names import did_you_mean

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.types.role import Role
    from iamgen.declaration.users_file import Written


def assumer_faults(role: Role, written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield every fault of who else may assume a role."""
    for assumer in role.assumed_by:
        yield from _place_faults(role, assumer, written, accounts)
        if ARN.fullmatch(assumer):
            yield from _arn_faults(role, assumer, written, accounts)
        elif not (assumer in written.role_names or is_service_principal(assumer) or written.explains("ROLES", assumer)):
            problem = f"{label(role)}: {assumer!r} is no service, role or ARN that may assume it"
            otherwise = "write a service such as 'lambda.amazonaws.com', a role's name, or an ARN"
            free_names = [name for name in written.role_names if name not in (*role.assumed_by, role.name)]
            yield MisDeclared(role.origin, problem, did_you_mean(assumer, free_names, otherwise), assumer)
    if _comes_to_itself(role, written, accounts):
        problem = f"{label(role)} may be assumed by itself, by way of assumed_by"
        yield MisDeclared(role.origin, problem, "break the circle: one of them cannot name the next", role.name)


def _place_faults(role: Role, assumer: str, written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Find accounts that have the role and not the declared role that may assume it there."""
    declared = next((declared for declared in written.roles if declared.name == assumer), None)
    if declared is None:
        return
    assumer_places = places(declared.accounts, accounts)
    missing = [name for name in places(role.accounts, accounts) if name not in assumer_places]
    if missing:
        problem = f"{label(role)} is in {', '.join(missing[:3])}, but {assumer}, which may assume it, is not"
        hint = "give both the same accounts, or name the role by its ARN"
        yield MisDeclared(role.origin, problem, hint, assumer)


def _arn_faults(role: Role, arn: str, written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Find an ARN of something that cannot assume a role, or that is granted it elsewhere in users.py."""
    kind, _, name = arn.split(":", 5)[5].partition("/")
    machine = next((user.name for user in written.ci_users if kind == "user" and user.name == name), None)
    if kind.endswith("-provider"):
        problem = f"{label(role)}: {arn} is an identity provider, and no principal that assumed_by can name"
        hint = "declare jobs that it vouches for as Pipeline(…); people of a SAML provider cannot be declared"
        yield MisDeclared(role.origin, problem, hint, arn)
    elif not re.fullmatch(r"user|role|root|assumed-role|federated-user", kind):
        problem = f"{label(role)}: {arn} is no user, role, session or account, and cannot assume a role"
        yield MisDeclared(role.origin, problem, "name the users or roles that are meant", arn)
    elif machine and any(account.id == arn.split(":")[4] for account in accounts.by_name.values()):
        problem = f"{label(role)}: {arn} is the CI user {machine}, who has no MFA, which assumed_by demands of users"
        yield MisDeclared(role.origin, problem, f"grant it where {machine} is declared, in CI_USERS", arn)


def _comes_to_itself(role: Role, written: Written, accounts: Accounts) -> bool:
    """Return whether a role may be assumed by itself in some account, by however many steps."""
    if role.name in _reached(role, written, {}):
        return True
    if not any(":role/" in assumer for declared in written.roles for assumer in declared.assumed_by):
        return False
    return any(
        role.name in _reached(role, written, _names_by_arn(name, written, accounts))
        for name in places(role.accounts, accounts)
    )


def _names_by_arn(account: str, written: Written, accounts: Accounts) -> Mapping[str, str]:
    """Return the names of the declared roles of an account by their ARNs there."""
    stack = (written.settings or Settings()).stack
    naming = Naming(stack, accounts.partition, accounts.by_name[account].id)
    return {naming.role_arn(declared.name): declared.name for declared in written.roles}


def _reached(role: Role, written: Written, names_by_arn: Mapping[str, str]) -> set[str]:
    """Return every declared role that may assume this one, in any number of steps."""
    by_name = {declared.name: declared for declared in written.roles}
    reached: set[str] = set()
    waiting = list(role.assumed_by)
    while waiting:
        assumer = waiting.pop()
        name = names_by_arn.get(assumer, assumer)
        if name in by_name and name not in reached:
            reached.add(name)
            waiting += by_name[name].assumed_by
    return reached
