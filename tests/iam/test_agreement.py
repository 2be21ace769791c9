"""Rules, access, the lock-out guard and drift agree about members, attachments and trusts of the same template."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iamgen.access.accounts import Account, AccountSource
from iamgen.access.entities import HandMadeUser
from iamgen.aws.iam_types import GROUP, POLICY, ROLE, USER
from iamgen.deploy.holders import Holders
from iamgen.deploy.iam_expectation import as_deployed, expected
from iamgen.deploy.references import Place
from iamgen.deploy.stack import StackResource
from iamgen.iam.attachments import attached, groups
from iamgen.iam.holes import shown
from iamgen.iam.named_resources import RANDOM, NamedResources
from iamgen.iam.template import Template

TEMPLATES = json.loads((Path(__file__).parent / "foreign_templates.json").read_text("utf-8"))
GOLDEN = sorted((Path(__file__).parents[1] / "golden/expected").glob("*/*.json"))
ACCOUNT = "222222222222"
PLACE = Place(ACCOUNT, "aws", "eu-west-1", "infra")
Pairs = set[tuple[str, str]]
ALL = [
    *(pytest.param(json.loads(file.read_text("utf-8")), id=f"{file.parent.name}-{file.stem}") for file in GOLDEN),
    *(pytest.param(body, id=name) for name, body in TEMPLATES.items()),
]


def names(body: dict[str, Any]) -> NamedResources:
    return NamedResources.of(Template.of(body, 0, PLACE.environment), ending="")


def access(body: dict[str, Any]) -> Account:
    by_hand = sorted({user for one in names(body).of_type("AWS::IAM::UserToGroupAddition")
                      for user in one.properties["Users"] if not names(body).find(user, USER)})  # type: ignore[attr-defined]  # fmt: skip
    people = tuple(HandMadeUser(name) for name in by_hand)
    source = AccountSource(body, ACCOUNT, people=people, tolerant=True, region=PLACE.region, stack=PLACE.stack)
    return Account.read(source)


def deployed(body: dict[str, Any]) -> NamedResources:
    """Return the resources as a stack lists them: each with the physical id that its `Ref` gives."""
    made = [
        StackResource(one.logical_id, one.arn if one.type == POLICY else one.name, one.type, "", "")
        for one in names(body).resources
    ]
    return as_deployed(body, made, {}, PLACE.environment)


def plain(name: str) -> str:
    """Return a name without the random part that only access, which promises nothing, leaves open."""
    return shown(name).removesuffix(shown(RANDOM))


@pytest.mark.parametrize("body", ALL)
def test_all_agree_who_is_in_which_group(body: dict[str, Any]) -> None:
    named, account, holders = names(body), access(body), Holders.of(body, PLACE)
    by_rules = {(user, group) for user, found in groups(named.template).items() for group in found}
    own = {one.logical_id for one in named.of_type(USER)}
    by_access = {(user.logical_id, group.logical_id) for user in account.users for group in user.groups}
    by_lockout = {
        (user.resource.logical_id, group.resource.logical_id)
        for user in holders.by_key.values()
        if user.resource.type == USER
        for group in holders.groups_of(user.resource.name)
    }
    by_drift = {
        (member, group) for group, held in expected(deployed(body), {}, {}, {}).items() for member in held.members
    }
    assert {(user, group) for user, group in by_access if user in own} == by_rules
    assert by_lockout == by_rules
    strangers = {(plain(user.name), group.logical_id) for user in account.users for group in user.groups}
    assert by_drift == strangers


@pytest.mark.parametrize("body", ALL)
def test_all_agree_what_is_attached_to_whom(body: dict[str, Any]) -> None:
    named, account, holders = names(body), access(body), Holders.of(body, PLACE)
    managed = {one.logical_id: one.name for one in named.of_type(POLICY)}
    by_rules = {
        (one.logical_id, managed[policy.logical_id])
        for one, policy in attached(named.template)
        if policy.type == POLICY
    }
    entities = (*account.users, *account.groups, *account.roles)
    of_template = set(managed.values())
    by_access = {
        (one.logical_id, plain(policy.name))
        for one in entities
        for policy in one.policies
        if plain(policy.name) in of_template and not any(statement.unread for statement in policy.statements)
    }
    by_lockout = {
        (one.resource.logical_id, policy.name)
        for one in holders.by_key.values()
        for policy in one.policies
        if policy.name in of_template
    }
    arns = {one.arn: one.name for one in named.of_type(POLICY)}
    by_drift = {
        (holder, arns[arn])
        for holder, held in expected(deployed(body), {}, {}, {}).items()
        for arn in held.attached
        if arn in arns
    }
    assert by_access == by_rules
    assert by_lockout == by_rules
    assert by_drift == by_rules


@pytest.mark.parametrize("body", ALL)
def test_all_agree_whom_a_role_trusts(body: dict[str, Any]) -> None:
    named, account, holders = names(body), access(body), Holders.of(body, PLACE)
    by_rules: dict[str, Pairs] = {one.logical_id: set() for one in named.of_type(ROLE)}
    for document in named.template.documents:
        for statement in document.statements if document.kind == "trust" else ():
            by_rules[document.owner] |= {(one.kind, named.text(one.value.text)) for one in statement.principals}
    by_access = {
        role.logical_id: {(one.kind, one.name) for statement in role.trust for one in statement.principals}
        for role in account.roles
    }
    by_lockout = {
        one.resource.logical_id: {
            (principal.kind, principal.name)
            for statement in (one.trust.statements if one.trust else None) or ()
            for principal in statement.principals
        }
        for one in holders.by_key.values()
        if one.resource.type == ROLE
    }
    assert by_access == by_rules
    assert by_lockout == by_rules


def test_there_are_groups_and_attachments_to_agree_about() -> None:
    bodies = [json.loads(file.read_text("utf-8")) for file in GOLDEN]
    assert len(GOLDEN) > 20
    assert sum(len(attached(Template.of(body, 0))) for body in bodies) > 50
    assert any(found for body in bodies for found in groups(Template.of(body, 0)).values())
    assert all(one.type in (USER, GROUP, ROLE) for body in bodies for one in names(body).of_type(USER, GROUP, ROLE))
