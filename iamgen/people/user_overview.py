"""Compare a person in AWS with what users.py declares: the answer to `iamgen user show`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from iamgen.aws_client.errors import telling
from iamgen.declaration.repository_root import USERS_FILE
from iamgen.declaration.resolved import Granted, Person
from iamgen.errors import refuse
from iamgen.people.declared_person import (
    UserDifference,
    differences,
    find_person,
    granted_roles,
    place_of_person,
    refuse_machine,
)
from iamgen.people.people_account import PeopleAccount
from iamgen.people.plain_values import plain
from iamgen.people.user_reading import read_user
from iamgen.people.user_state import UserState
from iamgen.similar_names import did_you_mean

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class UserOverview:
    """A person, as AWS and users.py describe them."""

    name: str
    """The person's name."""
    account: str
    """The account that holds people, as messages name it."""
    person: Person | None
    """What users.py declares; None when it declares no such person."""
    place: str
    """Where users.py declares the person; empty when it does not."""
    user: UserState | None
    """What the IAM user has; None when there is none."""
    granted: tuple[Granted, ...]
    """The roles that users.py grants, by account."""
    differences: tuple[UserDifference, ...]
    """In what AWS differs from users.py."""


def user_overview(people: PeopleAccount, name: str) -> UserOverview:
    """Return what a person has. Raises IamgenError when neither users.py nor AWS knows them."""
    declaration = people.declaration
    person = find_person(declaration, name)
    if person is None:
        refuse_machine(declaration, name)
    with telling(people.where, people.clients.credentials):
        user = read_user(people.clients.iam, name)
    if person is None and user is None:
        names = [person.name for person in declaration.people]
        problem = f"{USERS_FILE} declares no such person, and {people.account} has no such IAM user"
        raise refuse(name, problem, did_you_mean(name, names, "iamgen user list shows everybody"))
    return UserOverview(
        name,
        people.where,
        person,
        place_of_person(declaration, person) if person else "",
        user,
        granted_roles(declaration, person) if person else (),
        differences(declaration, person, user) if person else (),
    )


def plain_overview(overview: UserOverview) -> dict[str, Any]:
    """Return it as JSON values, of the shape in user-show.schema.json."""
    return {
        "version": SCHEMA_VERSION,
        "name": overview.name,
        "account": overview.account,
        "declared": overview.place or None,
        "user": plain(overview.user),
        "roles": [
            {"account": grant.account, "role": grant.role, "until": plain(grant.until), "reason": grant.reason}
            for grant in overview.granted
        ],
        "differences": [plain(difference) for difference in overview.differences],
    }
