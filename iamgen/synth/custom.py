"""Make resources of the roles, groups and policies that users.py declares itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from troposphere import AWSObject, Ref
from troposphere.iam import Group, ManagedPolicy, Policy, Role, UserToGroupAddition

from iamgen.aws import quotas
from iamgen.declaration.expiry import iso
from iamgen.declaration.naming import Naming, emergency_name, services_policy
from iamgen.declaration.resolved import Account, Declaration, OwnEmergency, OwnGroup, OwnPolicy, OwnRole
from iamgen.errors import each, refuse
from iamgen.jinja.policy import PolicyDocument, PolicyDocuments
from iamgen.synth.roles import full_power
from iamgen.synth.statements import size
from iamgen.synth.trust import trust_policy

# What makes an Allow end. All of them hold together, and the key is never absent, so IfExists changes nothing.
_BEFORE = ("DateLessThan", "DateLessThanEquals", "DateLessThanIfExists", "DateLessThanEqualsIfExists")


def own_policies(declaration: Declaration, account: Account, documents: PolicyDocuments) -> Iterator[AWSObject]:
    """Yield the declared policies of this account. Raises IamgenError with what is wrong with any of them."""
    naming = declaration.naming(account)

    def policy_resource(name: str, policy: OwnPolicy) -> ManagedPolicy:
        document = documents(policy.template, policy.vars, account)
        _check_length(f"{account.name} {name}", document)
        return ManagedPolicy(name, ManagedPolicyName=naming.full(name), PolicyDocument=document)

    here = {policy.name: policy for policy in declaration.policies if account.name in policy.accounts}
    yield from each(here, policy_resource).values()


def own_roles(declaration: Declaration, account: Account, documents: PolicyDocuments) -> Iterator[AWSObject]:
    """Yield the declared roles of this account, with the policy that `services` makes.

    Raises IamgenError with what is wrong with any of them.
    """

    def role_resources(_: str, role: OwnRole) -> tuple[AWSObject, ...]:
        own = _role(role, declaration, account, documents)
        if not role.services:
            return (own,)
        return (full_power(services_policy(role.name), role.services, declaration, account), own)

    here = {role.name: role for role in declaration.roles if account.name in role.accounts}
    for resources in each(here, role_resources).values():
        yield from resources


def own_groups(declaration: Declaration) -> Iterator[AWSObject]:
    """Yield the declared groups, and their members where the stack does not make the people itself."""
    naming = declaration.naming(declaration.people_account)
    for group in declaration.groups:
        policies = _policies(declaration, naming, group)
        optional = {"ManagedPolicyArns": policies} if policies else {}
        yield Group(group.name, GroupName=naming.full(group.name), **optional)
        if group.members and declaration.settings.users == "console":
            members = list(group.members)
            yield UserToGroupAddition(f"{group.name}Members", GroupName=Ref(group.name), Users=members)


def _role(role: OwnRole, declaration: Declaration, account: Account, documents: PolicyDocuments) -> Role:
    naming = declaration.naming(account)
    attached = _policies(declaration, naming, role)
    if role.services:
        attached.append(Ref(services_policy(role.name)))
    optional: dict[str, Any] = {}
    if attached:
        optional["ManagedPolicyArns"] = attached
    if role.boundary:
        optional["PermissionsBoundary"] = _policy(declaration, naming, role.boundary)
    if role.emergency:
        optional["Policies"] = [_emergency(role, role.emergency, documents, account)]
    if role.description:
        optional["Description"] = role.description
    return Role(
        role.name,
        RoleName=naming.full(role.name),
        MaxSessionDuration=role.session_hours * 3600,
        AssumeRolePolicyDocument=trust_policy(declaration, account, role.name),
        **optional,
    )


def _policies(declaration: Declaration, naming: Naming, holder: OwnRole | OwnGroup) -> list[str | Ref]:
    return [_policy(declaration, naming, name) for name in (*holder.managed_policies, *holder.policies)]


def _policy(declaration: Declaration, naming: Naming, name: str) -> str | Ref:
    """Return a managed policy by what names it: a declared one, an ARN, or AWS's name for one of its own."""
    if any(policy.name == name for policy in declaration.policies):
        return Ref(name)
    return name if name.startswith("arn:") else naming.aws_policy(name)


def _emergency(role: OwnRole, emergency: OwnEmergency, documents: PolicyDocuments, account: Account) -> Policy:
    document = documents(emergency.template, {}, account)
    document = expiring(document, iso(emergency.until), f"{account.name} {role.name}")
    return Policy(PolicyName=emergency_name(role.name), PolicyDocument=document)


def expiring(document: PolicyDocument, until: str, where: str) -> PolicyDocument:
    """Return the document with every Allow ending at that moment, and its Denies as they are.

    The ends that a statement has already stay, and hold as well. Raises IamgenError, with `where`, when there is no
    place for one more.
    """
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    return {**document, "Statement": [_ending(statement, until, where) for statement in statements]}


def _ending(statement: Mapping[str, Any], until: str, where: str) -> dict[str, Any]:
    if statement.get("Effect") == "Deny":
        return dict(statement)
    conditions = dict(statement.get("Condition", {}))
    operator = next((name for name in _BEFORE if not _limits_time(conditions.get(name, {}))), None)
    if operator is None:
        problem = (
            f"a statement of its emergency ends in {len(_BEFORE)} ways already: no room for the emergency's own end"
        )
        raise refuse(where, problem, "leave the earliest of them, by DateLessThan")
    conditions[operator] = {**conditions.get(operator, {}), "aws:CurrentTime": until}
    return {**statement, "Condition": conditions}


def _limits_time(keys: Mapping[str, Any]) -> bool:
    """Return whether a condition operator has an end already, which another one would replace."""
    return any(key.casefold() == "aws:currenttime" for key in keys)


def _check_length(where: str, document: PolicyDocument) -> None:
    over = size(document) - quotas.MANAGED_POLICY
    if over > 0:
        problem = f"its document is {over:,} characters over the quota of {quotas.MANAGED_POLICY:,}"
        raise refuse(where, problem, "divide it into two policies, or say it in fewer words")
