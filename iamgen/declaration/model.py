"""What an operator writes in users.py: the types, as written, before they are held against the accounts.

Room for more: a type is a frozen dataclass on `Declared`, with each field's meaning in words as part of
its type; `load` gathers it by name, `validate` resolves it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from types import MappingProxyType
from typing import Annotated

from iamgen.declaration.declared import Declared

ADMIN, OPS, READ = "AdminR", "OpsR", "ReadR"
STANDARD_ROLES = (ADMIN, OPS, READ)

Text = Annotated[str, "text in quotes"]
OptionalText = Annotated[str | None, "text in quotes"]
Flag = Annotated[bool, "True or False"]
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
class Settings(Declared):
    """Choices that hold for every account; contract section 5 says what each means."""

    _: KW_ONLY
    stack: Text = "infra"
    trust: Annotated[str, "'arns' or 'names'"] = "arns"
    trust_policy_quota: Annotated[int, "a number of characters, 2048 or what AWS raised it to"] = 2048
    users: Annotated[str, "'console' or 'stack'"] = "console"
    password_change_needs_mfa: Flag = False
    session_name_is_user: Flag = False
    read_guard: Flag = False
    session_hours: Annotated[Mapping[str, int], "hours by role, such as {'OpsR': 4}"] = field(
        default_factory=lambda: MappingProxyType({})
    )
    channels: Annotated[Sequence[str], "a tuple of channel names, such as ('infra',)"] = ("infra",)
    main_branch: Annotated[str | None, "the name of a branch"] = None


DEFAULT_SESSION_HOURS: Mapping[str, int] = MappingProxyType({ADMIN: 1, OPS: 4, READ: 12})
