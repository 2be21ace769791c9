"""One person, with everything that their console, their CLI and the templates need to know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from iamgen.aws import quotas
from iamgen.aws.partitions import PartitionName
from iamgen.declaration.accounts import Accounts, constant
from iamgen.declaration.constants import Constants
from iamgen.declaration.naming import IAM_NAME, Naming
from iamgen.declaration.resolved import Account, Declaration, Person
from iamgen.errors import Fault, IamgenError, UsageError, refuse
from iamgen.similar_names import did_you_mean
from iamgen.workstation.profile_names import RULE, is_read_by_all
from iamgen.workstation.profiles import ProfileSource, role_profiles
from iamgen.workstation.roles import Assumable, every_role, named_in, roles_of

KEY_ID, SECRET, ROLE_PROFILES = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ROLE_PROFILES"
USER, ACCOUNT, MFA_SERIAL = "AWS_USER", "AWS_ACCOUNT_NAME", "AWS_MFA_SERIAL"
_OWN_NAMES = (USER, KEY_ID, SECRET, MFA_SERIAL, ROLE_PROFILES)
_ACCOUNT_NAME = "_AWS_ACCOUNT_NAME"
_SERIAL = r"[\w+=/:,.@-]{9,256}"  # botocore's model of IAM
HINTS = MappingProxyType(
    {
        KEY_ID: "give the key: --access-key-id ID",
        SECRET: "give the key: --access-key-id ID, and its secret when asked",
        ROLE_PROFILES: "only a config template has it, and only where a users.py says who has which role",
    }
)


class Called(NamedTuple):
    """What the command line says about a person."""

    user: str
    """The person's name."""
    account: str | None = None
    """What their own profile is called; None leaves that to the constants."""
    mfa_serial: str | None = None
    """Their MFA device; None derives it from their name."""


class Colleague(NamedTuple):
    """A person, and what iamgen knows about them."""

    source: ProfileSource
    """What their profiles share."""
    people_account: Account
    """The account that they sign in to."""
    partition: PartitionName
    """The partition of AWS that every account is in."""
    roles: tuple[Assumable, ...]
    """The roles that they may assume."""
    every: tuple[Assumable, ...]
    """Every role that there is, whoever may assume it."""
    values: Mapping[str, str]
    """What templates may name, less the access key and the role profiles."""
    is_declared: bool
    """Whether a users.py declares them."""
    renamed: tuple[Fault, ...] = ()
    """A warning for each account whose profiles cannot be called as CONST.inc calls the account."""
    stack: str = ""
    """The stack's name, where a users.py declares them."""
    path: str = "/"
    """The path of their IAM user."""

    @property
    def owner(self) -> str:
        """Return the word that says for whom, and by which repository, a section is written."""
        return f"{self.source.user}@{self.people_account.id}/{self.stack}"

    @property
    def user(self) -> str:
        """Return the person's name."""
        return self.source.user

    @property
    def user_arn(self) -> str:
        """Return the ARN of the person's IAM user."""
        return Naming("", self.partition, self.people_account.id).user_arn(self.user, self.path)

    @property
    def config_values(self) -> Mapping[str, str]:
        """Return what a config template may name, less the access key."""
        result = {ROLE_PROFILES: role_profiles(self.roles, self.source)} if self.is_declared else {}
        return {**self.values, **result}


def declared(declaration: Declaration, called: Called) -> Colleague:
    """Return a person of users.py. Raises IamgenError when there is none of the name."""
    person, partition = _person(declaration, called.user), declaration.partition
    holder, constants = declaration.people_account, declaration.constants
    place = Naming("", partition, holder.id), declaration.region
    source = _source(called, constants, holder, place)
    roles, every = roles_of(declaration, person), every_role(declaration)
    renamed = tuple(_renamed(constants, called, holder, roles))
    values, stack = _values(constants, source), declaration.settings.stack
    return Colleague(source, holder, partition, roles, every, values, True, renamed, stack, person.path)


