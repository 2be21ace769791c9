"""`Settings`: choices that hold for every account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from iamgen.aws import quotas
from iamgen.declaration.declared_type import Declared, MisDeclared
from iamgen.declaration.field_types import Flag, Tags, Text
from iamgen.declaration.naming import Naming
from iamgen.declaration.standard import DEFAULT_STACK, STANDARD_ROLES
from iamgen.declaration.types.user import wrong_tags
from iamgen.similar_names import did_you_mean

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.users_file import Written

_QUOTAS = {
    "trust_policy_quota": (quotas.TRUST_POLICY, quotas.TRUST_POLICY_RAISED),
    "managed_policies_quota": (quotas.POLICIES_OF_A_ROLE, quotas.POLICIES_OF_A_ROLE_RAISED),
}
_ADDED_TAGS = 2  # iamgen:release and iamgen:commit
_MOST_TAGS = quotas.TAGS - _ADDED_TAGS
_OWN_PREFIX = "iamgen:"
_STACK = r"[A-Za-z][A-Za-z0-9-]*"
_CHANNEL = r"[A-Za-z0-9][A-Za-z0-9._-]*"


@dataclass(frozen=True, eq=False, repr=False)
class Settings(Declared):
    """Choices that hold for every account: `SETTINGS = Settings(read_guard=True)`.

    Fields:
        stack: the name of the stack, and the prefix of every name: "infra" makes infra-ReadR-…
        trust: how a trust policy names people: "arns" by the user's ARN, "names" by aws:username
        trust_policy_quota: how many characters AWS allows a trust policy: 2048, or what AWS raised it to, up to 8192
        managed_policies_quota: how many managed policies a role may have: 20, or what AWS raised it to, up to 25
        users: "console" if people's users are created outside of the stack, "stack" if the stack creates them
        password_change_needs_mfa: True to let people change their own password with MFA only
        aws_login: whether people may use `aws login`: "no", "mfa", or "token-without-mfa": `iamgen docs bootstrap`
        session_name_is_user: True to demand that a role session has the name of its user
        read_guard: True to deny ReadR access to data and secrets
        session_hours: the longest session in hours, 1 to 12, by role, such as {"OpsR": 4}
        channels: the channels to which promote may go, in a tuple; CI deploys from the first
        main_branch: the branch that releases are made from; by default main or master, whichever exists
        tags: tags of every stack, and so of its roles and users, such as {"cost-center": "42"}
        ignore: rules that shall not report anything, each with the reason, such as {"W112": "the service is too new"}
    """

    _: KW_ONLY
    stack: Text = DEFAULT_STACK
    trust: Annotated[Literal["arns", "names"], "'arns' or 'names'"] = "arns"
    trust_policy_quota: Annotated[int, "a number of characters, 2048 or what AWS raised it to"] = quotas.TRUST_POLICY
    managed_policies_quota: Annotated[int, "a number of policies, 20 or what AWS raised it to"] = (
        quotas.POLICIES_OF_A_ROLE
    )
    users: Annotated[Literal["console", "stack"], "'console' or 'stack'"] = "console"
    password_change_needs_mfa: Flag = False
    aws_login: Annotated[Literal["no", "mfa", "token-without-mfa"], "'no', 'mfa' or 'token-without-mfa'"] = "no"
    session_name_is_user: Flag = False
    read_guard: Flag = False
    session_hours: Annotated[Mapping[str, int], "hours by role, such as {'OpsR': 4}"] = field(
        default_factory=lambda: MappingProxyType({})
    )
    channels: Annotated[tuple[str, ...] | list[str], "a tuple of channel names, such as ('infra',)"] = ("infra",)
    main_branch: Annotated[str | None, "the name of a branch"] = None
    tags: Tags = field(default_factory=lambda: MappingProxyType({}))
    ignore: Annotated[Mapping[str, str], "reasons by rule, such as {'W112': 'the service is too new'}"] = field(
        default_factory=lambda: MappingProxyType({})
    )


SettingsProblem = tuple[str, str, str]
"""What is wrong, what to do about it, and the word that it is about."""


def faults(written: Written, _accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield what is out of bounds in the settings."""
    settings = written.settings
    if settings:
        for problem, hint, word in _problems(settings):
            yield MisDeclared(settings.origin, f"Settings: {problem}", hint, word)
        if settings.tags and settings.users == "stack":
            yield from _tags_with_those_of_users(written, settings)


