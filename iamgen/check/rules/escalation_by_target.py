"""The rule about gaining power by a few resources: the holder itself, its own policy, a role with more power."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from iamgen.aws.escalation import PASS_ROLE, RECEIVERS, WITH_PASS_ROLE, passed_to, resources_of
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._escalation import (
    allowed,
    boundary_doubt,
    denied,
    escalating,
    is_administrator,
    within_boundaries,
)
from iamgen.check.rules._examples import allow, policy, role, template
from iamgen.check.rules._narrowing import narrows, reaches_all, reaches_name, receivers, without_receivers
from iamgen.declaration.model import ADMIN
from iamgen.iam.attachments import TemplateHolder, holders
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import POLICY, ROLE, Resource, Template
from iamgen.iam.values import Value

_ON_ITSELF = (
    "iam:AttachRolePolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
)
_ON_OWN_POLICY = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion")
_GIVES_POLICIES = ("iam:AttachRolePolicy", "iam:PutRolePolicy")
# Roles that AWS gives these names, with full power over an account.
_ADMINISTRATORS = (
    "OrganizationAccountAccessRole",
    "AWSControlTowerExecution",
    "aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdministratorAccess_0123456789abcdef",
)


class _Names(NamedTuple):
    """What the resources are called that somebody gains power by."""

    own: tuple[Resource, ...]
    """The role itself."""
    policies: tuple[Resource, ...]
    """The policies that it holds."""
    powerful: tuple[Resource, ...]
    """The roles of the template that have more power."""


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for _, problems in _by_holder(template, facts):
        yield from problems


def holders_with_problems(template: Template, facts: Facts) -> frozenset[str]:
    """Return the logical ids of the roles, users and groups about which the rule reports something."""
    return frozenset(holder for holder, problems in _by_holder(template, facts) if problems)


def _by_holder(template: Template, facts: Facts) -> Iterator[tuple[str, tuple[Problem, ...]]]:
    declared = facts.iam_roles | facts.admin_roles
    every = holders(template)
    powerful = tuple(holder.resource for holder in every if _is_powerful(holder, facts))
    for holder in every:
        name = holder.resource.logical_id
        if name not in declared:
            yield name, tuple(dict.fromkeys(_problems(holder, powerful, template, declared)))


def _problems(
    holder: TemplateHolder, powerful: tuple[Resource, ...], template: Template, declared: frozenset[str]
) -> Iterator[Problem]:
    statements = [statement for document in holder.documents for statement in document.statements]
    remaining = within_boundaries(holder.resource, template) - denied(statements)
    policies = {document.owner for document in holder.documents}
    names = _Names(
        (holder.resource,) if holder.resource.type == ROLE else (),
        tuple(resource for resource in template.of_type(POLICY) if resource.logical_id in policies),
        tuple(resource for resource in powerful if resource != holder.resource),
    )
    powers, doubt = allowed(statements), boundary_doubt(holder.resource, template)
    for document in holder.documents:
        for statement in document.statements if document.owner not in declared else ():
            for step, resource in _steps(statement, names, powers, template) if statement.allows else ():
                if step.partition(" ")[0] in remaining:
                    problem = f"{holder.resource.logical_id} may gain more power than it was granted, by {step}"
                    yield Problem(resource.path, f"{problem}{doubt}: leave that resource out, or declare that it may")


def _steps(
    statement: ReadStatement, names: _Names, powers: frozenset[str], template: Template
) -> Iterator[tuple[str, Value]]:
    """Yield in words each step that a statement allows on single resources, with the resource in the template."""
    actions = escalating(statement)
    about_roles = replace(statement, conditions=without_receivers(statement))
    if any(map(narrows, about_roles.conditions)):
        return
    for resource in statement.resources:
        for action in sorted(actions):
            if not any(reaches_all(about_roles, *about) for about in resources_of(action)):
                for words in _on(action, resource, names, template):
                    if action != PASS_ROLE:
                        yield words, resource
                    elif way := _with_receiver(statement, powers):
                        yield f"{words} with {way}", resource


def _on(action: str, resource: Value, names: _Names, template: Template) -> Iterator[str]:
    def meant(candidates: tuple[Resource, ...], kind: str) -> Iterator[str]:
        return (item.logical_id for item in candidates if _means(resource, item, kind, template))

    if action in _ON_ITSELF and any(meant(names.own, "role")):
        yield f"{action} on itself"
    elif action in _GIVES_POLICIES and _is_pattern_of_roles(resource):
        yield f"{action} on every role like {resource.text}"
    if action in _ON_OWN_POLICY:
        yield from (f"{action} on its own {policy}" for policy in meant(names.policies, "policy"))
    if action in (PASS_ROLE, "iam:UpdateAssumeRolePolicy"):
        yield from (f"{action} of {powerful}" for powerful in meant(names.powerful, "role"))
    if action in (PASS_ROLE, "iam:UpdateAssumeRolePolicy", "sts:AssumeRole", *_ON_ITSELF):
        administrators = _ADMINISTRATORS if action == "sts:AssumeRole" else (*_ADMINISTRATORS, ADMIN)
        known = (name for name in administrators if reaches_name(resource.shape, "iam", f"role/{name}"))
        yield from (f"{action} of {name.rpartition('/')[2].removesuffix('_0123456789abcdef')}" for name in known)


def _is_pattern_of_roles(resource: Value) -> bool:
    name = resource.shape.rpartition(":")[2].replace("*", "x7").replace("?", "x")
    is_pattern = "*" in resource.text or "?" in resource.text
    return is_pattern and name.startswith("role/") and reaches_name(resource.shape, "iam", name)


def _means(resource: Value, item: Resource, kind: str, template: Template) -> bool:
    if not resource.known and template.referred(resource, item.type) == item:
        return True
    names = {item.name, item.logical_id} - {""}
    return any("⟨" not in name and reaches_name(resource.shape, "iam", f"{kind}/{name}") for name in names)


def _with_receiver(statement: ReadStatement, powers: frozenset[str]) -> str:
    """Return the action of the first step in which a role can be passed to a service; nothing if there is none."""
    with_roles = powers | set(map(passed_to, receivers(statement, RECEIVERS)))
    return next((step.action for step in WITH_PASS_ROLE if step.is_open(with_roles)), "")


def _is_powerful(holder: TemplateHolder, facts: Facts) -> bool:
    declared = facts.admin_roles | facts.iam_roles
    return holder.resource.type == ROLE and (holder.resource.logical_id in declared or is_administrator(holder))


_OWN_ROLE = "arn:aws:iam::111111111111:role/AppR"
_ADMIN = "arn:aws:iam::111111111111:role/AdminR"
_RUN = allow(["lambda:CreateFunction", "lambda:InvokeFunction"], "*")

RULE = Rule(
    id="W119",
    name="escalation-by-target",
    level="warning",
    summary="A role, user or group can gain more power by a single resource: itself, its policy, or a powerful role",
    why=(
        "An action that is limited to a few resources can still be dangerous. It is so if one of these resources "
        "is the holder itself, its own policy, a role of the template that is an administrator or has power over "
        "IAM, a role that AWS makes for administrators (OrganizationAccountAccessRole), or AdminR. If a holder may "
        "attach any policy to every role of a pattern, that is power over IAM as well, unless "
        "`iam:PermissionsBoundary` or `iam:PolicyARN` limits it. A role without a name is compared by its logical "
        "id."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    check=_check,
    good=(
        template(AppR=role(), AppP=policy(allow("iam:GetRole", _OWN_ROLE), Roles=[{"Ref": "AppR"}])),
        template(
            AppR=role(),
            JobR=role(),
            AppP=policy(allow("iam:PassRole", {"Fn::GetAtt": ["JobR", "Arn"]}), _RUN, Roles=[{"Ref": "AppR"}]),
        ),
        template(
            DevR=role(),
            DevP=policy(
                allow(
                    "iam:AttachRolePolicy",
                    "arn:aws:iam::111111111111:role/app-*",
                    Condition={"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111111111111:policy/limit"}},
                ),
                Roles=[{"Ref": "DevR"}],
            ),
        ),
    ),
    bad=(
        template(AppR=role(), AppP=policy(allow("iam:AttachRolePolicy", _OWN_ROLE), Roles=[{"Ref": "AppR"}])),
        template(
            AppR=role(),
            AppP=policy(
                allow("iam:CreatePolicyVersion", "arn:aws:iam::111111111111:policy/AppP*"), Roles=[{"Ref": "AppR"}]
            ),
        ),
        template(
            AppR=role(),
            AdminR=role(ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"]),
            AppP=policy(allow("iam:PassRole", _ADMIN), _RUN, Roles=[{"Ref": "AppR"}]),
        ),
        template(
            AppR=role(),
            BossR=role(ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"]),
            AppP=policy(allow("iam:UpdateAssumeRolePolicy", {"Fn::GetAtt": ["BossR", "Arn"]}), Roles=[{"Ref": "AppR"}]),
        ),
        template(AppP=policy(allow("sts:AssumeRole", "arn:aws:iam::*:role/OrganizationAccountAccessRole"))),
        template(AppP=policy(allow("iam:PutRolePolicy", "arn:aws:iam::111111111111:role/app-*"))),
    ),
)
