"""What an operator writes in users.py: the types, as written, before they are held against the accounts.

Room for more: a type is a frozen dataclass on `Declared`, with each field's meaning in words as part of
its type; `load` gathers it by name, `validate` resolves it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from types import MappingProxyType
from typing import Annotated

from iamgen.aws import quotas
from iamgen.declaration.declared_type import Declared

ADMIN, OPS, READ = "AdminR", "OpsR", "ReadR"
STANDARD_ROLES = (ADMIN, OPS, READ)

Text = Annotated[str, "text in quotes"]
OptionalText = Annotated[str | None, "text in quotes"]
Flag = Annotated[bool, "True or False"]
Names = Annotated[Sequence[str], "a tuple of names, such as ('a', 'b')"]
ACCOUNTS = "an account name or pattern, or several: ('dev', '*-dev')"
OptionalAccounts = Annotated[str | Sequence[str] | None, ACCOUNTS]
PLAIN_VALUES = "values by name, such as {'bucket': 'logs'}: text, numbers, True, False, None; also in tuples and dicts"
Tags = Annotated[Mapping[str, str], "tags as {'team': 'blue'}"]


@dataclass(frozen=True)
class Grant(Declared):
    """A role that somebody is granted, perhaps until some day.

    `until` is a date (its end, UTC, is meant) or a date and time, in ISO form.
    """

    role: Text
    _: KW_ONLY
    until: Annotated[str | None, "a date in quotes, such as '2027-01-31'"] = None
    reason: Text = ""


Roles = str | Grant | Sequence[str | Grant]
Access = Annotated[
    Mapping[str, Roles],
    "account names (or patterns) with a role, a Grant, or several in a tuple: {'dev': ('OpsR', 'ReadR')}",
]


@dataclass(frozen=True)
class User(Declared):
    """A person: an IAM user in the user-only account who may assume roles, with MFA."""

    name: Text
    access: Access
    _: KW_ONLY
    power: Flag = False
    email: OptionalText = None
    path: Text = "/"
    tags: Tags = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class CIUser(Declared):
    """A machine that can use nothing but keys: an IAM user inside each of the accounts, without MFA."""

    name: Text
    access: Access


@dataclass(frozen=True)
class Pipeline(Declared):
    """A job of a CI service that proves who it is by OIDC: an identity provider and trust, no keys.

    `subject` is the exact `sub` of its tokens; for GitHub it follows from `repository` with `environment`
    or `branch`. `docs/pipelines.md` has each provider's form.
    """

    provider: Annotated[str, "'github', 'gitlab', … or an https URL"]
    subject: OptionalText = None
    access: Access = field(default_factory=lambda: MappingProxyType({}))
    _: KW_ONLY
    repository: OptionalText = None
    environment: OptionalText = None
    branch: OptionalText = None
    audience: OptionalText = None


@dataclass(frozen=True)
class Emergency(Declared):
    """The only way to an inline policy: why, until when, and its document in `templates/policies/`."""

    reason: Text
    until: Annotated[str, "a date in quotes, such as '2027-01-31'"]
    template: Text


@dataclass(frozen=True)
class Policy(Declared):
    """A customer managed policy whose document is a Jinja2 template of `templates/policies/`."""

    name: Text
    template: Text
    _: KW_ONLY
    vars: Annotated[Mapping[str, object], PLAIN_VALUES] = field(default_factory=lambda: MappingProxyType({}))
    accounts: OptionalAccounts = None


@dataclass(frozen=True)
class Role(Declared):
    """A role besides the standardized ones; people, machines, services and other roles may assume it."""

    name: Text
    _: KW_ONLY
    services: Names = ()
    managed_policies: Names = ()
    policies: Names = ()
    assumed_by: Names = ()
    session_hours: Annotated[int, "a number of hours, 1 to 12"] = 1
    mfa: Flag = True
    boundary: OptionalText = None
    accounts: Annotated[str | Sequence[str], ACCOUNTS] = "*"
    description: Text = ""
    emergency: Annotated[Emergency | None, "an Emergency(…)"] = None


@dataclass(frozen=True)
class Group(Declared):
    """A group in the account that holds people, besides the three that exist without being declared."""

    name: Text
    _: KW_ONLY
    members: Names = ()
    managed_policies: Names = ()
    policies: Names = ()


@dataclass(frozen=True)
class Settings(Declared):
    """Choices that hold for every account; contract section 5 says what each means."""

    _: KW_ONLY
    stack: Text = "infra"
    trust: Annotated[str, "'arns' or 'names'"] = "arns"
    trust_policy_quota: Annotated[int, "a number of characters, 2048 or what AWS raised it to"] = quotas.TRUST_POLICY
    managed_policies_quota: Annotated[int, "a number of policies, 20 or what AWS raised it to"] = (
        quotas.POLICIES_OF_A_ROLE
    )
    users: Annotated[str, "'console' or 'stack'"] = "console"
    password_change_needs_mfa: Flag = False
    session_name_is_user: Flag = False
    read_guard: Flag = False
    session_hours: Annotated[Mapping[str, int], "hours by role, such as {'OpsR': 4}"] = field(
        default_factory=lambda: MappingProxyType({})
    )
    channels: Annotated[Sequence[str], "a tuple of channel names, such as ('infra',)"] = ("infra",)
    main_branch: Annotated[str | None, "the name of a branch"] = None
    ignore: Annotated[Mapping[str, str], "reasons by rule, such as {'W112': 'the service is too new'}"] = field(
        default_factory=lambda: MappingProxyType({})
    )


DEFAULT_SESSION_HOURS: Mapping[str, int] = MappingProxyType({ADMIN: 1, OPS: 4, READ: 12})
