"""The rule about machines, pipelines and services that the declaration makes administrators."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws.escalation import ON_IAM
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._escalation import is_administrator, within_boundaries
from iamgen.check.rules._examples import ALICE, LAMBDA, MFA, role, template, trust
from iamgen.check.rules._principals import trusts
from iamgen.iam.attachments import holders
from iamgen.iam.statements import ReadPrincipal, ReadStatement
from iamgen.iam.template import ROLE, USER, Template

# of GitHub's and GitLab's subjects: these environments can demand an approval
_ENVIRONMENTS = (":environment:", ":deployment_tier:production")


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    declared = facts.admin_roles | facts.iam_roles
    powerful = {
        holder.resource.logical_id
        for holder in holders(template)
        if holder.resource.type == ROLE and holder.resource.logical_id in declared
        if is_administrator(holder) and not within_boundaries(holder.resource, template).isdisjoint(ON_IAM)
    }
    for document, statement in trusts(template):
        if document.owner in powerful:
            everywhere = document.owner in facts.admin_roles
            for principal in statement.principals:
                machine = _machine(principal, statement, template, facts)
                if machine and (everywhere or _counts(principal, statement, facts)):
                    problem = f"{machine} is an administrator in effect, since it may assume {document.owner}"
                    message = f"{problem}: give it a role that has what it needs"
                    yield Problem(principal.value.path, message, _about(principal, statement, template))


def _machine(principal: ReadPrincipal, statement: ReadStatement, template: Template, facts: Facts) -> str:
    """Return in words the machine that a principal is; nothing for people, roles and accounts."""
    if principal.kind == "Service":
        return f"the service {principal.value.text}"
    if principal.kind == "Federated":
        return f"the pipeline {', '.join(_subjects(statement)) or principal.value.text}"
    user = template.referred(principal.value, USER) if principal.kind == "AWS" else None
    is_machine = user is not None and user.logical_id in facts.machines
    return f"the CI user {user.name or user.logical_id}, with keys and without MFA," if user and is_machine else ""


def _about(principal: ReadPrincipal, statement: ReadStatement, template: Template) -> str:
    """Return what the declaration calls the machine: a CI user's logical id, or a pipeline's subject."""
    user = template.referred(principal.value, USER)
    return user.logical_id if user else next(iter(_subjects(statement)), "")


def _counts(principal: ReadPrincipal, statement: ReadStatement, facts: Facts) -> bool:
    """Return whether a role that is no AdminR is too much: for services always, else where approval is needed, unless
    the pipeline's own environment can demand it."""
    subjects = _subjects(statement)
    is_approved = bool(subjects) and all(any(part in subject for part in _ENVIRONMENTS) for subject in subjects)
    return principal.kind == "Service" or (facts.is_critical and not is_approved)


def _subjects(statement: ReadStatement) -> tuple[str, ...]:
    return tuple(
        value.text
        for condition in statement.conditions
        if condition.name.endswith(":sub")
        for value in condition.values
    )


_GITHUB = {"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"}
_MAIN = {
    "StringEquals": {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": "repo:acme/shop:ref:refs/heads/main",
    }
}
_FULL = ["arn:aws:iam::aws:policy/AdministratorAccess"]

RULE = Rule(
    id="W170",
    name="machine-is-administrator",
    level="warning",
    summary="A CI user, pipeline or service may act as an administrator",
    why=(
        "Everybody who can change what a machine runs, and everybody who finds its key, has the power of the "
        "machine. AdminR is too much for every machine. If another role is declared to have power over IAM, its "
        "holder is an administrator in effect. Such a role counts for services in every account. For CI users and "
        "pipelines it counts in production and in the account that holds people, unless the subject names an "
        "environment of GitHub or GitLab, which can demand an approval. A role with undeclared power is another "
        "fault, W118. Give the machine a role of its own, or ignore the rule and say why."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    check=_check,
    good=(
        template(AdminR=role(trust(ALICE, Condition=MFA), ManagedPolicyArns=_FULL)),
        template(
            AdminR=role(ManagedPolicyArns=_FULL, PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ),
    ),
    bad=(
        template(
            AdminR=role(trust(_GITHUB, "sts:AssumeRoleWithWebIdentity", Condition=_MAIN), ManagedPolicyArns=_FULL)
        ),
        template(AdminR=role(trust(LAMBDA), ManagedPolicyArns=_FULL)),
    ),
)
