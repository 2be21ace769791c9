"""Make resources of CI users: in each account the user, and a group and policy to assume its roles there."""

from __future__ import annotations

from collections.abc import Iterator

from awacs import sts
from troposphere import AWSObject, Ref
from troposphere.iam import Group, ManagedPolicy, User

from iamgen.declaration.naming import machine_id
from iamgen.declaration.resolved import Account, Declaration, Machine
from iamgen.synth.statements import allow, document


def machine_resources(declaration: Declaration, account: Account) -> Iterator[AWSObject]:
    """Yield the CI users that are granted a role in this account. They get no keys from the stack."""
    for machine in declaration.machines:
        roles = [
            role
            for role in (*declaration.standard_roles(account), *(own.name for own in declaration.roles))
            if any(grant.principal == machine for grant in declaration.granted_in(account, role))
        ]
        if roles:
            yield from _ci_user(declaration, account, machine, roles)


def _ci_user(declaration: Declaration, account: Account, machine: Machine, roles: list[str]) -> Iterator[AWSObject]:
    naming, user = declaration.naming(account), machine_id(machine.name)
    group, policy = f"{user}G", f"{user}P"
    own = document(allow("AssumeOwnRoles", [sts.AssumeRole], [naming.role_arn(role) for role in roles]))
    yield ManagedPolicy(policy, ManagedPolicyName=naming.full(policy), PolicyDocument=own)
    yield Group(group, GroupName=naming.full(group), ManagedPolicyArns=[Ref(policy)])
    yield User(user, UserName=machine.name, Groups=[Ref(group)])
