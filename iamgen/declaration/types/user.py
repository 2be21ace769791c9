"""`User`: a person, who may assume roles with MFA."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from iamgen.aws import quotas
from iamgen.declaration.declared_names import duplicates
from iamgen.declaration.declared_type import Declared, MisDeclared, label
from iamgen.declaration.field_types import Flag, OptionalText, Tags, Text
from iamgen.declaration.naming import IAM_NAME
from iamgen.declaration.types.grant import Access, access_faults

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.types.ci_user import CIUser
    from iamgen.declaration.users_file import Written

_PATH = r"/([A-Za-z0-9_+=,.@-]+/)*"
_EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
_TAG = r"[\w .:/=+@-]*"
_NAME_HINT = "an IAM name has letters, digits and _+=,.@- only"


@dataclass(frozen=True, eq=False, repr=False)
class User(Declared):
    """A person: an IAM user in the account that holds people, who may assume roles with MFA.

    `User("alice", {"dev": "AdminR", "prod": ("OpsR", "ReadR")}, power=True)`

    Fields:
        name: the IAM user's name: up to 64 letters, digits and _+=,.@-
        access: account names or patterns, each with a role, a Grant, or several in a tuple: {"dev": "OpsR"}
        power: True for a member of PowerG, which has full power over IAM in the account that holds people
        email: an e-mail address, for people who read the file
        path: the IAM user's path, such as "/auditors/"
        tags: tags of the IAM user, such as {"team": "blue"}
    """

    name: Text
    access: Access
    _: KW_ONLY
    power: Flag = False
    email: OptionalText = None
    path: Text = "/"
    tags: Tags = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Person:
    """A `User` resolved: a user of the account that holds people."""

    name: str
    """The IAM user's name."""
    path: str
    """The IAM user's path."""
    power: bool
    """Whether the user is a member of PowerG."""
    email: str | None
    """An address, which no template has."""
    tags: tuple[tuple[str, str], ...]
    """Tags of the IAM user, key and value, sorted."""


def person(user: User) -> Person:
    """Resolve a `User` without faults."""
    return Person(user.name, user.path, user.power, user.email, tuple(sorted(user.tags.items())))


def faults(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield every fault of the declared people."""
    for user in written.users:
        yield from _path_and_email_faults(user)
        yield from _tag_faults(user)
        yield from name_faults(user, written)
        yield from access_faults(user, written, accounts)
    yield from duplicates(written.users)


def name_faults(user: User | CIUser, written: Written) -> Iterator[MisDeclared]:
    """Yield what is wrong with the name of an IAM user, a person's or a machine's."""
    kind, name = type(user).__name__, user.name
    if not IAM_NAME.fullmatch(name):
        wrong = sorted({character for character in name if not IAM_NAME.fullmatch(character)})
        problem = f"has {' '.join(map(repr, wrong))} in it" if wrong else "is empty"
        yield MisDeclared(user.origin, f"{kind}: the name {name!r} {problem}", _NAME_HINT, name)
    if len(name) > quotas.USER_NAME:
        hint = f"a user's name has {quotas.USER_NAME} at most"
        yield MisDeclared(user.origin, f"{kind}: the name {name!r} has {len(name)} characters", hint, name)
    is_session_name = written.settings is not None and written.settings.session_name_is_user
    if is_session_name and len(name) < quotas.SESSION_NAME_SHORTEST:
        hint = f"a session's name has {quotas.SESSION_NAME_SHORTEST} characters at least: choose a longer one"
        demand = "no session can have this name, as session_name_is_user demands"
        yield MisDeclared(user.origin, f"{label(user)}: {demand}", hint, name)


def _path_and_email_faults(user: User) -> Iterator[MisDeclared]:
    if not re.fullmatch(_PATH, user.path) or len(user.path) > quotas.PATH:
        hint = f"write one such as '/team/', up to {quotas.PATH} letters, digits and _+=,.@- between slashes"
        yield MisDeclared(user.origin, f"{label(user)}: {user.path!r} is no path", hint, "path")
    if user.email is not None and not re.fullmatch(_EMAIL, user.email):
        hint = "write one such as 'alice@example.com'"
        yield MisDeclared(user.origin, f"{label(user)}: {user.email!r} is no e-mail address", hint, "email")


def _tag_faults(user: User) -> Iterator[MisDeclared]:
    if len(user.tags) > quotas.TAGS:
        hint = f"{quotas.TAGS} at most"
        yield MisDeclared(user.origin, f"{label(user)} has {len(user.tags)} tags", hint, "tags")
    if len({key.casefold() for key in user.tags}) < len(user.tags):
        hint = "IAM compares their keys without case"
        yield MisDeclared(user.origin, f"{label(user)}: tags differ in case only", hint, "tags")
    for problem, hint, key in wrong_tags(user.tags):
        yield MisDeclared(user.origin, f"{label(user)}: tag {key!r}{problem}", hint, key)


def wrong_tags(tags: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    """Yield what is wrong with a tag, as the rest of a sentence about it, with a hint and the tag's key."""
    for key, value in tags.items():
        if not 0 < len(key) <= quotas.TAG_KEY or len(value) > quotas.TAG_VALUE:
            hint = f"a key has 1 to {quotas.TAG_KEY} characters, a value up to {quotas.TAG_VALUE}"
            yield " is too long or empty", hint, key
        if not re.fullmatch(_TAG, key) or not re.fullmatch(_TAG, value):
            yield " has a character that IAM refuses", "letters, digits, blanks and _.:/=+-@ only", key
        if key.casefold().startswith("aws:"):
            yield ": aws: belongs to AWS", "choose another key", key
