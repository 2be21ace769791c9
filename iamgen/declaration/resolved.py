"""The resolved declaration, which every later step reads: names are looked up, patterns are lists of accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from iamgen.aws.partitions import PartitionName
from iamgen.declaration.constants import Constants
from iamgen.declaration.declared_type import Acceptance, Assertion
from iamgen.declaration.naming import Naming
from iamgen.declaration.origin import Origin
from iamgen.declaration.standard import STANDARD_ROLES
from iamgen.declaration.types.ci_user import Machine
from iamgen.declaration.types.emergency import OwnEmergency
from iamgen.declaration.types.grant import Granted
from iamgen.declaration.types.group import OwnGroup
from iamgen.declaration.types.pipeline import Workload
from iamgen.declaration.types.policy import OwnPolicy
from iamgen.declaration.types.role import OwnRole
from iamgen.declaration.types.settings import Settings
from iamgen.declaration.types.user import Person

__all__ = (
    "Account",
    "Declaration",
    "Granted",
    "Kind",
    "Machine",
    "OwnEmergency",
    "OwnGroup",
    "OwnPolicy",
    "OwnRole",
    "Person",
    "Workload",
)

Kind = Literal["user-only", "dev", "prod", "workload"]


class Account(NamedTuple):
    """An AWS account of CONST.inc."""

    name: str
    """Its name in lower case and with hyphens: `acme-prod`."""
    id: str
    """Its account id."""
    kind: Kind
    """Its kind, by its name or as CONST.inc states it."""
    display: str
    """Its name as people read it."""
    holds_people: bool = False
    """Whether the people's IAM users are in it: so in user-only, or in the account that stands in for it."""

    @property
    def is_workload(self) -> bool:
        """Whether it has roles of its own, granted or not: any account but a pure user-only one."""
        return self.kind != "user-only"

    @property
    def needs_approval(self) -> bool:
        """Whether nothing is deployed there before somebody approves it.

        That is production, and the account that holds the people: who may change that one decides over all others.
        """
        return self.kind == "prod" or self.holds_people


@dataclass(frozen=True)
class Declaration:
    """Everything that a repository declares."""

    constants: Constants
    """The constants of CONST.inc."""
    region: str
    """The region in which the stacks are."""
    partition: PartitionName
    """The partition of AWS that every account is in."""
    accounts: Mapping[str, Account]
    """The accounts by name, in CONST.inc's order."""
    aliases: Mapping[str, str]
    """Other names of accounts, each with the name of the account that it stands for."""
    settings: Settings
    """The settings, with defaults for what users.py leaves out."""
    session_hours: Mapping[str, int]
    """The longest session of each standardized role, in hours."""
    ops_services: tuple[str, ...]
    """The services that OpsR has full power over, sorted."""
    people: tuple[Person, ...]
    """The people, by name."""
    machines: tuple[Machine, ...]
    """The CI users, by name."""
    workloads: tuple[Workload, ...]
    """The pipelines' jobs, each once."""
    roles: tuple[OwnRole, ...]
    """The declared roles, by name."""
    groups: tuple[OwnGroup, ...]
    """The declared groups, by name."""
    policies: tuple[OwnPolicy, ...]
    """The declared policies, by name."""
    granted: tuple[Granted, ...]
    """Every grant that has not ended: of people first, then of CI users, then of pipelines."""
    ended: tuple[Granted, ...] = ()
    """Every grant that has ended, and that users.py still has, in the same order."""
    assertions: tuple[Assertion, ...] = ()
    """What must never, or always, be possible, in the order of users.py."""
    accepted: tuple[Acceptance, ...] = ()
    """Which findings of an audit may stay, in the order of users.py."""

    @cached_property
    def people_account(self) -> Account:
        """Return the account that holds people: user-only, or its stand-in."""
        return next(account for account in self.accounts.values() if account.holds_people)

    @cached_property
    def _by_role(self) -> Mapping[tuple[str, str], tuple[Granted, ...]]:
        by_role: dict[tuple[str, str], list[Granted]] = defaultdict(list)
        for granted in self.granted:
            by_role[granted.account, granted.role].append(granted)
        return {key: tuple(entries) for key, entries in by_role.items()}

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Origin]:
        return {
            (type(granted.principal).__name__, granted.principal.name): granted.origin
            for granted in reversed(self.granted)
        }

    def origin_of(self, user: Person | Machine) -> Origin | None:
        """Return where somebody is declared, as the first of their grants knows it; None without any."""
        return self._by_name.get((type(user).__name__, user.name))

    def granted_in(self, account: Account, role: str) -> tuple[Granted, ...]:
        """Return who may assume this role there, people first, each by name."""
        return self._by_role.get((account.name, role), ())

    @cached_property
    def audiences(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """For each account in which a pipeline is granted a role, the audiences of each issuer's tokens, by its URL."""
        audiences: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
        for granted in self.granted:
            principal, issuers = granted.principal, audiences[granted.account]
            if isinstance(principal, Workload):
                issuers[principal.url] = issuers.get(principal.url, frozenset()) | {principal.audience}
        return audiences

    def standard_roles(self, account: Account) -> tuple[str, ...]:
        """Return the standardized roles that an account has: all of them, but in user-only those granted there."""
        return tuple(role for role in STANDARD_ROLES if account.is_workload or self.granted_in(account, role))

    def naming(self, account: Account) -> Naming:
        """Return how this account's resources are called."""
        return Naming(self.settings.stack, self.partition, account.id)
