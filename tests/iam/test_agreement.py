"""Rules, access, the lock-out guard, drift and differences agree about members, attachments and trusts of a template.

They are asked about every golden template, about templates that people write by hand, and about templates with the
faults that the rules of `iamgen check` look for, beside some that are as they should be.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from iamgen.access.accounts import Account, AccountSource
from iamgen.access.entities import AttachedPolicy, HandMadeUser
from iamgen.aws.iam_types import GROUP, IAM_TYPES, POLICY, ROLE, USER
from iamgen.deploy.authorization_details import Everybody, PrincipalState
from iamgen.deploy.holders import Holders
from iamgen.deploy.iam_expectation import as_deployed, expected, trust
from iamgen.deploy.references import Place
from iamgen.deploy.stack import StackResource
from iamgen.diff.difference import differences
from iamgen.iam.attachments import attached, attachments, groups, members
from iamgen.iam.holes import shown
from iamgen.iam.named_resources import RANDOM, NamedResources
from iamgen.iam.statements import statements
from iamgen.iam.syntax import Path as ValuePath
from iamgen.iam.template import Template

HERE = Path(__file__).parent
TEMPLATES = json.loads((HERE / "foreign_templates.json").read_text("utf-8"))
GOLDEN = sorted((Path(__file__).parents[1] / "golden/expected").glob("*/*.json"))
ACCOUNT = "222222222222"
PLACE = Place(ACCOUNT, "aws", "eu-west-1", "infra")
REF_IS_ARN = {kind for kind, iam_type in IAM_TYPES.items() if iam_type.ref_is_arn}
Pairs = set[tuple[str, str]]

LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def document(listed: object) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": listed}


def role(trusted: object) -> dict[str, Any]:
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document(trusted)}}


def with_faults() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield templates with a fault each. Most are a policy of a role, or a trust policy: only its statements differ."""
    written = json.loads((HERE / "templates_with_faults.json").read_text("utf-8"))
    for name, listed in written["policies of a role"].items():
        properties = {"PolicyDocument": document(listed), "Roles": [{"Ref": "AppR"}]}
        policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}
        yield f"policy: {name}", {"Resources": {"AppP": policy, "AppR": role([LAMBDA])}}
    for name, listed in written["trust policies"].items():
        yield f"trust: {name}", {"Resources": {"AppR": role(listed)}}
    yield from written["templates"].items()


WITH_FAULTS = dict(with_faults())
ALL = [
    *(pytest.param(json.loads(file.read_text("utf-8")), id=f"{file.parent.name}-{file.stem}") for file in GOLDEN),
    *(pytest.param(body, id=name) for name, body in {**TEMPLATES, **WITH_FAULTS}.items()),
]


def names(body: dict[str, Any]) -> NamedResources:
    return NamedResources.of(Template.of(body, 0, PLACE), ending="")


def access(body: dict[str, Any]) -> Account:
    by_hand = sorted({user for resource in names(body).of_type("AWS::IAM::UserToGroupAddition")
                      for user in resource.properties["Users"] if not names(body).find(user, USER)})  # type: ignore[attr-defined]  # fmt: skip
    people = tuple(HandMadeUser(name) for name in by_hand)
    source = AccountSource(body, ACCOUNT, people=people, tolerant=True, region=PLACE.region, stack=PLACE.stack)
    return Account.read(source)


def deployed(body: dict[str, Any]) -> NamedResources:
    """Return the resources as a stack lists them: each with the physical id that its `Ref` gives."""
    result = [
        StackResource(
            resource.logical_id, resource.arn if resource.type in REF_IS_ARN else resource.name, resource.type, "", ""
        )
        for resource in names(body).resources
    ]
    arns: Everybody = {
        (resource.type, resource.name): PrincipalState(arn=resource.arn) for resource in names(body).resources
    }
    return as_deployed(body, result, arns, PLACE)


def plain(name: str) -> str:
    """Return a name without the random part that only access, which promises nothing, leaves open."""
    return shown(name).removesuffix(shown(RANDOM))


@pytest.mark.parametrize("body", ALL)
def test_all_agree_who_is_in_which_group(body: dict[str, Any]) -> None:
    named, account, holders = names(body), access(body), Holders.of(body, PLACE)
    by_rules = {(user, group) for user, result in groups(named.template).items() for group in result}
    own = {resource.logical_id for resource in named.of_type(USER)}
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


def may_be_attached(policy: AttachedPolicy) -> bool:
    """Return whether access takes it for another policy of that name, or one that may be attached or not."""
    doubts = " ".join(fault.problem for statement in policy.statements for fault in statement.unread)
    return "may be attached" in doubts or "is a policy that is not among those that were read" in doubts


