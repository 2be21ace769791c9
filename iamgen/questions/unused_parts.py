"""Find roles as which nobody can act, groups without members, and policies that nothing attaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from iamgen.access.documents import Statement
from iamgen.declaration.expiry import spoken_start
from iamgen.iam.named_resources import NamedResource, NamedResources
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.endings import statement_start
from iamgen.questions.held_roles import role_label
from iamgen.questions.model import AccessModel, KnownEntity, ModelAccount
from iamgen.questions.places import SourcedPlace
from iamgen.questions.unknown_principals import unknown_principals

UnusedKind = Literal["role", "group", "policy"]
_POLICY = "AWS::IAM::ManagedPolicy"
_MEMBERS = "AWS::IAM::UserToGroupAddition"
_HOLDERS = ("AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::Role")
_ATTACHING = ("ManagedPolicyArns", "PermissionsBoundary")
_ATTACHED_TO = ("Users", "Groups", "Roles")


@dataclass(frozen=True)
class UnusedPart:
    """A role, group or policy that nobody uses, as far as the files show."""

    kind: UnusedKind
    """What it is."""
    name: str
    """Its short name."""
    arn: str
    """Its ARN."""
    account: str
    """The name of the account that it is in."""
    place: SourcedPlace
    """Where it is written."""
    doubt: str = ""
    """Why somebody may use it all the same, as part of a sentence; empty where nothing says so."""


def unused_parts(asker: Asker, circumstances: Circumstances, account: ModelAccount | None) -> tuple[UnusedPart, ...]:
    """Return what nobody uses, in one account or in all: roles first, then groups, then policies."""
    accounts = asker.model.accounts if account is None else (account,)
    return (
        *_roles(asker, circumstances, accounts),
        *(part for item in accounts for part in _groups(item)),
        *(part for item in accounts for part in _policies(item)),
    )


def _roles(asker: Asker, circumstances: Circumstances, accounts: Iterable[ModelAccount]) -> Iterator[UnusedPart]:
    reached = {
        way.acting.known.entity.arn
        for actor in asker.model.actors
        for way in asker.reach(actor, circumstances).ways
        if way.hops
    }
    ids = {account.id for account in accounts}
    for role in asker.model.roles:
        if role.account.id in ids and role.entity.arn not in reached:
            doubts = dict.fromkeys(_doubts(asker.model, role, circumstances))
            yield UnusedPart(
                "role", role_label(role), role.entity.arn, role.account.name, role.place(), "; ".join(doubts)
            )


def _doubts(model: AccessModel, role: KnownEntity, circumstances: Circumstances) -> Iterator[str]:
    """Yield why somebody may act as a role although nobody was seen to."""
    for statement in role.as_role.trust:
        start = statement_start(statement)
        if start is not None and start > circumstances.moment:
            yield f"its trust policy lets somebody in from {spoken_start(start)} on"
        if statement.effect == "Allow":
            yield from _doubts_of(statement)
    for name in unknown_principals(model, role):
        yield f"its trust policy names {name}, which is not in what was read"


def _doubts_of(statement: Statement) -> Iterator[str]:
    if statement.unread:
        yield "part of its trust policy could not be read"
    elif statement.not_principals:
        yield "its trust policy lets in everybody but those whom it names"


def _groups(account: ModelAccount) -> Iterator[UnusedPart]:
    filled = {group.arn for user in account.content.users for group in user.groups}
    added = _groups_with_added_members(account)
    for group in account.content.groups:
        if group.arn not in filled:
            doubt = "the template adds users to it that are not in what was read" if group.name in added else ""
            place = account.places.of_entity(group)
            yield UnusedPart("group", group.name, group.arn, account.name, place, doubt)


def _groups_with_added_members(account: ModelAccount) -> frozenset[str]:
    resources = NamedResources.of(account.places.read()).of_type(_MEMBERS)
    return frozenset(
        name
        for resource in resources
        if any(True for _ in _texts(resource.properties.get("Users")))
        for name in _texts(resource.properties.get("GroupName"))
    )


def _policies(account: ModelAccount) -> Iterator[UnusedPart]:
    named = NamedResources.of(account.places.read())
    attached = {text for holder in named.of_type(*_HOLDERS) for text in _attached(holder)}
    for policy in named.of_type(_POLICY):
        has_holders = any(True for key in _ATTACHED_TO for _ in _texts(policy.properties.get(key)))
        if policy.arn not in attached and not has_holders:
            place = account.places.of_resource(policy.logical_id)
            yield UnusedPart("policy", policy.name, policy.arn, account.name, place)


def _attached(holder: NamedResource) -> Iterator[str]:
    for key in _ATTACHING:
        yield from _texts(holder.properties.get(key))


def _texts(value: object) -> Iterator[str]:
    """Yield every text in a property, whatever conditions it hangs on."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
