"""The input of a deployment: what one account should have, and what the person who deploys has allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from iamgen.aws.partitions import DEFAULT
from iamgen.aws_client.polling import Pace
from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import Fault
from iamgen.ui.plan_line import PlanLine


@dataclass(frozen=True)
class Order:
    """What an account should have."""

    account: TargetAccount
    """The account."""
    stack: str
    """The name of its stack."""
    text: str
    """Its template."""
    tags: Mapping[str, str]
    """The tags by which its stack says what is deployed; they change when something else does."""
    people: frozenset[str] = frozenset()
    """The ARNs of the declared users."""
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Who belongs into groups that people are put into by hand, by the group's logical id."""
    declared: frozenset[str] = frozenset()
    """The names of everybody whom users.py knows, empty where the account holds no people."""
    kept_roles: frozenset[str] = frozenset()
    """The roles, by logical id, that stay when nobody holds them any more."""
    users: frozenset[str] | None = None
    """The names of the declared people in the account that holds them, None in any other."""
    people_alone: bool = False
    """Whether the account has people and nothing else."""
    partition: str = DEFAULT
    """The partition that the declaration states."""
    declared_tags: Mapping[str, str] = field(default_factory=dict)
    """The tags that the settings give to every stack; a change of them alone is deployed."""
    service_role: str = ""
    """The ARN of the role as which CloudFormation is to act from now on; empty where it keeps the one that it has."""
    people_account: str = ""
    """The id of the account that holds the people, whose users a plan tells by their names alone."""

    @property
    def where(self) -> str:
        """How messages name the account."""
        return str(self.account)

    @property
    def account_id(self) -> str:
        """The account's id."""
        return self.account.id


@dataclass(frozen=True)
class Choices:
    """What the person who deploys has allowed, and how the deployment works."""

    now: datetime
    """The time at which the deployment is planned."""
    allow_replacement: bool = False
    """Whether groups and roles may be replaced or deleted."""
    lock_me_out: bool = False
    """Whether the last way into an account may go."""
    wait: bool = False
    """Whether to wait for an operation that is in progress in the stack, instead of refusing."""
    repair: bool = False
    """Whether drift is removed as well."""
    bucket: str | None = None
    """The S3 bucket for a template that is too large for a request."""
    pace: Pace = field(default_factory=Pace)
    """How often AWS is asked, and what stops the work."""
    on_wait: Callable[[str], None] = lambda _: None
    """Called with what is being waited for."""
    on_refusal: Callable[[Sequence[PlanLine]], None] = lambda _: None
    """Called with the plan of a deployment that is refused."""
    note: Callable[[str], None] = lambda _: None
    """Called with a remark."""
    warn: Callable[[Fault], None] = lambda _: None
    """Called with a fault that does not end the deployment."""
