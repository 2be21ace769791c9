"""Plan how a declared person gets their IAM user, a password and their groups. What is right already stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from iamgen.aws_client.clients import Client
from iamgen.aws_client.errors import DENIED_CODES, code_of
from iamgen.declaration.resolved import Declaration, Person
from iamgen.deploy.authorization_details import USER
from iamgen.deploy.consequences import cli_options
from iamgen.deploy.revocation import OFFBOARDED_POLICY
from iamgen.deploy.steps import AddToGroup, DeleteInlinePolicy, StepPrincipal
from iamgen.errors import Fault, refuse
from iamgen.people.declared_person import expected_groups
from iamgen.people.people_account import PeopleAccount
from iamgen.people.user_reading import find_user, read_user
from iamgen.people.user_state import UserState
from iamgen.people.user_steps import CreateUser, GivePassword, ResetPassword, TagUser, UserStep


@dataclass(frozen=True)
class CreationPlan:
    """What a person will get."""

    person: Person
    """The person."""
    steps: tuple[UserStep, ...]
    """What is done, one after the other."""
    remarks: tuple[Fault, ...]
    """What stays as it is and is not right."""

    waiting: tuple[Fault, ...] = ()
    """What cannot be done before something is deployed: the same command does it then."""

    unused_password: bool = False
    """Whether there is a temporary password with which nobody has signed in: it may have got lost on its way."""

    @property
    def brings_back(self) -> bool:
        """Whether the person was offboarded, and would have access again."""
        return any(isinstance(step, DeleteInlinePolicy) for step in self.steps)


def creation_plan(people: PeopleAccount, person: Person, *, reset_password: bool = False) -> CreationPlan:
    """Return what a person lacks. Raises IamgenError when the stack makes the users, and this one is not there yet;
    and what boto3 raises."""
    user = read_user(people.clients.iam, person.name)
    if user is None and people.declaration.settings.users == "stack":
        hint = f'Settings(users="stack") lets the stack create people: iamgen deploy {people.account.name}'
        raise refuse(people.where, f"there is no IAM user {person.name} yet", hint)
    groups = _missing_groups(people.declaration, person, user)
    absent = _absent_groups(people.clients.iam, groups)
    steps = _steps(people, person, user, [group for group in groups if group not in absent])
    if reset_password and user and user.password:
        steps = (*steps, ResetPassword(person.name))
    gets_password = any(isinstance(step, GivePassword | ResetPassword) for step in steps)
    is_unused = _has_unused_password(user) and not gets_password
    remarks, waiting = tuple(_remarks(people, person, user)), tuple(_waiting(people, person, absent))
    return CreationPlan(person, steps, remarks, waiting, is_unused)


def _has_unused_password(user: UserState | None) -> bool:
    if user is None or user.password is None:
        return False
    return user.password.must_change and user.last_sign_in is None


def _steps(
    people: PeopleAccount, person: Person, user: UserState | None, groups: Collection[str]
) -> tuple[UserStep, ...]:
    by_stack = people.declaration.settings.users == "stack"
    memberships = () if by_stack else tuple(AddToGroup(group, person.name) for group in groups)
    if user is None:
        return (CreateUser(person.name, person.path, dict(person.tags)), *memberships, GivePassword(person.name))
    wrong_tags = {key: text for key, text in person.tags if user.tags.get(key) != text}
    has_left = OFFBOARDED_POLICY in user.inline
    lacks_password = user.password is None and "password" not in user.not_looked_at
    return (
        *((TagUser(person.name, wrong_tags),) if wrong_tags and not by_stack else ()),
        *memberships,
        *((DeleteInlinePolicy(StepPrincipal(USER, person.name), OFFBOARDED_POLICY),) if has_left else ()),
        *((GivePassword(person.name),) if lacks_password else ()),
    )


def _missing_groups(declaration: Declaration, person: Person, user: UserState | None) -> tuple[str, ...]:
    has = user.groups if user else ()
    return tuple(group for group in expected_groups(declaration, person) if group not in has)


def _absent_groups(iam: Client, groups: Collection[str]) -> tuple[str, ...]:
    """Return which of the groups do not exist yet; none where AWS refuses to say it, so that they are tried."""
    from botocore.exceptions import ClientError

    if not groups:
        return ()
    try:
        existing = {
            group["GroupName"] for page in iam.get_paginator("list_groups").paginate() for group in page["Groups"]
        }
    except ClientError as exc:
        if code_of(exc) not in DENIED_CODES:
            raise
        return ()
    return tuple(group for group in groups if group not in existing)


def _waiting(people: PeopleAccount, person: Person, absent: Collection[str]) -> Iterator[Fault]:
    if absent and people.declaration.settings.users == "console":
        problem = f"{person.name} cannot be put into {', '.join(absent)}: not deployed yet"
        hint = f"iamgen deploy {people.account.name}, then the same command again"
        yield Fault(people.where, problem, hint)


def waiting_of_all(plans: Iterable[CreationPlan]) -> Iterator[Fault]:
    """Yield what cannot be done yet, once for everybody for whom it is the same."""
    names: dict[Fault, list[str]] = {}
    for plan in plans:
        for fault in plan.waiting:
            shared = fault._replace(problem=fault.problem.removeprefix(plan.person.name))
            names.setdefault(shared, []).append(plan.person.name)
    for fault, people in names.items():
        yield fault._replace(problem=f"{', '.join(people)}{fault.problem}")


def _remarks(people: PeopleAccount, person: Person, user: UserState | None) -> Iterator[Fault]:
    options = cli_options(people.clients)
    lacking = _missing_groups(people.declaration, person, user) if user and "groups" not in user.not_looked_at else ()
    if lacking and people.declaration.settings.users == "stack":
        problem = f"{person.name} is not in {', '.join(lacking)}, into which the stack puts them"
        yield Fault(people.where, problem, f"iamgen deploy {people.account.name} --repair")
    if user and user.path != person.path:
        problem = f"users.py declares {person.name} with the path {person.path}, and the IAM user has {user.path}"
        command = f"aws iam update-user --user-name {user.name} --new-path {person.path}{options}"
        yield Fault(people.where, problem, f'{command}; or write path="{user.path}" in users.py')
    for arn in user.denying_attachments if user else ():
        problem = f"{person.name} is denied everything by AWS's policy AWSDenyAll, which somebody has attached"
        command = f"aws iam detach-user-policy --user-name {person.name} --policy-arn {arn}{options}"
        yield Fault(people.where, problem, f"if they are to be let in: {command}")
    for part, action in (user.not_looked_at if user else {}).items():
        if part in ("password", "groups", "inline"):
            problem = f"the {part.replace('inline', 'inline policies')} of {person.name} cannot be looked at: {action}"
            yield Fault(people.where, problem, "it is left as it is")


def incomplete_people(people: PeopleAccount) -> Iterator[Person]:
    """Yield the people without an IAM user, and those whose user is not finished: nobody has signed in with it."""
    signed_in: dict[str, bool] = {}
    for page in people.clients.iam.get_paginator("list_users").paginate():
        signed_in |= {user["UserName"].casefold(): "PasswordLastUsed" in user for user in page["Users"]}
    for person in people.declaration.people:
        if not signed_in.get(person.name.casefold(), False):
            yield person


def spelled_otherwise(people: PeopleAccount, person: Person) -> Fault | None:
    """Return what is wrong when AWS has the person's name in another case; None when it does not."""
    user = find_user(people.clients.iam, person.name)
    if user is None or user["UserName"] == person.name:
        return None
    actual = user["UserName"]
    command = f"aws iam update-user --user-name {actual} --new-user-name {person.name}{cli_options(people.clients)}"
    problem = f"users.py declares {person.name}, and the IAM user is called {actual}"
    return Fault(people.where, problem, f"{command}; or write {actual} in users.py")
