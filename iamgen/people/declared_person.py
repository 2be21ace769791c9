"""Read what users.py declares about a person, and compare it with the person's IAM user."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from iamgen.aws import quotas
from iamgen.declaration.naming import ASSUME_GROUP, IAM_NAME, OWN_USER_GROUP, POWER_GROUP
from iamgen.declaration.repository_root import USERS_FILE
from iamgen.declaration.resolved import Declaration, Granted, Person
from iamgen.errors import Fault, IamgenError, refuse
from iamgen.people.user_state import UserState
from iamgen.similar_names import did_you_mean


@dataclass(frozen=True)
class UserDifference:
    """Something in which an IAM user differs from users.py."""

    kind: Literal["user", "name", "path", "tag", "group", "policy", "inline policy"]
    """What it is."""
    sign: Literal["+", "-", "~"]
    """`+` is only in AWS, `-` is only declared, `~` is in both and not the same."""
    value: str
    """Its name, or how it should be."""

    @property
    def text(self) -> str:
        """Return it in one line."""
        return f"{self.sign} {self.kind} {self.value}"


def declared_person(declaration: Declaration, name: str) -> Person:
    """Return the person of this name. Raises IamgenError, with the nearest name, when users.py declares none."""
    person = find_person(declaration, name)
    if person:
        return person
    refuse_machine(declaration, name)
    names = [person.name for person in declaration.people]
    raise refuse(name, f"{USERS_FILE} declares no such person", did_you_mean(name, names, "add them to USERS"))


def find_person(declaration: Declaration, name: str) -> Person | None:
    """Return the person of this name, None when users.py declares none. Raises IamgenError for another spelling, and
    for what is no name of an IAM user: such a one is never sent to AWS."""
    require_user_name(name)
    for person in declaration.people:
        if person.name == name:
            return person
        if person.name.casefold() == name.casefold():
            problem = f"{USERS_FILE} declares {person.name}, and IAM compares names without case"
            raise refuse(name, problem, f"type {person.name}")
    return None


def require_user_name(name: str) -> None:
    """Raise IamgenError if a text is not a name of an IAM user, such as the value of an empty variable."""
    if not is_user_name(name):
        raise IamgenError([no_user_name(name)])


def is_user_name(name: str) -> bool:
    """Whether IAM may have a user of this name."""
    return IAM_NAME.fullmatch(name) is not None and len(name) <= quotas.USER_NAME


def no_user_name(name: str) -> Fault:
    """Return the fault that something is no name of an IAM user."""
    hint = f"up to {quotas.USER_NAME} letters, digits and _+=,.@-"
    return Fault(name or "''", "is no name of an IAM user", hint)


def refuse_machine(declaration: Declaration, name: str) -> None:
    """Raise IamgenError when the name is a CI user's, whom a stack makes."""
    for machine in declaration.machines:
        if machine.name.casefold() == name.casefold():
            hint = "CI users belong to the stacks of their accounts: take it out of CI_USERS, and deploy"
            raise IamgenError([Fault(name, "this is a CI user, and no person", hint)])


def place_of_person(declaration: Declaration, person: Person) -> str:
    """Return where a person is declared: the line where it is known."""
    origin = declaration.origin_of(person)
    return f"{USERS_FILE}:{origin.line}" if origin else USERS_FILE


def granted_roles(declaration: Declaration, person: Person) -> tuple[Granted, ...]:
    """Return the roles that users.py grants to a person, by account and role."""
    own = (grant for grant in declaration.granted if grant.principal == person)
    return tuple(sorted(own, key=lambda grant: (grant.account, grant.role)))


def expected_groups(declaration: Declaration, person: Person) -> tuple[str, ...]:
    """Return the names of the groups in which a person should be: the standard ones, and their own."""
    naming = declaration.naming(declaration.people_account)
    own = [group.name for group in declaration.groups if person.name in group.members]
    standard = [ASSUME_GROUP, OWN_USER_GROUP, *([POWER_GROUP] if person.power else [])]
    return tuple(naming.full(group) for group in (*standard, *own))


def differences(declaration: Declaration, person: Person, user: UserState | None) -> tuple[UserDifference, ...]:
    """Return in what a person's IAM user differs from users.py; what was not looked at is not compared."""
    if user is None:
        return (UserDifference("user", "-", person.name),)
    return (*_of_user(person, user), *_of_groups(declaration, person, user), *_of_policies(user))


def _of_user(person: Person, user: UserState) -> Iterator[UserDifference]:
    if user.name != person.name:
        yield UserDifference("name", "~", f"{user.name} should be {person.name}")
    if user.path != person.path:
        yield UserDifference("path", "~", f"{user.path} should be {person.path}")
    for key, text in person.tags:
        if user.tags.get(key) != text:
            sign: Literal["~", "-"] = "~" if key in user.tags else "-"
            yield UserDifference("tag", sign, f"{key}={text}")


def _of_groups(declaration: Declaration, person: Person, user: UserState) -> Iterator[UserDifference]:
    if "groups" in user.not_looked_at:
        return
    expected = expected_groups(declaration, person)
    yield from (UserDifference("group", "-", group) for group in expected if group not in user.groups)
    yield from (UserDifference("group", "+", group) for group in user.groups if group not in expected)


def _of_policies(user: UserState) -> Iterator[UserDifference]:
    yield from (UserDifference("policy", "+", arn) for arn in user.attached)
    yield from (UserDifference("inline policy", "+", name) for name in user.inline)
