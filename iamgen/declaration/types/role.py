"""`Role`: a role of your own, besides the standardized ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

from iamgen.aws import quotas
from iamgen.declaration.access_entries import account_faults, places
from iamgen.declaration.declared_names import NameForm, duplicates, name_faults
from iamgen.declaration.declared_type import Declared, MisDeclared, label, without_fault
from iamgen.declaration.field_types import AccountNames as AccountsField
from iamgen.declaration.field_types import Flag, Names, OptionalText, Text
from iamgen.declaration.origin import Origin
from iamgen.declaration.service_names import service_faults, unlisted_services
from iamgen.declaration.standard import STANDARD_ROLES
from iamgen.declaration.types import emergency as emergencies
from iamgen.declaration.types.assumers import assumer_faults
from iamgen.declaration.types.emergency import Emergency, OwnEmergency, ended_emergency, own_emergency
from iamgen.declaration.types.policy import attachment_faults, kept_out, managed_policy_faults

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.users_file import Written

_FORM = NameForm("R", quotas.ROLE_NAME, STANDARD_ROLES)


@dataclass(frozen=True, eq=False, repr=False)
class Role(Declared):
    """A role of your own, besides AdminR, OpsR and ReadR. People, machines, services and other roles may assume it.

    `Role("DataR", services=("s3", "glue"), assumed_by=("lambda.amazonaws.com",))`

    Fields:
        name: a name that ends in R, such as "DataR"
        services: services over which the role has full power, in a tuple: ("s3", "glue")
        policies: names of declared policies, in a tuple: ("LogsP",)
        managed_policies: names or ARNs of policies of AWS, in a tuple: ("ReadOnlyAccess",)
        assumed_by: who may assume it without a grant: services such as "lambda.amazonaws.com", names of roles, ARNs
        session_hours: the longest session in hours, 1 to 12
        mfa: False to let people assume it without MFA
        boundary: a permissions boundary: a declared policy, the name of a policy of AWS, or an ARN
        accounts: where the role is: a name or pattern, or several in a tuple; by default in every account
        description: what the role is for
        emergency: an Emergency, which is the only way to get an inline policy
    """

    name: Text
    _: KW_ONLY
    services: Names = ()
    policies: Names = ()
    managed_policies: Names = ()
    assumed_by: Names = ()
    session_hours: Annotated[int, "a number of hours, 1 to 12"] = 1
    mfa: Flag = True
    boundary: OptionalText = None
    accounts: AccountsField = "*"
    description: Text = ""
    emergency: Annotated[Emergency | None, "an Emergency(…)"] = None


class OwnRole(NamedTuple):
    """A `Role` resolved."""

    name: str
    """Its name, as in users.py."""
    services: tuple[str, ...]
    """Services that it has full power over, sorted."""
    managed_policies: tuple[str, ...]
    """Names or ARNs of AWS's own policies."""
    policies: tuple[str, ...]
    """Names of declared policies."""
    assumed_by: tuple[str, ...]
    """Service principals, role names and ARNs that may assume it, sorted."""
    session_hours: int
    """The longest session in hours."""
    mfa: bool
    """Whether people need MFA to assume it."""
    boundary: str | None
    """Its permissions boundary: a declared policy, a name of AWS's own, or an ARN."""
    accounts: frozenset[str]
    """The names of the accounts that have it."""
    description: str
    """What it is for."""
    emergency: OwnEmergency | None
    """Its inline policy; None where that has ended."""
    origin: Origin
    """Where it is declared."""
    ended_emergency: OwnEmergency | None = None
    """The inline policy that it had, and that users.py still has; None for one that has not ended."""


