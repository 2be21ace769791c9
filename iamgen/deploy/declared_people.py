"""Compare the people in users.py with the IAM users that exist: who is missing, and who is not in their groups yet.

People are made by hand unless `Settings(users="stack")`, and a trust policy can name only users who exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from iamgen.aws_client.clients import Clients
from iamgen.aws_client.errors import DENIED_CODES, code_of
from iamgen.deploy.authorization_details import GROUP, USER, PrincipalState, held
from iamgen.deploy.consequences import cli_options
from iamgen.deploy.order import Order
from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import Fault
from iamgen.iam.named_resources import NamedResources
from iamgen.iam.template import Document, Template


@dataclass(frozen=True)
class DeclaredPeople:
    """What there is to say about the people in users.py, after one look at the users of their account."""

    missing: Mapping[str, Fault] = field(default_factory=dict)
    """What is wrong with those whose ARN no user has, by that ARN, and the command that mends it."""
    outside_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of those who exist and are not in a group that they belong into, by the group's logical id."""
    not_looked_at: Fault | None = None
    """Why nobody looked, if so."""


def declared_people(order: Order, clients: Clients, template: Mapping[str, Any]) -> DeclaredPeople:
    """Return what is to be said of the declared people, where they are put into the template's groups by hand; nothing
    in an account that holds no people, or whose stack makes them."""
    from botocore.exceptions import ClientError

    if not order.members:
        return DeclaredPeople()
    try:
        every = held(clients.iam, order.where, {USER: "User"})
    except ClientError as exc:
        if code_of(exc) not in DENIED_CODES:
            raise
        message = "whether the people of users.py exist was not looked at: AWS refuses GetAccountAuthorizationDetails"
        hint = "with iam:GetAccountAuthorizationDetails iamgen would name who does not exist, and who is in no group"
        return DeclaredPeople(not_looked_at=Fault(order.where, f"{message} ({code_of(exc)})", hint))
    users = {name: state for (_, name), state in every.items()}
    missing = dict(_missing(order, users, clients))
    return DeclaredPeople(missing, _outside_groups(order, users, template))


def _missing(order: Order, users: Mapping[str, PrincipalState], clients: Clients) -> Iterator[tuple[str, Fault]]:
    """Yield the ARNs of declared people that no user has, each with what is wrong. IAM has no two users whose names
    differ in case alone, and an ARN has the case in it."""
    names, options = {name.lower(): name for name in users}, cli_options(clients)
    absent = [name for _, name in map(_path_and_name, order.people) if name.lower() not in names]
    for arn in sorted(order.people):
        path, name = _path_and_name(arn)
        actual = names.get(name.lower())
        if actual is None:
            whom = name if len(absent) == 1 else "--all-missing"
            hint = f"iamgen user create {whom}{_own_options(order, clients)}; or take {name} out of users.py"
            yield arn, Fault(order.where, f"users.py declares {name}, and there is no such IAM user", hint)
        elif actual != name:
            command = f"aws iam update-user --user-name {actual} --new-user-name {name}{options}"
            message = f"users.py declares {name}, and the IAM user is called {actual}"
            yield arn, Fault(order.where, message, f"{command}; or write {actual} in users.py")
        elif _path_and_name(users[name].arn)[0] != path:
            own_path = _path_and_name(users[name].arn)[0]
            message = f"users.py declares {name} with the path {path}, and the IAM user has the path {own_path}"
            command = f"aws iam update-user --user-name {name} --new-path {path}{options}"
            yield arn, Fault(order.where, message, f'{command}; or write path="{own_path}" in users.py')


def _own_options(order: Order, clients: Clients) -> str:
    """Return the options with which iamgen has the same credentials again."""
    profile, role = clients.credentials.profile, clients.credentials.role_arn
    options = f" --profile {profile}" if profile else ""
    if role:
        template = role.replace(order.account_id, "{account_id}")
        options += f" --role-arn-template '{template}'"
    return options


def _path_and_name(arn: str) -> tuple[str, str]:
    """Return the path and the name of a user, from the ARN."""
    path, _, name = arn.partition(":user")[2].rpartition("/")
    return f"{path}/", name


def _outside_groups(
    order: Order, users: Mapping[str, PrincipalState], template: Mapping[str, Any]
) -> dict[str, tuple[str, ...]]:
    resources = NamedResources.of(Template.of(template, 0)).resources
    names = {resource.logical_id: resource.name for resource in resources if resource.type == GROUP}
    outside = {
        group: tuple(name for name in sorted(people & users.keys()) if names.get(group) not in users[name].groups)
        for group, people in order.members.items()
    }
    return {group: people for group, people in outside.items() if people}


def outside_groups(people: DeclaredPeople, account: TargetAccount) -> Fault | None:
    """Return who is not in their groups yet, and how they get there; None if everybody is in them."""
    if not people.outside_groups:
        return None
    groups = "; ".join(f"{group}: {', '.join(names)}" for group, names in people.outside_groups.items())
    message = f"these people are not in their groups yet, so they do not have the rights of these groups: {groups}"
    return Fault(str(account), message, f"put them in: iamgen deploy {account.name} --repair")


def newly_trusted(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the roles, by logical id, whose trust policies name each principal and are new or changed: AWS refuses
    one that names a user who does not exist, and leaves a policy alone that stays as it is."""
    deployed = {} if before is None else _trusts(before)
    roles: dict[str, tuple[str, ...]] = {}
    for role, document in _trusts(after).items():
        if role not in deployed or deployed[role].body != document.body:
            for principal in dict.fromkeys(_principals(document)):
                roles[principal] = (*roles.get(principal, ()), role)
    return roles


def _trusts(template: Mapping[str, Any]) -> dict[str, Document]:
    """Return the trust policy of each role, by the role's logical id."""
    return {document.owner: document for document in Template.of(template, 0).documents if document.kind == "trust"}


def _principals(document: Document) -> Iterator[str]:
    for statement in document.statements:
        yield from (principal.value.text for principal in statement.principals if principal.kind == "AWS")
