"""The whole scheme, off the rendered templates: every golden case, with its people as AWS would have them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from iamgen.access.accounts import Account, Scheme
from iamgen.access.entities import HandMadeUser, IamUser
from iamgen.declaration.load import load
from iamgen.declaration.resolved import Declaration
from iamgen.jinja.policy import documents
from iamgen.synth.build import build
from iamgen.synth.template_text import text

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HERE = Path(__file__).resolve().parent
CASES = {"example": HERE.parents[1]} | {path.name: path for path in (HERE.parent / "golden/cases").iterdir()}
STRANGER = "stranger"


@dataclass(frozen=True)
class Case:
    """A declaration, and what its rendered templates make of AWS."""

    declaration: Declaration
    scheme: Scheme

    @property
    def holder(self) -> Account:
        return self.scheme[self.declaration.people_account.name]

    def person(self, name: str) -> IamUser:
        return self.holder.user(name)

    def people(self) -> list[IamUser]:
        """Return everybody in the account that holds people, and one whom nobody granted anything."""
        return [self.person(name) for name in (*(person.name for person in self.declaration.people), STRANGER)]

    def machines(self) -> list[IamUser]:
        names = {machine.name for machine in self.declaration.machines}
        return [user for user in self.scheme.users if user.name in names]


def managed() -> dict[str, Any]:
    return {name: policy["Document"] for name, policy in json.loads(aws_managed_policies_data).items()}


@cache
def case(name: str) -> Case:
    declaration = load(CASES[name].resolve(), NOW).declaration
    aws, own = managed(), documents(CASES[name].resolve(), declaration)
    accounts = {}
    for account in declaration.accounts.values():
        template = json.loads(text(build(declaration, account, own)))
        people = by_hand(declaration) if account.holds_people else []
        accounts[account.name] = Account.of(template, account.id, declaration.partition, aws, people)
    return Case(declaration, Scheme(accounts))


def by_hand(declaration: Declaration) -> list[HandMadeUser]:
    """Return the people whom somebody made in the console, and put in their groups, as the docs say."""
    groups = ("AssumeRoleG", "ManageOwnUserG")
    stranger = HandMadeUser(STRANGER, "/", groups)
    if declaration.settings.users == "stack":
        return [stranger]
    declared = [
        HandMadeUser(person.name, person.path, (*groups, "PowerG") if person.power else groups)
        for person in declaration.people
    ]
    return [*declared, stranger]


@pytest.fixture(params=sorted(CASES))
def every_case(request: pytest.FixtureRequest) -> Case:
    return case(request.param)


@pytest.fixture
def example() -> Case:
    return case("example")


@pytest.fixture
def named_case() -> Any:
    return case
