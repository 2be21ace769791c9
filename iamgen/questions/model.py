"""The model of all accounts, with everybody who may call AWS there. Every source of answers makes one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from iamgen.access.accounts import Account
from iamgen.access.documents import Principal, Statement
from iamgen.access.entities import AttachedPolicy, IamGroup, IamRole, IamUser
from iamgen.access.principals import ASSUME, NOTHING, RequestContext
from iamgen.errors import Fault, refuse
from iamgen.questions.declared_terms import DeclaredTerm
from iamgen.questions.places import AccountPlaces, SourcedPlace
from iamgen.similar_names import did_you_mean

if TYPE_CHECKING:
    from iamgen.aws.managed_policy_archive import PolicyListOrigin

ActorKind = Literal["person", "CI user", "user", "pipeline", "service", "role", "federated", "other account"]
"""What somebody is who may call AWS. A `user` is an IAM user of which a source does not tell whether it is a person."""


@dataclass(frozen=True, eq=False)
class ModelAccount:
    """One account, and where its resources are written."""

    name: str
    """Its name in CONST.inc; its id where no declaration names it."""
    content: Account
    """Its users, groups and roles."""
    places: AccountPlaces
    """Where they are written."""

    @property
    def id(self) -> str:
        """Its account id."""
        return self.content.id


@dataclass(frozen=True, eq=False)
class KnownEntity:
    """A user or role of the model, with what is worked out about it once."""

    entity: IamUser | IamRole
    """The user or role."""
    account: ModelAccount
    """The account that it is in."""

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of its policies, and of the policies of its groups."""
        return self.entity.statements

    @cached_property
    def boundary(self) -> tuple[Statement, ...]:
        """The statements of its permissions boundary; none where it has no boundary."""
        return self.entity.boundary.statements if self.entity.boundary else ()

    @cached_property
    def keys(self) -> frozenset[str]:
        """The condition keys, in lower case, on which its policies and its boundary may depend."""
        return keys_of((*self.statements, *self.boundary))

    @cached_property
    def trust_keys(self) -> frozenset[str]:
        """The condition keys, in lower case, on which a role's trust policy may depend."""
        return keys_of(self.as_role.trust)

    @property
    def as_role(self) -> IamRole:
        """It as a role. Raises TypeError for a user."""
        if isinstance(self.entity, IamRole):
            return self.entity
        raise TypeError(self.entity.arn)

    @property
    def held_policies(self) -> Iterable[tuple[IamGroup | None, AttachedPolicy]]:
        """Each policy, with the group through which a user has it; None for one of its own."""
        yield from ((None, policy) for policy in self.entity.policies)
        groups = self.entity.groups if isinstance(self.entity, IamUser) else ()
        yield from ((group, policy) for group in groups for policy in group.policies)

    @cached_property
    def policy_list(self) -> PolicyListOrigin | None:
        """The dated list of AWS managed policies from which one of its policies is; None where none is."""
        boundary = (self.entity.boundary,) if self.entity.boundary else ()
        policies = (*(policy for _, policy in self.held_policies), *boundary)
        return next((policy.published for policy in policies if policy.published), None)

    def place(self) -> SourcedPlace:
        """Return where it is written."""
        return self.account.places.of_entity(self.entity)


@dataclass(frozen=True, eq=False)
class Actor:
    """Somebody who may call AWS: a person, machine, pipeline, service or role, or a stranger whom a role trusts."""

    kind: ActorKind
    """What it is."""
    name: str
    """Its name: of a pipeline the subject, of a service its principal, of a stranger the ARN."""
    known: KnownEntity | None = None
    """The user or role that it is; None for those who exist in trust policies only."""
    principals: frozenset[Principal] = frozenset()
    """For those, the names by which a trust policy means them."""
    claims: RequestContext = field(default_factory=lambda: NOTHING)
    """For those, what is known of the request by which they assume a role."""
    assume_action: str = ASSUME
    """The action by which they assume a role."""
    session: str = ""
    """Of a role's session, its name; empty where any will do."""
    place: SourcedPlace | None = None
    """Where it is declared; None where only a trust policy or a template has it."""

    @property
    def account_name(self) -> str:
        """The name of the account in which it is; empty if it is in no account of the model."""
        return self.known.account.name if self.known else ""

    @property
    def label(self) -> str:
        """How answers name it."""
        return f"{self.name} in {self.account_name}" if self.kind in ("CI user", "role") else self.name


