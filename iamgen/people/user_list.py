"""List everybody in the account that holds people: the answer to `iamgen user list`.

IAM's details come in pages, of which one at a time is held; passwords, MFA and keys are in the credential report. So an
account of 5,000 users, the most that AWS allows, takes some sixty requests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from iamgen.aws_client.errors import telling
from iamgen.aws_client.polling import Pace
from iamgen.declaration.resolved import Granted, Person
from iamgen.deploy.authorization_details import KINDS, USER, detail_pages
from iamgen.people.credential_report import CredentialReport, ReportedUser, credential_report
from iamgen.people.declared_person import UserDifference, differences
from iamgen.people.people_account import PeopleAccount
from iamgen.people.plain_values import plain
from iamgen.people.user_state import UserState

SCHEMA_VERSION = 1
UserKind = Literal["person", "CI user", "undeclared"]


@dataclass(frozen=True)
class UserRow:
    """One person in the list."""

    name: str
    """The name, in AWS where the user exists."""
    kind: UserKind
    """What users.py knows of the name."""
    exists: bool
    """Whether there is such an IAM user."""
    reported: ReportedUser | None
    """What the credential report says; None where it says nothing."""
    groups: tuple[str, ...]
    """The groups that the user is in, sorted."""
    granted: tuple[Granted, ...]
    """The roles that users.py grants."""
    differences: tuple[UserDifference, ...]
    """In what a person's user differs from users.py."""
    arn: str = ""
    """The user's ARN; empty where there is no such user."""


@dataclass(frozen=True)
class UserList:
    """The list of everybody."""

    account: str
    """The account that holds people, as messages name it."""
    rows: tuple[UserRow, ...]
    """Everybody, by name."""
    report: CredentialReport | None
    """The credential report; None where the credentials may not have it."""
    missing_action: str = ""
    """The action that the credentials lack for the report; empty where they have it."""


def user_list(people: PeopleAccount, pace: Pace) -> UserList:
    """Return everybody whom AWS or users.py knows. Raises IamgenError for what goes wrong on the way to AWS."""
    with telling(people.where, people.clients.credentials):
        answer = credential_report(people.clients.iam, people.where, pace)
        report, action = (None, answer) if isinstance(answer, str) else (answer, "")
        rows = sorted(listed_users(people, report), key=lambda row: row.name.casefold())
    return UserList(people.where, tuple(rows), report, action)


def listed_users(people: PeopleAccount, report: CredentialReport | None) -> Iterator[UserRow]:
    """Yield everybody whom AWS or users.py knows, as AWS's pages come. Raises what boto3 raises."""
    declaration = people.declaration
    missing = {person.name.casefold(): person for person in declaration.people}
    machines = {machine.name.casefold() for machine in declaration.machines}
    granted = _granted(people)
    for page in detail_pages(people.clients.iam, people.where, {USER: KINDS[USER]}):
        for detail in page["UserDetailList"]:
            user = _state(detail)
            person = missing.pop(user.name.casefold(), None)
            reported = report.users.get(user.arn) if report else None
            yield UserRow(
                user.name,
                _kind(user.name, person, machines),
                exists=True,
                reported=reported,
                groups=user.groups,
                granted=granted.get(person.name, ()) if person else (),
                differences=differences(declaration, person, user) if person else (),
                arn=user.arn,
            )
    for person in missing.values():
        absent = differences(declaration, person, None)
        yield UserRow(person.name, "person", False, None, (), granted.get(person.name, ()), absent)


def _kind(name: str, person: Person | None, machines: set[str]) -> UserKind:
    if person:
        return "person"
    return "CI user" if name.casefold() in machines else "undeclared"


def _granted(people: PeopleAccount) -> Mapping[str, tuple[Granted, ...]]:
    """Return the grants of each person, by name."""
    grants: dict[str, list[Granted]] = defaultdict(list)
    for grant in people.declaration.granted:
        if isinstance(grant.principal, Person):
            grants[grant.principal.name].append(grant)
    return {name: tuple(own) for name, own in grants.items()}


def _state(detail: Mapping[str, Any]) -> UserState:
    """Return what AWS's details say of a user; of credentials they say nothing."""
    return UserState(
        name=detail["UserName"],
        id=detail["UserId"],
        arn=detail["Arn"],
        path=detail["Path"],
        created=detail["CreateDate"],
        groups=tuple(sorted(detail.get("GroupList", ()))),
        attached=tuple(sorted(policy["PolicyArn"] for policy in detail.get("AttachedManagedPolicies", ()))),
        inline=tuple(sorted(policy["PolicyName"] for policy in detail.get("UserPolicyList", ()))),
        tags={tag["Key"]: tag["Value"] for tag in detail.get("Tags", ())},
    )


def plain_list(users: UserList) -> dict[str, Any]:
    """Return it as JSON values, of the shape in user-list.schema.json."""
    return {
        "version": SCHEMA_VERSION,
        "account": users.account,
        "credential_report": plain(users.report.generated) if users.report else None,
        "not_looked_at": {"credentials": users.missing_action} if users.missing_action else {},
        "users": [_plain_row(row) for row in users.rows],
    }


def _plain_row(row: UserRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "exists": row.exists,
        "credentials": plain(row.reported),
        "groups": list(row.groups),
        "roles": [{"account": grant.account, "role": grant.role, "until": plain(grant.until)} for grant in row.granted],
        "differences": [plain(difference) for difference in row.differences],
    }
