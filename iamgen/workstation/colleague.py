"""One person, and all that their console, their CLI and the templates need to know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from iamgen.aws import quotas
from iamgen.aws.partitions import PartitionName
from iamgen.declaration.accounts import Accounts
from iamgen.declaration.constants import Constants
from iamgen.declaration.naming import IAM_NAME, Naming
from iamgen.declaration.resolved import Account, Declaration, Person
from iamgen.errors import Fault, IamgenError, UsageError, refuse
from iamgen.similar_names import did_you_mean
from iamgen.workstation.profiles import ProfileSource, role_profiles
from iamgen.workstation.roles import Assumable, every_role, named_in, roles_of

KEY_ID, SECRET, ROLE_PROFILES = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ROLE_PROFILES"
USER, ACCOUNT, MFA_SERIAL = "AWS_USER", "AWS_ACCOUNT_NAME", "AWS_MFA_SERIAL"
_OWN_NAMES = (USER, KEY_ID, SECRET, MFA_SERIAL, ROLE_PROFILES)
_PROFILE = re.compile(r"[^\x00-\x1f\x7f\[\]]+")
_SERIAL = re.compile(r"[\w+=/:,.@-]{9,256}")  # botocore's model of IAM
HINTS = MappingProxyType(
    {
        KEY_ID: "give the key: --access-key-id ID",
        SECRET: "give the key: --access-key-id ID, and its secret when asked",
        ROLE_PROFILES: "only a config template has it, and only where a users.py says who has which role",
    }
)


@dataclass(frozen=True)
class Called:
    """What the command line says of a person; None where it leaves that to the constants."""

    user: str
    account: str | None = None
    mfa_serial: str | None = None


@dataclass(frozen=True)
class Colleague:
    """A person; `source` is what their profiles share, `roles` are theirs and `every` is each there is.

    `values` is what templates may name, less the access key and the role profiles.
    """

    source: ProfileSource
    people_account: Account
    partition: PartitionName
    roles: tuple[Assumable, ...]
    every: tuple[Assumable, ...]
    values: Mapping[str, str]
    is_declared: bool
    stack: str = ""

    @property
    def owner(self) -> str:
        """Return the word that says for whom, and by which repository, a section is written."""
        return f"{self.source.user}@{self.people_account.id}/{self.stack}"

    @property
    def user(self) -> str:
        """Return the person's name."""
        return self.source.user

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
    values, stack = _values(constants, source), declaration.settings.stack
    return Colleague(source, holder, partition, roles, every, values, is_declared=True, stack=stack)


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
    return Colleague(source, holder, accounts.partition, roles, roles, _values(constants, source), is_declared=False)


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
    """Return what the person's profiles share. Raises IamgenError for what cannot stand in such a file."""
    naming, region = place
    stated = constants.get(ACCOUNT) or constants.get("USER_ONLY_AWS_ACCOUNT_NAME") or holder.display
    profile = stated if called.account is None else called.account
    if not _PROFILE.fullmatch(profile) or profile != profile.strip():
        problem, hint = f"no profile can be called {profile!r}", "do without brackets, tabs and blanks around it"
        if called.account is not None:
            raise UsageError([Fault("--account", problem, hint)])
        raise refuse(constants.path, problem, hint)
    if called.mfa_serial is not None and not _SERIAL.fullmatch(called.mfa_serial):
        hint = f"it is such as {naming.arn(f'mfa/{called.user}')}, or a hardware device's number"
        raise UsageError([Fault("--mfa-serial", f"no device has the serial {called.mfa_serial!r}", hint)])
    return ProfileSource(profile, called.user, called.mfa_serial or naming.arn(f"mfa/{called.user}"), region)


def _values(constants: Constants, source: ProfileSource) -> Mapping[str, str]:
    """Return the constants and the person's own. Raises IamgenError when a constant has one of their names."""
    taken = [name for name in _OWN_NAMES if name in constants]
    if taken:
        problem, hint = "is each person's own: bootstrap sets it", "remove the line"
        raise IamgenError(Fault(constants.where(name), f"{name} {problem}", hint) for name in taken)
    own = {USER: source.user, ACCOUNT: source.profile, MFA_SERIAL: source.mfa_serial}
    return MappingProxyType({**constants, **own})
