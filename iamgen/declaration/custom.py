"""Declared roles, groups and policies resolved: patterns spelled out, policies put where they are used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from types import MappingProxyType

from iamgen.aws.services import about_unlisted, is_listed, list_date
from iamgen.declaration.accounts import Accounts
from iamgen.declaration.declared_names import places
from iamgen.declaration.declared_type import MisDeclared
from iamgen.declaration.expiry import end, iso
from iamgen.declaration.model import Emergency, Policy
from iamgen.declaration.resolved import OwnEmergency, OwnGroup, OwnPolicy, OwnRole
from iamgen.declaration.users_file import Written


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
            emergency=_emergency(role.emergency, now),
            origin=role.origin,
        )
        for role in sorted(written.roles, key=lambda one: one.name)
    )


def own_groups(written: Written) -> tuple[OwnGroup, ...]:
    """Return the declared groups by name."""
    return tuple(
        OwnGroup(
            group.name,
            tuple(sorted(set(group.members))),
            tuple(dict.fromkeys(group.managed_policies)),
            tuple(dict.fromkeys(group.policies)),
            group.origin,
        )
        for group in sorted(written.groups, key=lambda one: one.name)
    )


def own_policies(written: Written, accounts: Accounts) -> tuple[OwnPolicy, ...]:
    """Return the declared policies by name, each in the accounts it names, or else in those that use it."""
    return tuple(
        OwnPolicy(
            policy.name,
            policy.template,
            MappingProxyType(dict(policy.vars)),
            _where_needed(policy, written, accounts),
            policy.origin,
        )
        for policy in sorted(written.policies, key=lambda one: one.name)
    )


def emergency_notices(written: Written, now: datetime) -> Iterator[MisDeclared]:
    """Yield each emergency, in force or over: it is shown until it is gone."""
    for role in written.roles:
        if isinstance(role.emergency, Emergency):
            until = end(role.emergency.until)
            over = until <= now
            what = f"{role.name} has an inline policy until {iso(until)}: {role.emergency.reason}"
            if over:
                what = f"{role.name}'s emergency ended at {iso(until)}: left out"
            yield MisDeclared(role.emergency.origin, what, "remove the Emergency" if over else "for an emergency only")


def unlisted_services(written: Written) -> Iterator[MisDeclared]:
    """Yield each service that the list of AWS's services does not have: it may be newer, or mistyped."""
    named = [(written.at("OPS_SERVICES"), "OPS_SERVICES", written.ops_services or ())]
    named += [(role.origin, f"Role {role.name!r}", tuple(role.services)) for role in written.roles]
    for origin, called, services in named:
        for service in services:
            if not is_listed(service):
                what = f"{called}: {service!r} is not in the list of AWS's services of {list_date()}"
                yield MisDeclared(origin, what, about_unlisted(service), service)


def _emergency(declared: Emergency | None, now: datetime) -> OwnEmergency | None:
    if declared is None or end(declared.until) <= now:
        return None
    return OwnEmergency(declared.reason, end(declared.until), declared.template, declared.origin)


def _where_needed(policy: Policy, written: Written, accounts: Accounts) -> frozenset[str]:
    if policy.accounts is not None:
        return frozenset(places(policy.accounts, accounts))
    used = {
        name
        for role in written.roles
        if policy.name in (*role.policies, role.boundary)
        for name in places(role.accounts, accounts)
    }
    if any(policy.name in group.policies for group in written.groups):
        used |= {name for name, account in accounts.by_name.items() if account.holds_people}
    return frozenset(used)