def undeclared(constants: Constants, accounts: Accounts, called: Called) -> Colleague:
    """Return somebody of a repository that has no users.py: every role that CONST.inc names may be theirs.

    Raises UsageError when the name cannot be an IAM user's.
    """
    if not IAM_NAME.fullmatch(called.user) or len(called.user) > quotas.USER_NAME:
        hint = f"up to {quotas.USER_NAME} letters, digits and _+=,.@-"
        raise UsageError([Fault("--user", f"no IAM user can be called {called.user!r}", hint)])
    holder = next(account for account in accounts.by_name.values() if account.holds_people)
    place = Naming("", accounts.partition, holder.id), accounts.region
    source = _source(called, constants, holder, place)
    roles = named_in(constants, accounts)
    renamed = tuple(_renamed(constants, called, holder, ()))
    return Colleague(
        source, holder, accounts.partition, roles, roles, _values(constants, source), is_declared=False, renamed=renamed
    )


def _person(declaration: Declaration, name: str) -> Person:
    known = {person.name: person for person in declaration.people}
    if name in known:
        return known[name]
    if any(machine.name == name for machine in declaration.machines):
        hint = "bootstrap is for people; a CI user's key goes into the settings of its CI"
        raise refuse(f"--user {name}", "this is a CI user", hint)
    hint = did_you_mean(name, known, "add them to USERS in users.py")
    raise refuse(f"--user {name}", "users.py declares no such person", hint)


def _source(called: Called, constants: Constants, holder: Account, place: tuple[Naming, str]) -> ProfileSource:
    """Return what the person's profiles share. Raises UsageError for what cannot stand in such a file."""
    naming, region = place
    if called.account is not None and not is_read_by_all(called.account):
        problem = f"not every program that reads ~/.aws knows a profile called {called.account!r}"
        raise UsageError([Fault("--account", problem, f"use {RULE}")])
    if called.mfa_serial is not None and not re.fullmatch(_SERIAL, called.mfa_serial):
        hint = f"it is such as {naming.arn(f'mfa/{called.user}')}, or a hardware device's number"
        raise UsageError([Fault("--mfa-serial", f"no device has the serial {called.mfa_serial!r}", hint)])
    stated = _stated_name(constants, holder)
    usable = stated if is_read_by_all(stated) else holder.name
    profile = usable if called.account is None else called.account
    return ProfileSource(profile, called.user, called.mfa_serial or naming.arn(f"mfa/{called.user}"), region)


def _stated_name(constants: Constants, holder: Account) -> str:
    """Return the name of a person's own profile, as CONST.inc has it."""
    return constants.get(ACCOUNT) or constants.get("USER_ONLY_AWS_ACCOUNT_NAME") or holder.display


def _renamed(constants: Constants, called: Called, holder: Account, roles: tuple[Assumable, ...]) -> Iterator[Fault]:
    """Yield a warning for each name in CONST.inc that profiles cannot have, which says how they are called instead."""
    unread = {role.account.name: role.place for role in roles if role.profile_place != role.place}
    stated = _stated_name(constants, holder)
    if called.account is None and not is_read_by_all(stated):
        name = ACCOUNT if constants.get(ACCOUNT) else "USER_ONLY_AWS_ACCOUNT_NAME"
        where = constants.where(name if name in constants else constant(holder.name, _ACCOUNT_NAME))
        yield _unread_name(where, stated, holder.name)
        unread.pop(holder.name, None)
    for name, place in unread.items():
        yield _unread_name(constants.where(constant(name, _ACCOUNT_NAME)), place, name)


def _unread_name(where: str, place: str, name: str) -> Fault:
    problem = f"AWS's libraries for JavaScript and Go do not read profiles that are called {place!r}"
    return Fault(where, problem, f"profiles are called {name!r} instead; for another name use {RULE}")


def _values(constants: Constants, source: ProfileSource) -> Mapping[str, str]:
    """Return the constants and the person's own. Raises IamgenError when a constant has one of their names."""
    taken = [name for name in _OWN_NAMES if name in constants]
    if taken:
        problem, hint = "is each person's own: bootstrap sets it", "remove the line"
        raise IamgenError(Fault(constants.where(name), f"{name} {problem}", hint) for name in taken)
    own = {USER: source.user, ACCOUNT: source.profile, MFA_SERIAL: source.mfa_serial}
    return MappingProxyType({**constants, **own})
