"""Resolve a declaration without faults: look up names and patterns, fill in settings, leave out what has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from iamgen.declaration.accounts import Accounts
from iamgen.declaration.constants import Constants
from iamgen.declaration.declared_type import MisDeclared
from iamgen.declaration.resolved import Declaration, Granted, Machine, Person, Workload
from iamgen.declaration.service_names import unlisted_services
from iamgen.declaration.standard import DEFAULT_SESSION_HOURS
from iamgen.declaration.types import role
from iamgen.declaration.types.grant import granted
from iamgen.declaration.types.group import own_groups
from iamgen.declaration.types.pipeline import workload
from iamgen.declaration.types.policy import own_policies
from iamgen.declaration.types.role import own_roles
from iamgen.declaration.types.settings import Settings
from iamgen.declaration.types.user import person
from iamgen.declaration.users_file import Written

if TYPE_CHECKING:
    from iamgen.declaration.types.ci_user import CIUser
    from iamgen.declaration.types.grant import Holder, Principal
    from iamgen.declaration.types.user import User


def resolve(
    constants: Constants, accounts: Accounts, written: Written, now: datetime
) -> tuple[Declaration, tuple[MisDeclared, ...]]:
    """Return the declaration and what is worth a warning; both files must be without fault."""
    settings = written.settings or Settings()
    principals = list(_principals(written))
    grants, warnings = _granted(principals, written, accounts, now)
    ended = tuple(grant for grant in grants if grant.until is not None and grant.until <= now)
    declaration = Declaration(
        constants=constants,
        region=accounts.region,
        partition=accounts.partition,
        accounts=MappingProxyType(dict(accounts.by_name)),
        aliases=MappingProxyType(dict(accounts.aliases)),
        settings=settings,
        session_hours=MappingProxyType({**DEFAULT_SESSION_HOURS, **settings.session_hours}),
        ops_services=tuple(sorted(set(written.ops_services or ()))),
        people=tuple(principal for _, principal in principals if isinstance(principal, Person)),
        machines=tuple(principal for _, principal in principals if isinstance(principal, Machine)),
        workloads=tuple(dict.fromkeys(principal for _, principal in principals if isinstance(principal, Workload))),
        roles=own_roles(written, accounts, now),
        groups=own_groups(written),
        policies=own_policies(written, accounts),
        granted=tuple(grant for grant in grants if grant.until is None or grant.until > now),
        ended=ended,
        assertions=written.assertions,
        accepted=written.accepted,
    )
    warnings += unlisted_services(written.at("OPS_SERVICES"), "OPS_SERVICES", written.ops_services or ())
    warnings += role.warnings(written, now)
    return declaration, tuple(warnings)


def _principals(written: Written) -> Iterator[tuple[Holder, Principal]]:
    """Yield every principal to whom something is granted, as written and resolved: people, then machines, then
    pipelines."""
    yield from ((user, person(user)) for user in sorted(written.users, key=_by_name))
    yield from ((ci_user, Machine(ci_user.name)) for ci_user in sorted(written.ci_users, key=_by_name))
    workloads = [(pipeline, workload(pipeline)) for pipeline in written.pipelines]
    yield from sorted(workloads, key=lambda pair: _by_issuer(pair[1]))


def _granted(
    principals: list[tuple[Holder, Principal]], written: Written, accounts: Accounts, now: datetime
) -> tuple[list[Granted], list[MisDeclared]]:
    grants: list[Granted] = []
    warnings: list[MisDeclared] = []
    for holder, principal in principals:
        more, notices = granted(holder, principal, written, accounts, now)
        grants += more
        warnings += notices
    return grants, warnings


def _by_name(user: User | CIUser) -> tuple[str, str]:
    return user.name.casefold(), user.name


def _by_issuer(workload: Workload) -> tuple[str, str, str]:
    return workload.url, workload.audience, workload.subject
