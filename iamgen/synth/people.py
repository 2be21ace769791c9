"""Make the resources of the account that holds people: three groups, their policies and, by a setting, the people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from awacs import iam, sts
from awacs.aws import PolicyDocument
from troposphere import AWSObject, Ref, Tags
from troposphere.iam import Group, ManagedPolicy, User

from iamgen.aws import quotas
from iamgen.declaration.naming import (
    ASSUME_GROUP,
    ASSUME_POLICY,
    OWN_USER_GROUP,
    OWN_USER_POLICY,
    POWER_GROUP,
    POWER_POLICY,
    Naming,
    user_id,
)
from iamgen.declaration.resolved import Account, Declaration, Person
from iamgen.errors import Fault, refuse
from iamgen.iam.measure import ENTRY_MARKS
from iamgen.synth.self_management import manage_own_user
from iamgen.synth.statements import EVERYTHING, WITH_MFA, allow, deny, document, size


def people_resources(declaration: Declaration) -> Iterator[AWSObject]:
    """Yield the groups with their policies and, under `users="stack"`, the people and their memberships."""
    naming = declaration.naming(declaration.people_account)
    own_user = manage_own_user(naming, declaration.settings)
    yield from _group(naming, ASSUME_GROUP, _numbered("AssumeRole", assume_role_documents(declaration)))
    yield from _group(naming, OWN_USER_GROUP, {OWN_USER_POLICY: own_user})
    yield from _group(naming, POWER_GROUP, {POWER_POLICY: _power()})
    if declaration.settings.users == "stack":
        yield from (_user(declaration, person) for person in declaration.people)


def assume_role_documents(declaration: Declaration) -> tuple[PolicyDocument, ...]:
    """Return what lets people assume every generated role, and no other, with MFA.

    It is one document, or several when the roles do not fit; when even a group's ten do not hold them, each
    account's roles are named by one pattern. Raises IamgenError when that does not fit either.
    """
    exact = _packed(_role_arns(declaration))
    if len(exact) <= quotas.POLICIES_OF_A_GROUP:
        return exact
    patterns = _packed(_role_patterns(declaration))
    if len(patterns) <= quotas.POLICIES_OF_A_GROUP:
        return patterns
    accounts, limit = len(declaration.accounts), quotas.POLICIES_OF_A_GROUP
    problem = f"{accounts:,} accounts need {len(patterns)} policies, and a group has {limit} at most"
    raise refuse(ASSUME_GROUP, problem, "divide the accounts over several repositories, each with its own stack name")


def widened(declaration: Declaration) -> tuple[Fault, ...]:
    """Return the warning that AssumeRoleP names roles by pattern, where it has to."""
    if len(_packed(_role_arns(declaration))) <= quotas.POLICIES_OF_A_GROUP:
        return ()
    problem = "names the roles of each account by a pattern: one by one they do not fit"
    return (Fault(ASSUME_POLICY, problem, "the roles' own trust policies still decide who may assume which"),)


def _role_arns(declaration: Declaration) -> list[str]:
    return sorted(
        declaration.naming(account).role_arn(role)
        for account in declaration.accounts.values()
        for role in (*declaration.standard_roles(account), *_own_roles(declaration, account))
    )


def _own_roles(declaration: Declaration, account: Account) -> list[str]:
    """Return the declared roles that a person may assume there; what only services assume is not theirs to ask for."""
    return [
        role.name
        for role in declaration.roles
        if any(isinstance(grant.principal, Person) for grant in declaration.granted_in(account, role.name))
    ]


def _role_patterns(declaration: Declaration) -> list[str]:
    return sorted(
        declaration.naming(account).role_arn("*R")
        for account in declaration.accounts.values()
        if declaration.standard_roles(account)
    )


def _packed(arns: Sequence[str]) -> tuple[PolicyDocument, ...]:
    """Return the fewest documents that hold these resources in their order, each within the quota."""
    if not arns:
        return (document(deny("NoRoleToAssume", [sts.AssumeRole], EVERYTHING)),)
    room = quotas.MANAGED_POLICY - size(_assume([]))
    parcels: list[list[str]] = [[]]
    free = room
    for arn in arns:
        needed = len(arn) + ENTRY_MARKS
        if needed > free:
            parcels.append([])
            free = room
        parcels[-1].append(arn)
        free -= needed
    return tuple(_assume(parcel) for parcel in parcels)


def _assume(arns: Sequence[str]) -> PolicyDocument:
    return document(allow("AssumeGeneratedRoles", [sts.AssumeRole], arns, WITH_MFA))


def _power() -> PolicyDocument:
    return document(allow("FullPowerOverIAM", [iam.Action("*")], EVERYTHING, WITH_MFA))


def _numbered(name: str, documents: Sequence[PolicyDocument]) -> dict[str, PolicyDocument]:
    """Return the documents by logical id: `AssumeRoleP`, `AssumeRole2P`, …"""
    return {f"{name}{n if n > 1 else ''}P": body for n, body in enumerate(documents, 1)}


def _group(naming: Naming, name: str, policies: dict[str, PolicyDocument]) -> Iterator[AWSObject]:
    for policy, body in policies.items():
        yield ManagedPolicy(policy, ManagedPolicyName=naming.full(policy), PolicyDocument=body)
    yield Group(name, GroupName=naming.full(name), ManagedPolicyArns=[Ref(policy) for policy in policies])


def _user(declaration: Declaration, person: Person) -> User:
    groups = [ASSUME_GROUP, OWN_USER_GROUP, *([POWER_GROUP] if person.power else [])]
    groups += [group.name for group in declaration.groups if person.name in group.members]
    optional = {"Tags": Tags(dict(person.tags))} if person.tags else {}
    return User(
        user_id(person.name),
        UserName=person.name,
        Path=person.path,
        Groups=[Ref(group) for group in groups],
        **optional,
    )