@dataclass(frozen=True, eq=False)
class AccessModel:
    """All accounts of one source."""

    accounts: tuple[ModelAccount, ...]
    """The accounts, each id once."""
    actors: tuple[Actor, ...]
    """Everybody who may call AWS, roles left out."""
    origin: str
    """What was read, in words: `users.py, as it would be deployed`."""
    partition: str = "aws"
    """The partition of all accounts."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names of accounts, each with the name that it stands for."""
    granted: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """`file:line` of each grant, by the name of who has it, of the account, and of the role's logical id."""
    gaps: tuple[Fault, ...] = ()
    """What a source of this kind does not tell, or what was assumed for all of it."""
    terms: tuple[DeclaredTerm, ...] = ()
    """The grants and emergencies of a declaration, those that have ended too; none where nothing declares them."""
    production: frozenset[str] | None = None
    """The names of the accounts that are production; None where the source does not tell it."""

    @cached_property
    def reasons(self) -> Mapping[tuple[str, str, str], str]:
        """The reasons of grants, by the name of who has it, of the account, and of the role's logical id."""
        return {(term.name, term.account, term.role): term.reason for term in self.terms if term.kind == "grant"}

    @cached_property
    def emergency_reasons(self) -> Mapping[tuple[str, str, str], str]:
        """The reasons of emergencies, by the name of the policy, of the account, and of the role's logical id."""
        return {(term.name, term.account, term.role): term.reason for term in self.terms if term.kind == "emergency"}

    @cached_property
    def keys(self) -> frozenset[str]:
        """The condition keys, in lower case, on which somebody's policies may depend."""
        users = (actor.known for actor in self.actors if actor.known)
        return frozenset(key for known in (*self.roles, *users) for key in known.keys)

    @cached_property
    def policy_list(self) -> PolicyListOrigin | None:
        """The dated list of AWS managed policies from which somebody's policies are; None where nobody has one."""
        users = (actor.known for actor in self.actors if actor.known)
        return next((known.policy_list for known in (*self.roles, *users) if known.policy_list), None)

    @cached_property
    def unread(self) -> tuple[Fault, ...]:
        """What could not be read, or was not looked at, in the accounts' templates."""
        return tuple(
            fault._replace(where=f"{account.places.file}: {fault.where}")
            for account in self.accounts
            for fault in account.content.not_known
        )

    @cached_property
    def roles(self) -> tuple[KnownEntity, ...]:
        """Every role of every account."""
        return tuple(KnownEntity(role, account) for account in self.accounts for role in account.content.roles)

    @cached_property
    def role_by_arn(self) -> Mapping[str, KnownEntity]:
        """The roles by their ARNs."""
        return {role.entity.arn: role for role in self.roles}

    @cached_property
    def user_names(self) -> Mapping[str, str]:
        """The names of the users of the model by their ARNs."""
        return {actor.known.entity.arn: actor.name for actor in self.actors if actor.known}

    @cached_property
    def names_of_users(self) -> frozenset[str]:
        """The names of the users of the model."""
        return frozenset(self.user_names.values())

    @cached_property
    def account_by_id(self) -> Mapping[str, ModelAccount]:
        """The accounts by their ids."""
        return {account.id: account for account in self.accounts}

    def account(self, name: str) -> ModelAccount:
        """Return the account of a name or id. Raises IamgenError, with the nearest name, when there is none."""
        meant = self.aliases.get(name, name)
        for account in self.accounts:
            if meant in (account.name, account.id):
                return account
        names = [*(account.name for account in self.accounts), *self.aliases]
        raise refuse(name, "there is no such account", did_you_mean(name, names, f"accounts are {', '.join(names)}"))


def keys_of(statements: Iterable[Statement]) -> frozenset[str]:
    """Return the condition keys, in lower case, of conditions and policy variables."""
    return frozenset(key for statement in statements for key in statement.context_keys)


def holder_of(known: KnownEntity, statement: Statement) -> tuple[IamGroup | None, AttachedPolicy] | None:
    """Return the policy that has a statement, with the group through which a user has it; None for another's."""
    for is_that in (lambda item: item is statement, lambda item: item == statement):
        for group, policy in known.held_policies:
            if any(is_that(item) for item in policy.statements):
                return group, policy
    return None
