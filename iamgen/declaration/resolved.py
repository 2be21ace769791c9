"""The declaration as everything downstream sees it: every name resolved, every pattern spelled out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from iamgen.declaration.constants import Constants
from iamgen.declaration.declared_type import Origin
from iamgen.declaration.naming import Naming
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
    "Partition",
    "Person",
    "Workload",
)

Kind = Literal["user-only", "dev", "prod", "workload"]
Partition = Literal["aws", "aws-us-gov", "aws-cn"]


@dataclass(frozen=True)
class Account:
    """An AWS account of CONST.inc; `holds_people` for user-only, or for the one that stands in for it."""

    name: str
    id: str
    kind: Kind
    display: str
    holds_people: bool = False

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
    """All that was declared. `aliases` are names of accounts that stand for another one's."""

    constants: Constants
    region: str
    partition: Partition
    accounts: Mapping[str, Account]
    aliases: Mapping[str, str]
    settings: Settings
    session_hours: Mapping[str, int]
    ops_services: tuple[str, ...]
    people: tuple[Person, ...]
    machines: tuple[Machine, ...]
    workloads: tuple[Workload, ...]
    roles: tuple[OwnRole, ...]
    groups: tuple[OwnGroup, ...]
    policies: tuple[OwnPolicy, ...]
    granted: tuple[Granted, ...]

    @cached_property
    def people_account(self) -> Account:
        """Return the account that holds people: user-only, or its stand-in."""
        return next(account for account in self.accounts.values() if account.holds_people)

    @cached_property
    def _by_role(self) -> Mapping[tuple[str, str], tuple[Granted, ...]]:
        found: dict[tuple[str, str], list[Granted]] = defaultdict(list)
        for one in self.granted:
            found[one.account, one.role].append(one)
        return {key: tuple(some) for key, some in found.items()}

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Origin]:
        return {(type(one.who).__name__, one.who.name): one.origin for one in reversed(self.granted)}

    def origin_of(self, who: Person | Machine) -> Origin | None:
        """Return where somebody is declared, as the first of their grants knows it; None without any."""
        return self._by_name.get((type(who).__name__, who.name))

    def granted_in(self, account: Account, role: str) -> tuple[Granted, ...]:
        """Return who may assume this role there, people first, each by name."""
        return self._by_role.get((account.name, role), ())

    def standard_roles(self, account: Account) -> tuple[str, ...]:
        """Return the standardized roles that an account has: all of them, but in user-only those granted there."""
        return tuple(role for role in STANDARD_ROLES if account.is_workload or self.granted_in(account, role))

    def naming(self, account: Account) -> Naming:
        """Return how this account's resources are called."""
        return Naming(self.settings.stack, self.partition, account.id)
