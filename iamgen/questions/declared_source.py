"""Make the model of what a declaration would deploy: its templates, people, CI users and pipelines."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from iamgen.access.accounts import Account as AccessAccount
from iamgen.access.accounts import AccountSource
from iamgen.access.entities import HandMadeUser
from iamgen.aws.managed_policies import managed_documents
from iamgen.declaration.naming import ASSUME_GROUP, OWN_USER_GROUP, POWER_GROUP, machine_id, user_id
from iamgen.declaration.origin import Origin
from iamgen.declaration.repository_root import USERS_FILE
from iamgen.declaration.resolved import Account, Declaration, Machine, Person, Workload
from iamgen.declaration.source import shown
from iamgen.errors import Fault
from iamgen.iam.json_text import positions
from iamgen.iam.syntax import Path as TemplatePath
from iamgen.iam.syntax import Position, Positions
from iamgen.iam.template import Template
from iamgen.questions.model import AccessModel, Actor, KnownEntity, ModelAccount
from iamgen.questions.places import AccountPlaces, SourcedPlace
from iamgen.questions.trusted_strangers import pipeline, strangers

BY_HAND = (
    "people's users are not deployed: they are taken to exist as declared, each in AssumeRoleG and ManageOwnUserG, "
    "and in PowerG with power=True; what somebody was given by hand besides is not known"
)


@dataclass(frozen=True)
class DeclaredTexts:
    """A declaration with its templates."""

    root: Path
    """The folder that has users.py."""
    declaration: Declaration
    """What users.py and CONST.inc declare."""
    texts: Mapping[str, str]
    """Each account's template as JSON, by the account's name."""
    origin: str
    """What was read, in words."""


def from_declaration(declared: DeclaredTexts) -> AccessModel:
    """Return the model of all accounts of a declaration."""
    declaration = declared.declaration
    lines = DeclaredLines(declared)
    accounts = tuple(_account(declared, declaration.accounts[name], lines) for name in declared.texts)
    actors = tuple(actor for account in accounts for actor in _users(account, declaration, lines))
    pipelines = tuple(
        pipeline(workload.subject, workload.issuer, workload.audience, lines.of_pipeline(workload))
        for workload in declaration.workloads
    )
    gaps = (Fault(USERS_FILE, BY_HAND),) if declaration.settings.users == "console" else ()
    return AccessModel(
        accounts,
        (*actors, *strangers(accounts, pipelines)),
        declared.origin,
        declaration.partition,
        declaration.aliases,
        {(grant.principal.name, grant.account, grant.role): lines.of(grant.origin) for grant in declaration.granted},
        gaps,
        production=production_accounts(declaration),
    )


def production_accounts(declaration: Declaration) -> frozenset[str]:
    """Return the names of the accounts that a declaration says are production."""
    return frozenset(name for name, account in declaration.accounts.items() if account.kind == "prod")


@dataclass(frozen=True, eq=False)
class DeclaredLines:
    """The lines of users.py that declare what the templates have."""

    declared: DeclaredTexts
    """The declaration."""

    def of(self, origin: Origin | None) -> str:
        """Return `users.py:12`, or nothing."""
        return f"{shown(origin.file, self.declared.root)}:{origin.line}" if origin else ""

    def of_pipeline(self, workload: Workload) -> SourcedPlace | None:
        """Return the line of a pipeline's first grant."""
        grants = self.declared.declaration.granted
        origin = next((grant.origin for grant in grants if grant.principal == workload), None)
        return SourcedPlace(self.of(origin)) if origin else None

    def of_account(self, account: Account) -> dict[str, str]:
        """Return the lines of an account's users, groups, roles and policies, by logical id."""
        declaration = self.declared.declaration
        lines = {role.name: self.of(role.origin) for role in declaration.roles}
        lines |= {group.name: self.of(group.origin) for group in declaration.groups}
        lines |= {policy.name: self.of(policy.origin) for policy in declaration.policies}
        for person in declaration.people if account.holds_people else ():
            written = self.of(declaration.origin_of(person))
            lines |= {person.name: written, user_id(person.name): written}
        for machine in declaration.machines:
            lines[machine_id(machine.name)] = self.of(declaration.origin_of(machine))
        return {logical_id: line for logical_id, line in lines.items() if line}


def by_hand(declaration: Declaration, resources: Collection[str]) -> tuple[HandMadeUser, ...]:
    """Return the people as they are to be made by hand; none where the stack makes them.

    `resources` has the logical ids of their account's template. Before its first deployment it has no groups yet, and
    where the stack made the users until now, it has those.
    """
    if declaration.settings.users != "console":
        return ()
    usual, powerful = (
        tuple(group for group in groups if group in resources)
        for groups in ((ASSUME_GROUP, OWN_USER_GROUP), (ASSUME_GROUP, OWN_USER_GROUP, POWER_GROUP))
    )
    return tuple(
        HandMadeUser(person.name, person.path, powerful if person.power else usual, person.tags)
        for person in declaration.people
        if user_id(person.name) not in resources
    )


def _account(declared: DeclaredTexts, account: Account, lines: DeclaredLines) -> ModelAccount:
    declaration, text = declared.declaration, declared.texts[account.name]
    body = json.loads(text)
    source = AccountSource(
        body,
        account.id,
        declaration.partition,
        managed_documents(declaration.partition),
        by_hand(declaration, body.get("Resources", ())) if account.holds_people else (),
        tolerant=True,
        region=declaration.region,
        stack=declaration.settings.stack,
    )
    places = AccountPlaces(
        f"{account.name}.json",
        lambda: Template.of(body, len(text), source.place),
        TextPositions(text).position,
        lines.of_account(account),
    )
    return ModelAccount(account.name, AccessAccount.read(source), places)


class TextPositions:
    """The positions of a JSON text's values, read when the first is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._positions: Positions | None = None

    def position(self, path: TemplatePath) -> Position | None:
        """Return the position of a value, or of the nearest one around it."""
        if self._positions is None:
            self._positions = positions(self._text)
        around = (self._positions.get(path[:length]) for length in range(len(path), 0, -1))
        return next(filter(None, around), None)


def _users(account: ModelAccount, declaration: Declaration, lines: DeclaredLines) -> Iterator[Actor]:
    """Yield the people and CI users of an account, and other users that a template makes."""
    holds_people = declaration.accounts[account.name].holds_people
    people = {person.name: person for person in declaration.people} if holds_people else {}
    machines = {machine.name: machine for machine in declaration.machines}
    for user in account.content.users:
        declared: Person | Machine | None = people.get(user.name) or machines.get(user.name)
        place = SourcedPlace(lines.of(declaration.origin_of(declared))) if declared else None
        known = KnownEntity(user, account)
        kind = "person" if user.name in people else "CI user" if declared else "user"
        yield Actor(kind, user.name, known, place=place or known.place())  # type: ignore[arg-type]  # one of the kinds
