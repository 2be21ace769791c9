"""`CIUser`: a machine that can only use access keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iamgen.aws import quotas
from iamgen.declaration.declared_names import duplicates
from iamgen.declaration.declared_type import Declared, MisDeclared, label
from iamgen.declaration.field_types import Text
from iamgen.declaration.naming import Naming, machine_id
from iamgen.declaration.standard import DEFAULT_STACK
from iamgen.declaration.types.grant import Access, access_faults, accounts_of
from iamgen.declaration.types.user import name_faults

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.users_file import Written


@dataclass(frozen=True, eq=False, repr=False)
class CIUser(Declared):
    """A machine that can only use access keys: an IAM user inside each of the accounts, without MFA.

    `CIUser("ci", {"dev": "OpsR", "prod": "OpsR"})`

    Fields:
        name: the IAM user's name, the same in each of the accounts
        access: account names or patterns, each with a role, a Grant, or several in a tuple: {"dev": "OpsR"}
    """

    name: Text
    access: Access


@dataclass(frozen=True)
class Machine:
    """A `CIUser` resolved: an IAM user in each account in which it is granted a role."""

    name: str
    """The IAM user's name."""


def faults(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield every fault of the declared CI users."""
    for ci_user in written.ci_users:
        yield from name_faults(ci_user, written)
        yield from access_faults(ci_user, written, accounts)
        yield from _group_name_faults(ci_user, written)
    yield from duplicates(written.ci_users)
    yield from _shared_names(written, accounts)


def _group_name_faults(ci_user: CIUser, written: Written) -> Iterator[MisDeclared]:
    """Find a name that is too long once its group has the stack's prefix and an account's id."""
    stack = written.settings.stack if written.settings else DEFAULT_STACK
    group = Naming(stack, "aws", "0" * quotas.ACCOUNT_ID).full(machine_id(ci_user.name) + "G")
    over = len(group) - quotas.GROUP_NAME
    if over > 0:
        hint = f"a group's name has {quotas.GROUP_NAME} characters at most: {over} too many"
        yield MisDeclared(ci_user.origin, f"{label(ci_user)} makes the group {group}", hint, ci_user.name)


def _shared_names(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Find CI users that would lie in the people's account under a person's name."""
    people = {user.name.casefold(): user for user in written.users}
    holder = next((name for name, account in accounts.by_name.items() if account.holds_people), None)
    for ci_user in written.ci_users:
        person = people.get(ci_user.name.casefold())
        if person and holder in accounts_of(ci_user, accounts):
            meeting = f"{label(ci_user)} and {label(person)} (line {person.origin.line}) meet in {holder}"
            hint = f"{holder} holds the people too: give the machine a name of its own"
            yield MisDeclared(ci_user.origin, meeting, hint, ci_user.name)