@pytest.mark.parametrize("body", ALL)
def test_all_agree_what_is_attached_to_whom(body: dict[str, Any]) -> None:
    named, account, holders = names(body), access(body), Holders.of(body, PLACE)
    managed = {resource.logical_id: resource.name for resource in named.of_type(POLICY)}
    by_rules = {
        (item.logical_id, managed[policy.logical_id])
        for item, policy in attached(named.template)
        if policy.type == POLICY
    }
    entities = (*account.users, *account.groups, *account.roles)
    of_template = set(managed.values())
    by_access = {
        (entity.logical_id, plain(policy.name))
        for entity in entities
        for policy in entity.policies
        if plain(policy.name) in of_template and not may_be_attached(policy)
    }
    by_lockout = {
        (item.resource.logical_id, policy.name)
        for item in holders.by_key.values()
        for policy in item.policies
        if policy.name in of_template
    }
    arns = {resource.arn: resource.name for resource in named.of_type(POLICY)}
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
    """What access cannot read may trust anybody: it may know less than the rules show, and never something else."""
    named, account, holders, drift = names(body), access(body), Holders.of(body, PLACE), deployed(body)
    for resource in named.of_type(ROLE):
        own = [item for item in named.template.documents if (item.kind, item.owner) == ("trust", resource.logical_id)]
        by_rules = pairs(
            principal for read in own for statement in read.statements for principal in statement.principals
        )
        by_rules = {(kind, named.text(text)) for kind, text in by_rules}
        read = account.role(resource.logical_id).trust
        by_access = {
            (principal.kind, principal.name)
            for statement in read
            if not statement.unread
            for principal in statement.principals
        }
        if any(statement.unread for statement in read):
            assert by_access <= by_rules
        else:
            assert by_access == by_rules
        lockout = holders.of_logical_id(resource.logical_id)
        assert lockout and lockout.trust
        if lockout.trust.statements is None:
            assert any(statement.unread for statement in read)
        else:
            listed = [principal for statement in lockout.trust.statements for principal in statement.principals]
            assert {(item.kind, item.name) for item in listed} == by_rules
        by_drift = statements(trust(drift, resource.logical_id), ())
        assert pairs(principal for statement in by_drift for principal in statement.principals) == by_rules


def pairs(principals: Iterator[Any]) -> Pairs:
    """Return the principals that the rules read as kind and text."""
    return {(principal.kind, principal.value.text) for principal in principals}


@pytest.mark.parametrize("body", ALL)
def test_differences_show_whatever_the_rules_read(body: dict[str, Any]) -> None:
    """Without a member, an attachment or a principal the template differs, at the property that has it."""
    template = Template.of(body, 0, PLACE)
    listed = [path for member in members(template) for path in (member.user.path, member.group.path)]
    listed += [
        path for attachment in attachments(template) for path in (attachment.holder.path, attachment.policy.path)
    ]
    read = [element for document in template.documents if document.kind == "trust" for element in document.statements]
    listed += [principal.value.path for statement in read for principal in statement.principals]
    for path in dict.fromkeys(
        template.written(element) for element in listed if len(element) > len(("Resources", "AppR"))
    ):
        without = lacking(body, path)
        if without is None:
            continue  # a function gives the value
        (change,) = differences(body, without)
        assert (change.logical_id, change.sign) == (path[1], "~")
        loop = str(path[1]).startswith("Fn::ForEach::")
        assert {detail.where.split(".")[0] for detail in change.details} == {path[1] if loop else path[3]}


def lacking(body: dict[str, Any], path: ValuePath) -> dict[str, Any] | None:
    """Return the template without what is at that path; None where it is no part of the template as written."""
    without = copy.deepcopy(body)
    holder: Any = without
    for step in path[:-1]:
        if not (
            step in holder if isinstance(holder, dict) else isinstance(holder, list) and step in range(len(holder))
        ):
            return None
        holder = holder[step]
    if not isinstance(holder, dict | list):
        return None
    del holder[path[-1]]  # type: ignore[arg-type]  # it is a key or an index, as the holder needs
    return without


def test_there_are_groups_and_attachments_to_agree_about() -> None:
    bodies = [json.loads(file.read_text("utf-8")) for file in GOLDEN]
    assert len(GOLDEN) > 20
    assert len(WITH_FAULTS) > 200
    assert sum(len(attached(Template.of(body, 0))) for body in bodies) > 50
    assert any(group for body in bodies for group in groups(Template.of(body, 0)).values())
    assert all(
        resource.type in (USER, GROUP, ROLE) for body in bodies for resource in names(body).of_type(USER, GROUP, ROLE)
    )
