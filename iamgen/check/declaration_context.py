"""What a declaration says about an account's template, for the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from iamgen.aws.services import is_listed
from iamgen.check.rule_context import Facts
from iamgen.declaration.model import ADMIN, OPS
from iamgen.declaration.naming import (
    OPS_POLICY,
    POWER_GROUP,
    POWER_POLICY,
    emergency_name,
    machine_id,
    services_policy,
    user_id,
)
from iamgen.declaration.origin import Origin
from iamgen.declaration.resolved import Declaration, Person, Workload
from iamgen.declaration.source import shown


def facts_of(declaration: Declaration, root: Path) -> Facts:
    """Return the facts of every account: who is not a person, what is meant to be powerful, and the lines of all of
    these.

    They are the same for all, but for `account_id`, which is to be filled in.

    Full power over services is declared in so many words, by OPS_SERVICES, by a role's `services` and by
    `power=True`: what escalation lies in it is not undeclared.
    """
    own = [role for role in declaration.roles if role.services]
    return Facts(
        partition=declaration.partition,
        trust_policy_quota=declaration.settings.trust_policy_quota,
        managed_policies_quota=declaration.settings.managed_policies_quota,
        machines=frozenset(machine_id(machine.name) for machine in declaration.machines),
        admin_roles=frozenset({ADMIN}),
        iam_roles=frozenset({OPS, OPS_POLICY, POWER_GROUP, POWER_POLICY})
        | {name for role in own for name in (role.name, services_policy(role.name))}
        | {user_id(person.name) for person in declaration.people if person.power},
        emergencies=frozenset(emergency_name(role.name) for role in declaration.roles if role.emergency),
        unlisted_power=frozenset(f"{service}:*" for service in _services(declaration) if not is_listed(service)),
        held_roles=frozenset(grant.role for grant in declaration.granted)
        | {role.name for role in declaration.roles if role.assumed_by},
        causes=Causes(dict(_origins(declaration)), root),
    )


def administrators_everywhere(declaration: Declaration) -> Mapping[str, str]:
    """Return the people who have AdminR without an end in every account that has it, each with their logical id.

    Of a single account that says nothing, so there have to be two; nor does it of whoever has power over IAM where the
    people are, and can become anybody.
    """
    accounts = {account.name for account in declaration.accounts.values() if account.is_workload}
    held: dict[str, set[str]] = {}
    for grant in declaration.granted:
        person = grant.principal
        if isinstance(person, Person) and not person.power and grant.role == ADMIN and grant.until is None:
            held.setdefault(person.name, set()).add(grant.account)
    everywhere = (name for name, of_person in held.items() if len(accounts) > 1 and accounts <= of_person)
    return {name: user_id(name) for name in everywhere}


@dataclass(frozen=True)
class Causes(Mapping[str, str]):
    """Where each resource is declared, by logical id. The exact place is looked up only for resources with a
    finding."""

    origins: Mapping[str, Origin]
    """Where each is written, as users.py has it."""
    root: Path
    """The repository's folder."""

    def __getitem__(self, name: str) -> str:
        from iamgen.declaration.source_span import place_of

        origin = self.origins[name]
        return place_of(origin, "", shown(origin.file, self.root))

    def __iter__(self) -> Iterator[str]:
        return iter(self.origins)

    def __len__(self) -> int:
        return len(self.origins)


def _services(declaration: Declaration) -> Iterator[str]:
    yield from declaration.ops_services
    for role in declaration.roles:
        yield from role.services


def _origins(declaration: Declaration) -> Iterator[tuple[str, Origin]]:
    """Yield where each thing of the template is declared, as far as one line declares it."""
    for role in declaration.roles:
        yield role.name, role.origin
        yield services_policy(role.name), role.origin
    for policy in declaration.policies:
        yield policy.name, policy.origin
    for group in declaration.groups:
        yield group.name, group.origin
    for grant in declaration.granted:
        if isinstance(grant.principal, Workload):
            yield grant.principal.subject, grant.origin
    users = [(machine_id(user.name), declaration.origin_of(user)) for user in declaration.machines]
    users += [(user_id(user.name), declaration.origin_of(user)) for user in declaration.people]
    for name, origin in users:
        if origin:
            yield from ((f"{name}{end}", origin) for end in ("", "G", "P"))