def _problems(settings: Settings) -> Iterator[SettingsProblem]:
    yield from _stack_problems(settings.stack)
    for name, (least, most) in _QUOTAS.items():
        value = getattr(settings, name)
        if not least <= value <= most:
            yield f"{name} is {value}", f"{least}, or up to {most} once AWS has raised it", name
    yield from _session_problems(settings)
    yield from _release_problems(settings)
    yield from _tag_problems(settings.tags)
    for rule, reason in settings.ignore.items():
        if not reason.strip():
            yield f"ignore: {rule} has no reason", "say why, for whoever reads it next", rule


def _stack_problems(stack: str) -> Iterator[SettingsProblem]:
    if not re.fullmatch(_STACK, stack) or len(stack) > quotas.STACK_NAME:
        hint = f"a letter, then letters, digits and hyphens, up to {quotas.STACK_NAME}"
        yield f"stack is {stack!r}", hint, "stack"
    naming = Naming(stack, "aws", "0" * quotas.ACCOUNT_ID)
    longest = max(map(naming.full, STANDARD_ROLES), key=len)
    over = len(longest) - quotas.ROLE_NAME
    if over > 0:
        hint = f"a role's name has {quotas.ROLE_NAME} characters at most: {over} too many"
        yield f"stack {stack!r} makes the role {longest}", hint, "stack"


def _session_problems(settings: Settings) -> Iterator[SettingsProblem]:
    for role, hours in settings.session_hours.items():
        if role not in STANDARD_ROLES:
            free_names = [name for name in STANDARD_ROLES if name not in settings.session_hours]
            hint = did_you_mean(role, free_names, f"roles are {', '.join(STANDARD_ROLES)}")
            yield f"session_hours: there is no role {role!r}", hint, role
        if hours not in quotas.SESSION_HOURS:
            yield f"session_hours: {role} has {hours}", "a session lasts 1 to 12 hours", role


def _tag_problems(tags: Mapping[str, str]) -> Iterator[SettingsProblem]:
    if len(tags) > _MOST_TAGS:
        hint = f"{_MOST_TAGS} at most: AWS allows {quotas.TAGS}, and iamgen adds {_ADDED_TAGS}"
        yield f"there are {len(tags)} tags", hint, "tags"
    if len(set(map(str.casefold, tags))) < len(tags):
        yield "tags differ in case only", "IAM compares their keys without case", "tags"
    for problem, hint, key in wrong_tags(tags):
        yield f"tag {key!r}{problem}", hint, key
    for key, value in tags.items():
        if key.casefold().startswith(_OWN_PREFIX):
            yield f"tag {key!r}: {_OWN_PREFIX} is for what iamgen says of a deployment", "choose another key", key
        if not value:
            yield (
                f"tag {key!r} is empty",
                "CloudFormation takes no tag without a value: write one, or leave it out",
                key,
            )


def _tags_with_those_of_users(written: Written, settings: Settings) -> Iterator[MisDeclared]:
    """Yield users who cannot have the stack's tags besides their own, which CloudFormation gives them both."""
    by_spelling = {key.casefold(): key for key in settings.tags}
    for user in written.users:
        for key in user.tags:
            other = by_spelling.get(key.casefold(), key)
            if other != key:
                problem = f"User {user.name!r}: tag {key!r} differs from {other!r} of Settings in case only"
                yield MisDeclared(user.origin, problem, "write both alike: the user's own value counts then", key)
        count = len({*by_spelling, *map(str.casefold, user.tags)}) + _ADDED_TAGS
        if count > quotas.TAGS and len(user.tags) <= quotas.TAGS and len(settings.tags) <= _MOST_TAGS:
            problem = f"User {user.name!r} would have {count} tags, with those of Settings and iamgen's own"
            yield MisDeclared(user.origin, problem, f"{quotas.TAGS} at most", "tags")


def _release_problems(settings: Settings) -> Iterator[SettingsProblem]:
    if not settings.channels:
        yield "channels is empty", "name one at least, such as ('infra',)", "channels"
    for channel in settings.channels:
        if not re.fullmatch(_CHANNEL, channel):
            yield f"channel {channel!r} cannot be part of a branch's name", "letters, digits and ._- only", channel
    if settings.main_branch == "":
        yield "main_branch is empty", "name the branch that releases are made from, or leave it out", "main_branch"