def own_roles(written: Written, accounts: Accounts, now: datetime) -> tuple[OwnRole, ...]:
    """Return the declared roles by name; an emergency that has passed is left out."""
    return tuple(
        OwnRole(
            name=role.name,
            services=tuple(sorted(set(role.services))),
            managed_policies=tuple(dict.fromkeys(role.managed_policies)),
            policies=tuple(dict.fromkeys(role.policies)),
            assumed_by=tuple(sorted(set(role.assumed_by))),
            session_hours=role.session_hours,
            mfa=role.mfa,
            boundary=role.boundary,
            accounts=frozenset(places(role.accounts, accounts)),
            description=role.description,
            emergency=own_emergency(role.emergency, now),
            origin=role.origin,
            ended_emergency=ended_emergency(role.emergency, now),
        )
        for role in sorted(written.roles, key=lambda role: role.name)
    )


def warnings(written: Written, now: datetime) -> Iterator[MisDeclared]:
    """Yield services that may be mistyped, and each emergency."""
    for role in written.roles:
        yield from unlisted_services(role.origin, label(role), role.services)
    for role in written.roles:
        if isinstance(role.emergency, Emergency):
            yield emergencies.notice(role.emergency, role.name, now)


def faults(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield every fault of the declared roles."""
    yield from duplicates(written.roles)
    for role in written.roles:
        yield from name_faults(role, _FORM, written)
        yield from account_faults(role, role.accounts, accounts)
        yield from attachment_faults(role, written)
        yield from _policy_quota_faults(role, written)
        yield from _policy_place_faults(role, written, accounts)
        yield from service_faults(role.origin, label(role), role.services)
        yield from assumer_faults(role, written, accounts)
        yield from _limit_faults(role)
        if role.boundary is not None:
            yield from managed_policy_faults(role, role.boundary, written)
        emergency = without_fault(role.emergency)
        if isinstance(emergency, Emergency):
            yield from emergencies.faults(emergency, label(role))


def _limit_faults(role: Role) -> Iterator[MisDeclared]:
    if role.session_hours not in quotas.SESSION_HOURS:
        problem = f"{label(role)}: session_hours is {role.session_hours}"
        yield MisDeclared(role.origin, problem, "a session lasts 1 to 12 hours", "session_hours")
    if len(role.description) > quotas.ROLE_DESCRIPTION:
        problem = f"{label(role)}: its description has {len(role.description)} characters"
        yield MisDeclared(role.origin, problem, f"{quotas.ROLE_DESCRIPTION:,} at most", "description")
    refused = next((letter for letter in role.description if not _is_describing(letter)), None)
    if refused is not None:
        problem = f"{label(role)}: its description has {refused!r} in it, which IAM refuses"
        hint = "IAM takes line ends, tabs, and the letters and signs of Latin-1, up to ÿ"
        yield MisDeclared(role.origin, problem, hint, "description")


def _is_describing(letter: str) -> bool:
    """Return whether IAM takes a character in a role's description: its type `roleDescriptionType` lists them."""
    return letter in "\t\n\r" or " " <= letter <= "~" or "\xa1" <= letter <= "\xff"


def _policy_quota_faults(role: Role, written: Written) -> Iterator[MisDeclared]:
    """Find more managed policies than can be attached; one that is named twice counts once."""
    total = len({*role.policies, *role.managed_policies}) + bool(role.services)
    limit = written.settings.managed_policies_quota if written.settings else quotas.POLICIES_OF_A_ROLE
    if total > limit:
        remedy, most = "join some", quotas.POLICIES_OF_A_ROLE_RAISED
        if limit < most:
            remedy += f", or have AWS raise the quota and set Settings(managed_policies_quota=…), up to {most}"
        problem = f"{label(role)} has {total} managed policies, and {limit} is the quota"
        yield MisDeclared(role.origin, problem, remedy, role.name)


def _policy_place_faults(role: Role, written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Find policies that are kept out of an account in which the role needs them."""
    used = (*role.policies, role.boundary)
    for policy, missing in kept_out(used, places(role.accounts, accounts), written, accounts):
        problem = f"{label(role)} is in {', '.join(missing[:3])}, but {label(policy)} is not"
        hint = "give both the same accounts, or leave the policy's out"
        yield MisDeclared(role.origin, problem, hint, policy.name)
