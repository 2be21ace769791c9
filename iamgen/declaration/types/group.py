"""`Group`: a group of your own in the account that holds people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, NamedTuple

from iamgen.aws import quotas
from iamgen.declaration.declared_names import NameForm, duplicates, name_faults
from iamgen.declaration.declared_type import Declared, MisDeclared, label
from iamgen.declaration.field_types import Names, Text
from iamgen.declaration.naming import STANDARD_GROUPS
from iamgen.declaration.origin import Origin
from iamgen.declaration.types.policy import attachment_faults, kept_out
from iamgen.similar_names import did_you_mean

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.users_file import Written

_FORM = NameForm("G", quotas.GROUP_NAME, STANDARD_GROUPS)


@dataclass(frozen=True, eq=False, repr=False)
class Group(Declared):
    """A group of your own in the account that holds people, besides the three that iamgen always makes.

    `Group("AuditorsG", members=("alice",), managed_policies=("SecurityAudit",))`

    Fields:
        name: a name that ends in G, such as "AuditorsG"
        members: the names of people of USERS, in a tuple
        policies: names of declared policies, in a tuple: ("LogsP",)
        managed_policies: names or ARNs of policies of AWS, in a tuple: ("SecurityAudit",)
    """

    name: Text
    _: KW_ONLY
    members: Names = ()
    policies: Names = ()
    managed_policies: Names = ()


class OwnGroup(NamedTuple):
    """A `Group` resolved."""

    name: str
    """Its name, as in users.py."""
    members: tuple[str, ...]
    """The names of its members, sorted."""
    managed_policies: tuple[str, ...]
    """Names or ARNs of AWS's own policies."""
    policies: tuple[str, ...]
    """Names of declared policies."""
    origin: Origin
    """Where it is declared."""


def own_groups(written: Written) -> tuple[OwnGroup, ...]:
    """Return the declared groups by name."""
    return tuple(
        OwnGroup(
            name=group.name,
            members=tuple(sorted(set(group.members))),
            managed_policies=tuple(dict.fromkeys(group.managed_policies)),
            policies=tuple(dict.fromkeys(group.policies)),
            origin=group.origin,
        )
        for group in sorted(written.groups, key=lambda group: group.name)
    )


def faults(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield every fault of the declared groups."""
    yield from duplicates(written.groups)
    for group in written.groups:
        yield from name_faults(group, _FORM, written)
        yield from attachment_faults(group, written)
        yield from _quota_faults(group)
        yield from _member_faults(group, written)
        yield from _policy_place_faults(group, written, accounts)


def _policy_place_faults(group: Group, written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Find policies that are kept out of the account that holds people, in which every group is."""
    home = [account.name for account in accounts.by_name.values() if account.holds_people]
    for policy, missing in kept_out(group.policies, home, written, accounts):
        problem = f"{label(group)} is in {missing[0]}, but {label(policy)} is not"
        hint = f"add {missing[0]!r} to the policy's accounts, or leave those out"
        yield MisDeclared(group.origin, problem, hint, policy.name)


def _quota_faults(group: Group) -> Iterator[MisDeclared]:
    """Find more managed policies than can be attached; one that is named twice counts once."""
    total = len({*group.policies, *group.managed_policies})
    if total > quotas.POLICIES_OF_A_GROUP:
        problem = f"{label(group)} has {total} managed policies, and {quotas.POLICIES_OF_A_GROUP} is the quota"
        yield MisDeclared(group.origin, problem, "join some; this quota cannot be raised", group.name)


def _member_faults(group: Group, written: Written) -> Iterator[MisDeclared]:
    people = [user.name for user in written.users]
    for member in group.members:
        if member not in people and not written.explains("USERS", member):
            free_names = [name for name in people if name not in group.members]
            hint = written.stray_hint(member) or did_you_mean(member, free_names, "members are people of USERS")
            yield MisDeclared(group.origin, f"{label(group)}: there is no User {member!r}", hint, member)
