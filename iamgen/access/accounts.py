"""One AWS account as its template makes it, and all the accounts together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from iamgen.access.attachments import (
    GROUP,
    NO_DOCUMENTS,
    ROLE,
    USER,
    Attachments,
    Documents,
    Policies,
)  # fmt: skip
from iamgen.access.entities import DEFAULT_SESSION, Group, Person, Policy, Role, Tags, User, named
from iamgen.access.errors import located, undecided
from iamgen.access.resources import Resource, read
from iamgen.similar_names import did_you_mean


@dataclass(frozen=True)
class AccountSource:
    """From what an account is read."""

    template: Mapping[str, object]
    """The rendered template."""
    account_id: str
    """The twelve digits of the account."""
    partition: str = "aws"
    """`aws` or another."""
    managed: Documents = field(default_factory=lambda: NO_DOCUMENTS)
    """The documents of AWS managed policies by name."""
    people: tuple[Person, ...] = ()
    """The people who are in the account by hand."""
    tolerant: bool = False
    """Whether a policy that cannot be read, or whose document is not known, may mean anything, so that only
    answers that depend on it are unknown. Otherwise it is an error at once, as IAM would refuse it."""


@dataclass(frozen=True)
class Account:
    """An account. Make one with `Account.of`."""

    id: str
    partition: str = "aws"
    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()
    roles: tuple[Role, ...] = ()

    @classmethod
    def of(
        cls,
        template: Mapping[str, object],
        account_id: str,
        partition: str = "aws",
        managed: Documents = NO_DOCUMENTS,
        people: Iterable[Person] = (),
    ) -> Account:
        """Return the account that a rendered template makes, with the people who are in it by hand.

        `managed` has the documents of AWS managed policies by name. Raises AccessError for a template that is
        not understood, an AWS managed policy that is not in `managed`, malformed policies, and a name that
        two have.
        """
        return cls.read(AccountSource(template, account_id, partition, managed, tuple(people)))

    @classmethod
    def read(cls, source: AccountSource) -> Account:
        """Return the account that the source describes. Raises AccessError as `of` does."""
        with located(f"template of {source.account_id}"):
            resources = read(source.template, source.account_id, source.partition)
            policies = Policies.of(resources, source.managed, tolerant=source.tolerant)
            return _Reading(resources, policies, source.people).account(source.account_id, source.partition)

    def user(self, name: str) -> User:
        """Return the user of that name or logical id. Raises AccessError when there is none."""
        return named(name, self.users)

    def group(self, name: str) -> Group:
        """Return the group of that name or logical id. Raises AccessError when there is none."""
        return named(name, self.groups)

    def role(self, name: str) -> Role:
        """Return the role of that name or logical id. Raises AccessError when there is none."""
        return named(name, self.roles)


@dataclass(frozen=True)
class Scheme:
    """All accounts together, by the names that the declaration gives them."""

    accounts: Mapping[str, Account]

    def __getitem__(self, name: str) -> Account:
        if name not in self.accounts:
            raise undecided(name, "is not an account", did_you_mean(name, self.accounts))
        return self.accounts[name]

    @property
    def users(self) -> tuple[User, ...]:
        """The users of all accounts. Two names for one account count once."""
        return tuple(dict.fromkeys(user for account in self.accounts.values() for user in account.users))

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles of all accounts. Two names for one account count once."""
        return tuple(dict.fromkeys(role for account in self.accounts.values() for role in account.roles))


@dataclass(frozen=True)
class _Reading:
    """A template's resources on their way to an account."""

    resources: tuple[Resource, ...]
    policies: Policies
    people: tuple[Person, ...]

    def account(self, account_id: str, partition: str) -> Account:
        attachments = Attachments.of(self.resources, self.policies)
        named_ones = [(one.type, one.name) for one in self.resources if one.type in (USER, GROUP, ROLE)]
        attachments.check([*named_ones, *((USER, person.name) for person in self.people)])
        groups = tuple(self._groups(attachments))
        people = tuple(self._people(attachments, groups, f"arn:{partition}:iam::{account_id}:user"))
        users = (*self._users(attachments, groups), *people)
        return Account(account_id, partition, users, groups, tuple(self._roles(attachments)))

    def _groups(self, attachments: Attachments) -> Iterator[Group]:
        for one in self._of_type(GROUP):
            yield Group(one.name, one.logical_id, one.arn, one.path, attachments.to(GROUP, one.name))

    def _users(self, attachments: Attachments, groups: tuple[Group, ...]) -> Iterator[User]:
        for one in self._of_type(USER):
            with located(one.logical_id):
                yield User(
                    one.name,
                    one.logical_id,
                    one.arn,
                    one.path,
                    attachments.to(USER, one.name),
                    groups=_joined((*one.texts("Groups"), *attachments.groups_of(one.name)), groups),
                    boundary=self._boundary(one),
                    tags=_tags(one),
                )

    def _people(self, attachments: Attachments, groups: tuple[Group, ...], prefix: str) -> Iterator[User]:
        for one in self.people:
            with located(one.name):
                yield User(
                    one.name,
                    one.name,
                    f"{prefix}{one.path}{one.name}",
                    one.path,
                    attachments.to(USER, one.name),
                    groups=_joined((*one.groups, *attachments.groups_of(one.name)), groups),
                    tags=one.tags,
                )

    def _roles(self, attachments: Attachments) -> Iterator[Role]:
        for one in self._of_type(ROLE):
            with located(one.logical_id):
                yield Role(
                    one.name,
                    one.logical_id,
                    one.arn,
                    one.path,
                    attachments.to(ROLE, one.name),
                    trust=self.policies.trust(one.name, one.properties.get("AssumeRolePolicyDocument")),
                    boundary=self._boundary(one),
                    max_session=_max_session(one),
                    tags=_tags(one),
                )

    def _of_type(self, kind: str) -> Iterator[Resource]:
        return (resource for resource in self.resources if resource.type == kind)

    def _boundary(self, resource: Resource) -> Policy | None:
        if "PermissionsBoundary" not in resource.properties:
            return None
        return self.policies.at(resource.text("PermissionsBoundary"))


def _joined(names: Iterable[str], groups: tuple[Group, ...]) -> tuple[Group, ...]:
    return tuple(dict.fromkeys(named(name, groups) for name in names))


def _max_session(role: Resource) -> int:
    seconds = role.properties.get("MaxSessionDuration", DEFAULT_SESSION)
    if not isinstance(seconds, int | str) or not str(seconds).isdecimal():
        raise undecided("MaxSessionDuration", f"{seconds!r} is not a number of seconds")
    return int(seconds)


def _tags(resource: Resource) -> Tags:
    return tuple((str(tag.get("Key")), str(tag.get("Value"))) for tag in resource.blocks("Tags"))
