"""Reads an AWS account, with its users, groups and roles, from the template that makes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from iamgen.access.account_reading import AccountReading
from iamgen.access.entities import HandMadeUser, IamGroup, IamRole, IamUser, InstanceProfile, named
from iamgen.access.errors import located, undecided
from iamgen.access.policies import NO_DOCUMENTS, Documents, Policies
from iamgen.access.strict_reading import UNDERSTOOD, check
from iamgen.aws.iam_types import GROUP, ROLE, USER
from iamgen.errors import Fault
from iamgen.iam.holes import shown
from iamgen.iam.named_resources import NamedResources
from iamgen.iam.place import NOWHERE, Place
from iamgen.iam.template import Template
from iamgen.similar_names import did_you_mean


@dataclass(frozen=True)
class AccountSource:
    """The source from which an account is read."""

    template: Mapping[str, object]
    """The rendered template."""
    account_id: str
    """The twelve digits of the account."""
    partition: str = "aws"
    """`aws` or another."""
    managed: Documents = field(default_factory=lambda: NO_DOCUMENTS)
    """The documents of AWS managed policies, by path and name or by name alone."""
    people: tuple[HandMadeUser, ...] = ()
    """The people who are in the account by hand."""
    tolerant: bool = False
    """Whether a policy that cannot be read, or whose document is not known, may mean anything, so that only
    answers that depend on it are unknown. Otherwise it is an error at once, as IAM would refuse it."""
    region: str | None = None
    """The region of the stack; None where it is not known."""
    stack: str | None = None
    """The name of the stack; None where it is not known."""

    @property
    def place(self) -> Place:
        """Where the stack is, as far as it is known."""
        return Place(self.account_id, self.partition, self.region or NOWHERE.region, self.stack or NOWHERE.stack)


@dataclass(frozen=True)
class Account:
    """An account. Make one with `Account.of`."""

    id: str
    """The twelve digits of the account."""
    partition: str = "aws"
    """The partition it is in."""
    users: tuple[IamUser, ...] = ()
    """The users of the template, and the people who are there by hand."""
    groups: tuple[IamGroup, ...] = ()
    """The groups of the template."""
    roles: tuple[IamRole, ...] = ()
    """The roles of the template."""
    instance_profiles: tuple[InstanceProfile, ...] = ()
    """The instance profiles, which hand roles to machines."""
    not_known: tuple[Fault, ...] = ()
    """What was not read of a template that was read tolerantly, and what was assumed."""
    conditional: tuple[str, ...] = ()
    """The logical ids of users, groups and roles that a condition of the template decides on: they are taken to be
    there, whatever it says."""

    @classmethod
    def of(
        cls,
        template: Mapping[str, object],
        account_id: str,
        partition: str = "aws",
        managed: Documents = NO_DOCUMENTS,
        people: Iterable[HandMadeUser] = (),
    ) -> Account:
        """Return the account that a rendered template makes, with the people who are in it by hand.

        `managed` has the documents of AWS managed policies, such as `iamgen.aws.managed_policies.managed_documents()`
        returns them: each policy is then parsed once for all accounts. Raises AccessError for a template that is
        not understood, an AWS managed policy that is not in `managed`, malformed policies, and a name that
        two have.
        """
        return cls.read(AccountSource(template, account_id, partition, managed, tuple(people)))

    @classmethod
    def read(cls, source: AccountSource) -> Account:
        """Return the account that the source describes. Raises AccessError as `of` does."""
        with located(f"template of {source.account_id}"):
            if not isinstance(source.template.get("Resources"), Mapping):
                raise undecided("Resources", "is not a block of resources")
            resources = NamedResources.of(Template.of(source.template, 0, source.place))
            if not source.tolerant:
                check(resources)
            policies = Policies.of(resources, source.managed, tolerant=source.tolerant)
            reading = AccountReading(resources, policies, source.people)
            if not source.tolerant:
                reading.check()
            return cls(
                source.account_id,
                source.partition,
                reading.users,
                reading.groups,
                reading.roles,
                reading.instance_profiles,
                tuple(_not_known(resources)),
                tuple(item.logical_id for item in resources.of_type(USER, GROUP, ROLE) if not item.is_certain),
            )

    def user(self, name: str) -> IamUser:
        """Return the user of that name or logical id. Raises AccessError when there is none."""
        return named(name, self.users)

    def group(self, name: str) -> IamGroup:
        """Return the group of that name or logical id. Raises AccessError when there is none."""
        return named(name, self.groups)

    def role(self, name: str) -> IamRole:
        """Return the role of that name or logical id. Raises AccessError when there is none."""
        return named(name, self.roles)


@dataclass(frozen=True)
class Scheme:
    """All accounts together, by the names that the declaration gives them."""

    accounts: Mapping[str, Account]
    """The accounts by name."""

    def __getitem__(self, name: str) -> Account:
        if name not in self.accounts:
            raise undecided(name, "is not an account", did_you_mean(name, self.accounts))
        return self.accounts[name]

    @property
    def users(self) -> tuple[IamUser, ...]:
        """The users of all accounts. Two names for one account count once."""
        return tuple(dict.fromkeys(user for account in self.accounts.values() for user in account.users))

    @property
    def roles(self) -> tuple[IamRole, ...]:
        """The roles of all accounts. Two names for one account count once."""
        return tuple(dict.fromkeys(role for account in self.accounts.values() for role in account.roles))


def _not_known(resources: NamedResources) -> Iterator[Fault]:
    template = resources.template
    for part in template.unread:
        yield Fault(".".join(map(str, part.path)), part.reason)
    for assumption in template.assumed:
        yield Fault("Parameters", assumption)
    for resource in resources.resources:
        if resource.type not in UNDERSTOOD:
            yield Fault(
                resource.logical_id, f"is of type {resource.type}: what its own policies allow was not looked at"
            )
        elif not resource.has_known_name:
            yield Fault(
                resource.logical_id, f"is called {shown(resource.name)}, which is not known before the deployment"
            )
