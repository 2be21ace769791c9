"""The rule about roles, users and groups that can gain more power than they were granted."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._escalation import allowed, boundary_doubt, denied, of_aws, ways, within_boundaries
from iamgen.check.rules._examples import allow, group, policy, role, template, user
from iamgen.iam.attachments import TemplateHolder, aws, groups, holders
from iamgen.iam.template import Resource, Template
from iamgen.ui.listing import first_of

_ADMINISTRATOR = ":iam::aws:policy/AdministratorAccess"
_SHOWN = 3


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    declared = facts.iam_roles | facts.admin_roles
    holding = {holder.resource.logical_id: holder for holder in holders(template)}
    powers = {name: _powers(holder, template, declared) for name, holder in holding.items()}
    memberships = groups(template)
    for name, own in powers.items():
        if name not in declared:
            joined = [powers[group] for group in sorted(memberships.get(name, ()))]
            of_groups = {way for power in joined for way in ways(power)}  # of the group
            new = [way for way in ways(own.union(*joined)) if way not in of_groups]
            if new:
                resource = holding[name].resource
                yield Problem(resource.path, _message(resource, new, boundary_doubt(resource, template)))


def _message(holder: Resource, actions: list[str], doubt: str) -> str:
    if any(value.text.endswith(_ADMINISTRATOR) for value in aws(holder)):
        problem = f"{holder.logical_id} has AdministratorAccess, but is not declared as an administrator"
        return f"{problem}{doubt}: attach what it needs"
    problem = f"{holder.logical_id} may gain more power than it was granted, by {first_of(actions, _SHOWN)}"
    return f"{problem}{doubt}: narrow the resources, or declare that it may"


def _powers(holder: TemplateHolder, template: Template, declared: frozenset[str]) -> frozenset[str]:
    """Return the dangerous actions of a holder, less those that were declared, or that its boundary leaves out."""
    statements = [statement for document in holder.documents for statement in document.statements]
    own = (
        statement
        for document in holder.documents
        if document.owner not in declared
        for statement in document.statements
    )
    powers = allowed(own).union(*map(of_aws, holder.aws)) - denied(statements)
    return powers & within_boundaries(holder.resource, template)


RULE = Rule(
    id="W118",
    name="undeclared-escalation",
    level="warning",
    summary="A role, user or group can gain more power than it was granted, and is not declared to be able to",
    why=(
        "Some actions, alone or together, lead to the power of another role: changing policies or credentials, "
        "passing a role to a service, or getting into something that already has a role. The rule looks at the "
        "actions that a holder's policies, including AWS's own, allow on every resource. If a role may be passed "
        "to one service only, it counts only for the ways that use this service. A command that is limited to a "
        "document of one's own does not count. Narrow the resources, or, if it is intended, declare that the role "
        "has power over IAM."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    check=_check,
    good=(
        template(
            AppP=policy(
                allow("sts:AssumeRole", "arn:aws:iam::111111111111:role/app"), allow(["ec2:Describe*", "sqs:*"])
            )
        ),
        template(
            AppR=role(ManagedPolicyArns=["arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"])
        ),
        template(AppR=role(ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"])),
        template(AdminR=role(ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"])),
    ),
    bad=(
        template(OpsP=policy(allow("iam:*")), OpsR=role(ManagedPolicyArns=[{"Ref": "OpsP"}])),
        template(
            PassP=policy(
                allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
                Groups=[{"Ref": "DevG"}],
            ),
            RunP=policy(allow("ec2:RunInstances"), Groups=[{"Ref": "DevG"}]),
            DevG=group(GroupName="dev"),
        ),
        template(DeployR=role(ManagedPolicyArns=["arn:aws:iam::aws:policy/IAMFullAccess"])),
        template(
            Alice=user(Groups=[{"Ref": "RunG"}], ManagedPolicyArns=[{"Ref": "PassP"}]),
            RunG=group(ManagedPolicyArns=[{"Ref": "RunP"}]),
            RunP=policy(allow("ecs:*")),
            PassP=policy(allow("iam:PassRole")),
        ),
    ),
)
